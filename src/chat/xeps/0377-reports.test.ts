import { afterEach, expect, test } from 'vitest';
import { childOf, type Element, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import {
  reportedMessageCharsMax,
  reportedMessagesMax,
  reportersMax,
  reportsBurstMax,
  reportsPerHourMax,
  reportTextCharsMax,
} from '../limits.ts';

let chat: TestChat | undefined;
const actors: XmppActor[] = [];
afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat?.close();
  chat = undefined;
});

async function world() {
  const opened = await openTestChat();
  chat = opened;
  await opened.addMember('carol', { admin: true });
  await opened.addMember('juliet');
  const signedIn = async (username: string) => {
    const actor = new XmppActor({ transport: 'tcp', port: opened.ports.plain, domain: opened.domain });
    actors.push(actor);
    await actor.login({ username, password: chatPassword, resource: 'x' });
    await actor.send('<presence/>');
    return actor;
  };
  const [carol, juliet] = [await signedIn('carol'), await signedIn('juliet')];
  const report = (jid: string, inner: string, reason = 'urn:xmpp:reporting:abuse') =>
    juliet.ask(
      'set',
      `<block xmlns='urn:xmpp:blocking'><item jid='${jid}'><report xmlns='urn:xmpp:reporting:1' reason='${reason}'>${inner}</report></item></block>`,
    );
  const heard = async () => bodyOf(await carol.find(({ name }) => name === 'message'));
  return { chat: opened, juliet, report, heard };
}

const bodyOf = (message: Element): string => textOf(childOf(message, 'body'));

test('what somebody says of another has an end, is on one line, and is of any reason', async () => {
  const { report, heard } = await world();
  await report('x@else.example', `<text>${'so it was\n'.repeat(reportTextCharsMax)}</text>`, 'urn:other');
  const [first = '', words = '', ...more] = (await heard()).split('\n');
  expect(first).toBe('juliet@coop.localhost has blocked x@else.example and reports urn:other.');
  expect(words).toMatch(/^In the member's words: so it was so it/);
  expect(words.length).toBeLessThan(reportTextCharsMax + 50);
  expect(more).toEqual([]);
});

test('some of the messages are shown, each with an end', async () => {
  const { chat, report, heard } = await world();
  const account = (await chat.accounts.byName('juliet'))?.id ?? 0;
  const text = 'y'.repeat(reportedMessageCharsMax + 100);
  const row = {
    ...({ kind: 'account', owner: account, peer: 'x@else.example', resource: '', direction: 'in' } as const),
    ...({ type: 'chat', messageId: null, originId: null, occupantId: null, body: null } as const),
    stanza: `<message type='chat'><body>${text}</body></message>`,
  };
  const many = Array.from({ length: reportedMessagesMax + 5 }, (_, at) => ({ ...row, atMs: 1_000 + at }));
  // Neither what others have said, nor what the member has.
  const others = [
    { ...row, atMs: 1, peer: 'z@other.example' },
    { ...row, atMs: 2, direction: 'out' as const },
  ];
  const { ids } = await chat.store.archive.append([...others, ...many]);
  const named = ids.map((id) => `<stanza-id xmlns='urn:xmpp:sid:0' by='juliet@coop.localhost' id='${id}'/>`);
  // A whole server is blocked for what was said from there.
  await report('else.example', named.join(''));
  const [, ...lines] = (await heard()).split('\n');
  expect(lines).toHaveLength(reportedMessagesMax - others.length);
  expect(lines[0]).toBe(`1970-01-01T00:00:01.000Z ${'y'.repeat(reportedMessageCharsMax)}…`);
});

test('who reports without end is counted, and heard so often', async () => {
  const { chat, juliet, report, heard } = await world();
  expect([reportsBurstMax <= reportsPerHourMax, reportersMax > 0]).toEqual([true, true]);
  for (let one = 0; one < reportsBurstMax + 2; one++) await report(`x${one}@else.example`, '');
  for (let one = 0; one < reportsBurstMax; one++) expect(await heard()).toContain(`x${one}@`);
  const { body: scraped } = await chat.metrics.render();
  expect(scraped).toContain(`myco_xmpp_reports_total{kind="abuse",outcome="heard"} ${reportsBurstMax}`);
  expect(scraped).toContain(`myco_xmpp_reports_total{kind="abuse",outcome="dropped"} 2`);
  const list = await juliet.ask('get', "<blocklist xmlns='urn:xmpp:blocking'/>");
  expect(JSON.stringify(list)).toContain(`x${reportsBurstMax + 1}@else.example`);
});

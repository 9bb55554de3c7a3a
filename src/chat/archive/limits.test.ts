import { afterEach, describe, expect, test } from 'vitest';
import { childOf, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { registryOf } from '../acks/index.ts';
import { resultSetsNs } from '../data/index.ts';
import { defaultChatLimits } from '../limits.ts';
import { mamNs } from './names.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function actorOf(chat: TestChat, username: string): Promise<XmppActor> {
  const actor = new XmppActor({
    transport: 'tcp',
    port: chat.ports.plain,
    domain: chat.domain,
    startTls: false,
  });
  open.push(() => actor.cut());
  await actor.login({ username, password: chatPassword, resource: 'phone' });
  return actor;
}

async function scene(limits: Parameters<typeof openTestChat>[0] = {}) {
  const chat = await openTestChat(limits);
  open.push(() => chat.close());
  const account = await chat.addMember('romeo');
  await chat.addMember('juliet');
  const atMs = 1_700_000_000_000;
  const keep = (count: number, chars = 1) =>
    chat.store.archive.append(
      Array.from({ length: count }, (_, n) => ({
        ...{ kind: 'account', owner: account, atMs, peer: 'juliet@coop.localhost', resource: '' },
        ...{
          direction: 'in',
          type: 'chat',
          messageId: `m${n}`,
          originId: null,
          occupantId: null,
          body: null,
        },
        stanza: `<message id='m${n}'><body>${'x'.repeat(chars)}</body></message>`,
      })),
    );
  const romeo = await actorOf(chat, 'romeo');
  /** Names of the messages that came, and whether that was all. */
  const page = async (set: string) => {
    const answer = await romeo.ask(
      'set',
      `<query xmlns='${mamNs}'><set xmlns='${resultSetsNs}'>${set}</set></query>`,
    );
    const came = romeo.unread.map(({ text }) => /<message [^>]*id=['"](m\d+)/.exec(text)?.[1]);
    await romeo.forget();
    const fin = childOf(answer, 'fin', mamNs);
    const last = textOf(fin && childOf(childOf(fin, 'set', resultSetsNs) ?? fin, 'last'));
    return { came, complete: fin?.attributes.complete === 'true', last };
  };
  return { chat, keep, page, romeo };
}

describe('limits of archives', () => {
  test('archivePageRowsMax, archivePageRowsDefaultMax: a page has no more, whatever is asked for', async () => {
    const { keep, page } = await scene();
    await keep(defaultChatLimits.archivePageRowsMax + 5);
    expect((await page('')).came).toHaveLength(defaultChatLimits.archivePageRowsDefaultMax);
    const all = await page('<max>1000</max>');
    expect([all.came.length, all.complete]).toEqual([defaultChatLimits.archivePageRowsMax, false]);
    expect(await page(`<max>1000</max><after>${all.last}</after>`)).toMatchObject({
      came: ['m250', 'm251', 'm252', 'm253', 'm254'],
      complete: true,
    });
  });

  test('archivePageCharsMax: long messages make short pages, from where the page begins', async () => {
    const { keep, page } = await scene({ limits: { archivePageCharsMax: 1_000 } });
    await keep(5, 400);
    const first = await page('');
    expect([first.came, first.complete]).toEqual([['m0', 'm1'], false]);
    expect((await page(`<after>${first.last}</after>`)).came).toEqual(['m2', 'm3']);
    expect((await page('<before/>')).came).toEqual(['m3', 'm4']);
  });

  test('a message that is longer than a page comes alone', async () => {
    const { keep, page } = await scene({ limits: { archivePageCharsMax: 10 } });
    await keep(2, 400);
    expect((await page('')).came).toEqual(['m0']);
  });

  test('heldStanzasMax: what waits for a client that nobody looks at is told when it is too much', async () => {
    const { chat, romeo } = await scene({ limits: { heldStanzasMax: 3 } });
    const juliet = await actorOf(chat, 'juliet');
    await romeo.setActive(false);
    const receipt = (n: number) =>
      juliet.send(
        `<message to='romeo@${chat.domain}/phone' type='chat' id='r${n}'><received xmlns='urn:xmpp:receipts' id='x'/></message>`,
      );
    await receipt(1);
    await receipt(2);
    await juliet.barrier();
    expect(romeo.unread).toEqual([]);
    await receipt(3);
    for (const id of ['r1', 'r2', 'r3']) await romeo.receive(({ attributes }) => attributes.id === id);
  });

  test('pastSessionsMax: of so many sessions that are no more it is known how far they had come', async () => {
    const { chat } = await scene({ limits: { pastSessionsMax: 4 } });
    const { past } = registryOf(chat.server.chat);
    for (let n = 0; n < 100; n++) past.set(`s${n}`, { account: 1, handled: n });
    expect(past.weight).toBeLessThanOrEqual(4);
    expect(past.get('s99')?.handled).toBe(99);
  });
});

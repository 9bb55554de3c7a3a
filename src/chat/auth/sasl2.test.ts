import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childOf, childrenOf, type Element, textOf } from '../../formats/stanza/index.ts';
import {
  type ChatDoor,
  chatPassword,
  loginSasl2,
  openTestChat,
  type TestChat,
  XmppActor,
} from '../../testing/index.ts';
import { tagCharactersMax, userAgentCharactersMax } from '../limits.ts';
import { sasl2Ns } from './sasl2.ts';

const bind2Ns = 'urn:xmpp:bind:0';
const phone = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/>";
const bind = (tag?: string) =>
  `<bind xmlns='${bind2Ns}'>${tag === undefined ? '' : `<tag>${tag}</tag>`}</bind>`;

let chat: TestChat;
beforeAll(async () => {
  chat = await openTestChat({ limits: { sessionsPerAccountMax: 3 } });
  await Promise.all(['alice', 'bob', 'carol'].map((local) => chat.addMember(local)));
});
afterAll(() => chat.close());

async function opened(door: ChatDoor = 'plain', from?: string): Promise<XmppActor> {
  const isWeb = door === 'ws' || door === 'wss';
  const actor = new XmppActor({
    transport: isWeb ? 'websocket' : door === 'direct' ? 'tls' : 'tcp',
    port: chat.ports[door],
    domain: chat.domain,
    ...(door === 'plain' || door === 'ws' ? {} : { tls: { ca: chat.authority, servername: chat.domain } }),
    ...(from === undefined ? {} : { head: { from } }),
  });
  await actor.open();
  return actor;
}

const alice = { username: 'alice', password: chatPassword };
const jidOf = (success: Element) => textOf(childOf(success, 'authorization-identifier'));
const outcome = (answer: Element) =>
  answer.name === 'failure' ? (answer.children[0] as Element).name : answer.name;

describe('SASL2 (XEP-0388)', () => {
  test.each(['plain', 'tls', 'direct', 'ws', 'wss'] as const)('over %s, with SCRAM', async (door) => {
    const actor = await opened(door);
    const success = await loginSasl2(actor, alice);
    expect([success.name, jidOf(success)]).toEqual(['success', `alice@${chat.domain}`]);
    // No new stream: features follow, and a resource is bound as ever.
    const features = await actor.receive();
    expect([features.name, features.children.length > 0]).toEqual(['features', true]);
    expect(await actor.bind('old')).toBe(`alice@${chat.domain}/old`);
    await actor.disconnect();
  });

  test('the mechanisms are those of SASL, -PLUS among them', async () => {
    const actor = await opened('direct');
    const offer = childOf(actor.features, 'authentication', sasl2Ns);
    expect(offer && childrenOf(offer, 'mechanism').map(textOf)).toEqual([
      ...['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1', 'PLAIN'],
    ]);
    const bound = { gs2Header: 'p=tls-exporter,,', binding: actor.wire.exporter() };
    const success = await loginSasl2(actor, { ...alice, ...bound, mechanism: 'SCRAM-SHA-256-PLUS' });
    expect(success.name).toBe('success');
    actor.cut();
    const between = await opened('direct');
    const other = { gs2Header: 'p=tls-exporter,,', binding: Buffer.alloc(32) };
    expect(outcome(await loginSasl2(between, { ...alice, ...other, mechanism: 'SCRAM-SHA-256-PLUS' }))).toBe(
      'not-authorized',
    );
    between.cut();
  });

  test('nothing is offered in clear where that is not allowed', async () => {
    const actor = new XmppActor({ transport: 'tcp', port: chat.ports.tls, domain: chat.domain });
    await actor.open();
    expect(childOf(actor.features, 'authentication', sasl2Ns)).toBeUndefined();
    expect(outcome(await loginSasl2(actor, { ...alice, mechanism: 'PLAIN' }))).toBe('encryption-required');
    actor.cut();
  });

  test('to act as another than the head of the stream said', async () => {
    const gs2Header = `n,a=alice@${chat.domain},`;
    const wrong = await opened('plain', `bob@${chat.domain}`);
    expect(outcome(await loginSasl2(wrong, { ...alice, gs2Header }))).toBe('invalid-authzid');
    wrong.cut();
    const right = await opened('plain', `alice@${chat.domain}`);
    expect(outcome(await loginSasl2(right, { ...alice, gs2Header }))).toBe('success');
    right.cut();
  });

  test('failures leave the stream as it was; an abort, something else in the middle', async () => {
    const actor = await opened();
    expect(outcome(await loginSasl2(actor, { ...alice, password: 'wrong' }))).toBe('not-authorized');
    await actor.send(`<authenticate xmlns='${sasl2Ns}' mechanism='PLAIN'/>`);
    expect((await actor.receive()).name).toBe('challenge');
    await actor.send(`<abort xmlns='${sasl2Ns}'/>`);
    expect(outcome(await actor.receive())).toBe('aborted');
    expect(outcome(await loginSasl2(actor, { ...alice, mechanism: 'SCRAM-SHA-256-PLUS' }))).toBe(
      'invalid-mechanism',
    );
    await actor.send(
      `<authenticate xmlns='${sasl2Ns}'><initial-response>####</initial-response></authenticate>`,
    );
    expect(outcome(await actor.receive())).toBe('incorrect-encoding');
    await actor.send(`<authenticate xmlns='${sasl2Ns}' mechanism='PLAIN'/>`);
    await actor.receive();
    await actor.send(`<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AGEAYg==</response>`);
    expect((await actor.receive()).children[0]).toMatchObject({ name: 'not-authorized' });
    await actor.ended();
  });
});

describe('Bind 2 (XEP-0386)', () => {
  test('the tag stands first, and the same client has the same resource; another one has another', async () => {
    const first = await opened('ws');
    const one = jidOf(await loginSasl2(first, { ...alice, more: phone + bind('Gajim') }));
    expect(one).toMatch(/^alice@coop\.localhost\/Gajim\/[-_A-Za-z0-9]{12}$/);
    expect(one).not.toContain('d4565fa7');
    await first.disconnect();
    const again = await opened();
    expect(jidOf(await loginSasl2(again, { ...alice, more: phone + bind('Gajim') }))).toBe(one);
    const other = await opened();
    const bob = { ...alice, username: 'bob' };
    expect(jidOf(await loginSasl2(other, { ...bob, more: phone + bind('Gajim') })).split('/')[2]).not.toBe(
      one.split('/')[2],
    );
    again.cut();
    other.cut();
  });

  test('what the client had before ends, whatever its tag was', async () => {
    const first = await opened();
    await loginSasl2(first, { ...alice, more: phone + bind('Dino') });
    const again = await opened();
    await loginSasl2(again, { ...alice, more: phone + bind() });
    expect(await first.receive()).toMatchObject({ name: 'features' });
    expect((await first.receive()).children[0]).toMatchObject({ name: 'conflict' });
    await first.ended();
    again.cut();
  });

  test.each([
    ['no tag', undefined, /^[a-z2-7]{16}$/],
    ['an empty one', ' ', /^[a-z2-7]{16}$/],
    ['one that no resource can begin with', '\u202ea', /^[a-z2-7]{16}$/],
    ['a long one', 'x'.repeat(500), new RegExp(`^x{${tagCharactersMax}}/[a-z2-7]{16}$`)],
  ])('%s', async (_, tag, resource) => {
    const actor = await opened();
    const jid = jidOf(await loginSasl2(actor, { ...alice, more: bind(tag) }));
    expect(jid.slice(jid.indexOf('/') + 1)).toMatch(resource);
    actor.cut();
  });

  test('an id that is no UUID is none, and long names are cut at userAgentCharactersMax', async () => {
    const actor = await opened();
    const long = 'x'.repeat(userAgentCharactersMax * 10);
    const agent = `<user-agent id="'; drop"><software>${long}</software></user-agent>`;
    const jid = jidOf(await loginSasl2(actor, { ...alice, more: agent + bind('a') }));
    expect(jid).toMatch(/\/a\/[a-z2-7]{16}$/);
    actor.cut();
  });

  test('more than sessionsPerAccountMax resources are not bound', async () => {
    const carol = { ...alice, username: 'carol', more: bind() };
    const actors: XmppActor[] = [];
    for (let i = 0; i < 3; i++) {
      const actor = await opened();
      expect(outcome(await loginSasl2(actor, carol))).toBe('success');
      actors.push(actor);
    }
    const more = await opened();
    const refused = await loginSasl2(more, carol);
    expect(refused.children[0]).toMatchObject({ name: 'resource-constraint' });
    await more.ended();
    for (const actor of actors) actor.cut();
  });

  test('a failed login binds nothing', async () => {
    const actor = await opened();
    await loginSasl2(actor, { ...alice, username: 'bob', password: 'wrong', more: phone + bind('x') });
    const sessions = [...chat.server.chat.homes.sessions()].map(({ text }) => text);
    expect(sessions.filter((text) => text.startsWith('bob'))).toEqual([]);
    actor.cut();
  });
});

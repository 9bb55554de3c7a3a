import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { createResolver } from '../../src/net/index.ts';
import {
  chatPassword,
  makeFolder,
  openTestChat,
  openTestDns,
  removeFolder,
  type TestChat,
  type TestDns,
  testAuthority,
  XmppActor,
} from '../../src/testing/index.ts';
import type { ChatNeighbour } from '../harness/chat-neighbour.ts';
import { withTools } from '../harness/index.ts';
import { prosodyPrograms, startProsody } from '../harness/prosody.ts';

withTools('federation with Prosody', prosodyPrograms, () => {
  const folder = makeFolder();
  let dns: TestDns;
  let ours: TestChat;
  let theirs: ChatNeighbour;
  let ana: XmppActor;
  let bea: XmppActor;

  beforeAll(async () => {
    const authority = testAuthority({ nowMs: systemClock.nowMs() });
    const issued = authority.issue(['prosody.test', 'rooms.prosody.test']);
    const certificate = { chain: join(folder, 'chain.pem'), key: join(folder, 'key.pem') };
    writeFileSync(certificate.chain, issued.chain);
    writeFileSync(certificate.key, issued.key);
    dns = await openTestDns();
    theirs = await startProsody({ domain: 'prosody.test', nameServer: dns.address, certificate });
    const resolver = createResolver({ servers: [dns] });
    ours = await openTestChat({ domain: 'myco.test', federation: { resolver } });
    for (const [domain, port] of [
      ['myco.test', ours.serverPort],
      ['rooms.myco.test', ours.serverPort],
      ['prosody.test', theirs.ports.server],
      ['rooms.prosody.test', theirs.ports.server],
    ] as const) {
      dns.set(`_xmpp-server._tcp.${domain}`, { srv: [[1, 1, port, 'host.test']] });
    }
    dns.set('host.test', { a: ['127.0.0.1'] });
    await ours.addMember('ana');
    const password = await theirs.addMember('bea', 'prosody.test');
    const login = async (port: number, domain: string, username: string, word: string) => {
      const actor = new XmppActor({ transport: 'tcp', port, domain, patienceMs: 20_000, startTls: false });
      await actor.login({ username, password: word, resource: 'x' });
      await actor.send('<presence/>');
      return actor;
    };
    ana = await login(ours.ports.plain, 'myco.test', 'ana', chatPassword);
    bea = await login(theirs.ports.tcp, 'prosody.test', 'bea', password);
  }, 60_000);

  afterAll(async () => {
    for (const actor of [ana, bea]) actor?.cut();
    await ours?.close();
    await theirs?.close();
    await dns?.close();
    removeFolder(folder);
  });

  const said = (body: string) => (of: { readonly children: readonly unknown[] }) =>
    JSON.stringify(of.children).includes(`"${body}"`);

  test('messages go both ways', async () => {
    await ana.send("<message to='bea@prosody.test' type='chat'><body>one</body></message>");
    const came = await bea.find(said('one'));
    expect(came.attributes.from).toBe('ana@myco.test/x');
    await bea.send("<message to='ana@myco.test/x' type='chat'><body>two</body></message>");
    expect((await ana.find(said('two'))).attributes.from).toBe('bea@prosody.test/x');
    // Prosody has acknowledged it, or has answered what was asked after it.
    await expect
      .poll(() => ours.store.registrations.queue.total(), { timeout: 10_000 })
      .toMatchObject({ rows: 0 });
  }, 60_000);

  test('a subscription is asked for, granted, and presence is seen', async () => {
    await ana.send("<presence to='bea@prosody.test' type='subscribe'/>");
    await bea.find(({ attributes }) => attributes.type === 'subscribe');
    await bea.send("<presence to='ana@myco.test' type='subscribed'/>");
    await ana.find(
      ({ name, attributes }) =>
        name === 'presence' && attributes.from === 'bea@prosody.test/x' && attributes.type === undefined,
    );
  }, 60_000);

  test.each([
    ['theirs', 'tea@rooms.prosody.test'],
    ['ours', 'tea@rooms.myco.test'],
  ])(
    'in a room of %s',
    async (_, room) => {
      const join = (nick: string) =>
        `<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
      const there =
        (nick: string) => (of: { readonly attributes: Readonly<Record<string, string | undefined>> }) =>
          of.attributes.from === `${room}/${nick}`;
      const [owner, guest] = room.endsWith('prosody.test') ? [bea, ana] : [ana, bea];
      await owner.send(join('owner'));
      await owner.find(there('owner'));
      const form =
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>";
      await owner.ask('set', form, room);
      await guest.send(join('guest'));
      await owner.find(there('guest'));
      await guest.send(`<message to='${room}' type='groupchat'><body>tea?</body></message>`);
      await owner.find(said('tea?'));
      await guest.find(said('tea?'));
    },
    60_000,
  );
});

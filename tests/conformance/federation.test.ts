import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite, XmppActor } from '../../src/testing/index.ts';

const password = 'correct horse battery staple';

/** Two co-ops, each with all that a suite is, whose names lead to each other. */
let suites: readonly TestSuite[] = [];
const actors: XmppActor[] = [];

async function started(domain: string): Promise<TestSuite> {
  const settings = {
    coop: { name: domain, domain },
    chat: { federation: { networks: ['127.0.0.0/8'] } },
    auth: { plaintext: 'allow' },
  };
  return startSuite({ settings });
}

async function client(suite: TestSuite, local: string, domain: string): Promise<XmppActor> {
  await suite.addMember(`${local}@${domain}`, password);
  const actor = new XmppActor({ transport: 'tcp', port: suite.ports.xmpp, domain, startTls: false });
  actors.push(actor);
  await actor.login({ username: local, password, resource: 'x' });
  await actor.send('<presence/>');
  return actor;
}

beforeAll(async () => {
  suites = await Promise.all(['a.test', 'b.test'].map(started));
  for (const { dns } of suites)
    for (const [n, suite] of suites.entries()) {
      const domain = n === 0 ? 'a.test' : 'b.test';
      for (const name of [domain, `rooms.${domain}`])
        dns.set(`_xmpp-server._tcp.${name}`, { srv: [[1, 1, suite.ports['xmpp-server'], 'host.test']] });
      dns.set('host.test', { a: ['127.0.0.1'] });
    }
}, 120_000);
afterAll(async () => {
  for (const actor of actors) actor.cut();
  for (const suite of suites) await suite.stop();
});

test('members of two co-ops write to each other, and meet in a room', async () => {
  const [a, b] = suites;
  if (!a || !b) throw new Error('two suites are there');
  const [ana, bea] = [await client(a, 'ana', 'a.test'), await client(b, 'bea', 'b.test')];
  const said = (body: string) => (of: unknown) => JSON.stringify(of).includes(`"${body}"`);
  await ana.send("<message to='bea@b.test' type='chat'><body>one</body></message>");
  await bea.find(said('one'));
  await bea.send("<message to='ana@a.test' type='chat'><body>two</body></message>");
  await ana.find(said('two'));
  const room = 'tea@rooms.a.test';
  const join = (nick: string) =>
    `<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
  await ana.send(join('ana'));
  await ana.find(({ attributes }) => attributes.from === `${room}/ana`);
  await ana.ask(
    'set',
    "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>",
    room,
  );
  await bea.send(join('bea'));
  await ana.find(({ attributes }) => attributes.from === `${room}/bea`);
  await bea.send(`<message to='${room}' type='groupchat'><body>tea?</body></message>`);
  await ana.find(said('tea?'));
  await bea.find(said('tea?'));
  for (const { rooms } of suites)
    await expect
      .poll(() => rooms.conversations.registrations.queue.total(), { timeout: 10_000 })
      .toMatchObject({ rows: 0 });
}, 60_000);

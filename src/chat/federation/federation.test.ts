import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreError, systemClock } from '../../base/index.ts';
import {
  chatPassword,
  type MemoryResolver,
  memoryResolver,
  openRelay,
  openTestChat,
  type TestAuthority,
  type TestChat,
  type TestFederation,
  testAuthority,
  XmppActor,
} from '../../testing/index.ts';

/** Two servers whose names lead to each other. */
interface Scene {
  readonly resolver: MemoryResolver;
  readonly open: (domain: string, federation?: Partial<TestFederation>) => Promise<TestChat>;
  readonly client: (chat: TestChat, local: string) => Promise<XmppActor>;
  /** Of a member who is there already. */
  readonly returned: (chat: TestChat, local: string) => Promise<XmppActor>;
  readonly known: (chat: Pick<TestChat, 'domain' | 'serverPort'>) => void;
}

const cleanings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

const most = { retryMsMin: 100, retryMsMax: 200, lookMs: 50, expiryLookMs: 100 };

function scene(authority?: TestAuthority): Scene {
  const resolver = memoryResolver({});
  const known: Scene['known'] = ({ domain, serverPort }) => {
    const srv = [{ priority: 1, weight: 0, port: serverPort, target: `host.${domain}` }];
    resolver.set(`_xmpp-server._tcp.${domain}`, { srv });
    resolver.set(`host.${domain}`, { a: ['127.0.0.1'] });
  };
  return {
    resolver,
    known,
    async open(domain, federation = {}) {
      const trust = authority === undefined ? {} : { authority };
      const chat = await openTestChat({ domain, federation: { resolver, most, ...trust, ...federation } });
      cleanings.push(() => chat.close());
      known(chat);
      return chat;
    },
    async client(chat, local) {
      await chat.addMember(local);
      return returned(chat, local);
    },
    returned,
  };
}

async function returned(chat: TestChat, local: string): Promise<XmppActor> {
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  await actor.login({ username: local, password: chatPassword, resource: 'x' });
  await actor.send('<presence/>');
  cleanings.push(() => actor.cut());
  return actor;
}

const message = (to: string, body: string) =>
  `<message type='chat' to='${to}' id='${body}'><body>${body}</body></message>`;
const said = (from: string, body: string) =>
  `<message type='chat' from='${from}' to='{any}' id='${body}' more='{...}'>{...}<body>${body}</body>{...}</message>`;

describe.each([
  ['certificates that an authority vouches for', true],
  ['dialback', false],
])('two servers, with %s', (_, isVouched) => {
  let at: Scene;
  let a: TestChat;
  let b: TestChat;
  beforeEach(async () => {
    at = scene(isVouched ? testAuthority({ nowMs: systemClock.nowMs() }) : undefined);
    const trust = isVouched ? 'certificates' : 'dialback';
    [a, b] = [
      await at.open('a.test', { settings: { trust } }),
      await at.open('b.test', { settings: { trust } }),
    ];
  });

  test('messages go both ways, in their order', async () => {
    const ana = await at.client(a, 'ana');
    const bea = await at.client(b, 'bea');
    for (let n = 0; n < 30; n++) await ana.send(message('bea@b.test', `m${n}`));
    for (let n = 0; n < 30; n++) await bea.find(said('ana@a.test/x', `m${n}`));
    await bea.send(message('ana@a.test/x', 'back'));
    await ana.find(said('bea@b.test/x', 'back'));
    await expect.poll(() => a.store.registrations.queue.total()).toEqual({ rows: 0, bytes: 0 });
  });

  test('what is said while the other server is away is there when it comes back', async () => {
    const ana = await at.client(a, 'ana');
    await (await at.client(b, 'bea')).disconnect();
    await b.stop();
    for (let n = 0; n < 5; n++) await ana.send(message('bea@b.test', `m${n}`));
    await ana.barrier();
    expect(await a.store.registrations.queue.total()).toMatchObject({ rows: 5 });
    const back = await b.again();
    cleanings.push(() => back.close());
    at.known(back);
    const bea = await at.returned(back, 'bea');
    for (let n = 0; n < 5; n++) await bea.find(said('ana@a.test/x', `m${n}`));
    await expect.poll(() => a.store.registrations.queue.total()).toMatchObject({ rows: 0 });
  });

  test('what waits survives our own restart', async () => {
    const ana = await at.client(a, 'ana');
    const bea = await at.client(b, 'bea');
    at.resolver.set('host.b.test', { fails: 'timeout' });
    await ana.send(message('bea@b.test', 'm'));
    await ana.barrier();
    await a.stop();
    at.resolver.set('host.b.test', { a: ['127.0.0.1'] });
    const back = await a.again();
    cleanings.push(() => back.close());
    at.known(back);
    await bea.find(said('ana@a.test/x', 'm'));
    await expect.poll(() => back.store.registrations.queue.total()).toMatchObject({ rows: 0 });
  });

  test('what waits and cannot be read at the start is on its way a little later', async () => {
    const ana = await at.client(a, 'ana');
    const bea = await at.client(b, 'bea');
    const { queue } = a.store.registrations;
    const stanza = `<message from='${ana.jid}' to='bea@b.test' type='chat' id='m'><body>m</body></message>`;
    const row = { domain: 'b.test a.test', stanza, sender: ana.jid, account: 1 };
    await queue.append([{ ...row, expiresMs: systemClock.nowMs() + 600_000 }]);
    const read = vi.spyOn(queue, 'domains').mockImplementationOnce(() => {
      throw new StoreError('unavailable', 'the disk is gone');
    });
    cleanings.push(() => read.mockRestore());
    await a.server.start();
    await bea.find(said('ana@a.test/x', 'm'));
    await expect.poll(() => queue.total()).toMatchObject({ rows: 0 });
  });

  test('however often the way is cut, all of it arrives', async () => {
    const relay = await openRelay(b.serverPort);
    cleanings.push(() => relay.close());
    at.known({ ...b, serverPort: relay.port });
    const ana = await at.client(a, 'ana');
    const bea = await at.client(b, 'bea');
    const bodies = Array.from({ length: 60 }, (_, n) => `m${n}`);
    for (const [n, body] of bodies.entries()) {
      await ana.send(message('bea@b.test', body));
      if (n % 20 !== 10) continue;
      await ana.barrier();
      relay.cut();
    }
    for (const body of bodies) await bea.find(said('ana@a.test/x', body));
    await expect.poll(() => a.store.registrations.queue.total()).toMatchObject({ rows: 0 });
    expect(relay.passed).toBeGreaterThan(1);
    // XEP-0198 §5: a stream that is resumed doubles nothing.
    await bea.barrier();
    if (isVouched) expect(bea.unread.filter(({ text }) => text.includes('<body>'))).toEqual([]);
  });
});

describe('a server that is not to be reached', () => {
  const refused = (condition: string, type: string) =>
    `<message type='error' from='bea@b.test' to='ana@a.test/x' id='m' more='{...}'>{...}<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{...}</error></message>`;
  const sent = async (at: Scene, federation: Partial<TestFederation> = {}) => {
    const a = await at.open('a.test', federation);
    const ana = await at.client(a, 'ana');
    await ana.send(message('bea@b.test', 'm'));
    return { a, ana };
  };
  const isEmpty = async ({ store }: TestChat) =>
    expect.poll(() => store.registrations.queue.total()).toMatchObject({ rows: 0 });

  test('because there is none: whoever wrote hears of it at once', async () => {
    const { a, ana } = await sent(scene());
    await ana.find(refused('remote-server-not-found', 'cancel'));
    await isEmpty(a);
  });

  test('because it is in a network that is not gone to', async () => {
    const at = scene();
    at.resolver.set('b.test', { a: ['10.0.0.1', '169.254.169.254'] });
    const { a, ana } = await sent(at);
    await ana.find(refused('remote-server-not-found', 'cancel'));
    await isEmpty(a);
  });

  test('for longer than a message waits', async () => {
    const at = scene();
    at.resolver.set('b.test', { a: ['127.0.0.1'] });
    const { a, ana } = await sent(at, { settings: { keepMs: 1 }, most });
    await ana.find(refused('remote-server-timeout', 'wait'));
    await isEmpty(a);
  });

  test('because the configuration says so, or an administrator', async () => {
    const { ana } = await sent(scene(), { settings: { block: ['b.test'] } });
    await ana.find(refused('not-allowed', 'cancel'));
    const at = scene();
    const a = await at.open('a.test');
    const b = await at.open('b.test');
    await at.client(b, 'bea');
    const policy = { domain: 'b.test', action: 'block', reason: '', source: 'admin' } as const;
    await a.store.registrations.policies.set(policy);
    const other = await at.client(a, 'ana');
    await other.send(message('bea@b.test', 'm'));
    await other.find(refused('not-allowed', 'cancel'));
  });

  test('presence and requests do not wait', async () => {
    const at = scene();
    at.resolver.set('b.test', { fails: 'timeout' });
    const a = await at.open('a.test');
    const ana = await at.client(a, 'ana');
    await ana.send("<iq type='get' id='q' to='bea@b.test/x'><ping xmlns='urn:xmpp:ping'/></iq>");
    await ana.find(
      "<iq type='error' id='q' from='bea@b.test/x' to='ana@a.test/x'>{...}<error type='wait'>{...}</error></iq>",
    );
    await isEmpty(a);
  });

  test('linksMax: so many are talked to at a time', async () => {
    const at = scene();
    const a = await at.open('a.test', { most: { ...most, linksMax: 0 } });
    const ana = await at.client(a, 'ana');
    await ana.send(message('bea@b.test', 'm'));
    await ana.find(refused('resource-constraint', 'wait'));
  });
});

describe('what the configuration says changes', () => {
  const mutable = () => ({
    settings: {
      policy: 'open' as const,
      allow: [] as string[],
      block: [] as string[],
      trust: 'dialback' as 'dialback' | 'certificates',
    },
  });
  const refusal =
    "<message type='error' from='bea@b.test' to='ana@a.test/x' id='{any}' more='{...}'>{...}<error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{...}</error></message>";
  const streams = async ({ metrics }: TestChat) => {
    const { body } = await metrics.render();
    const lines = body.split('\n').filter((line) => line.startsWith('myco_xmpp_server_streams{'));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  test.each(['the configuration', 'an administrator'])(
    'a domain is blocked by %s: its streams end',
    async (who) => {
      const at = scene();
      const changing = mutable();
      const a = await at.open('a.test', changing);
      const b = await at.open('b.test');
      const ana = await at.client(a, 'ana');
      const bea = await at.client(b, 'bea');
      await ana.send(message('bea@b.test', 'm1'));
      await bea.find(said('ana@a.test/x', 'm1'));
      await bea.send(message('ana@a.test/x', 'm2'));
      await ana.find(said('bea@b.test/x', 'm2'));
      expect(await streams(a)).toBeGreaterThan(0);
      const policy = { domain: 'b.test', action: 'block', reason: '', source: 'admin' } as const;
      if (who === 'an administrator') await a.store.registrations.policies.set(policy);
      else changing.settings.block = ['b.test'];
      await expect.poll(() => streams(a), { timeout: 20_000 }).toBe(0);
      await ana.send(message('bea@b.test', 'm3'));
      await ana.find(refusal);
      await expect.poll(() => a.store.registrations.queue.total()).toMatchObject({ rows: 0 });
    },
  );

  test('what waits for a domain that is blocked goes back at once', async () => {
    const at = scene();
    at.resolver.set('b.test', { fails: 'timeout' });
    const changing = mutable();
    const a = await at.open('a.test', {
      ...changing,
      most: { ...most, retryMsMin: 3_600_000, retryMsMax: 3_600_000 },
    });
    const ana = await at.client(a, 'ana');
    await ana.send(message('bea@b.test', 'm'));
    await expect.poll(() => a.logged.join('')).toContain('xmpp server not reached');
    expect(await a.store.registrations.queue.total()).toMatchObject({ rows: 1 });
    changing.settings.block = ['test'];
    await ana.find(refusal);
    await expect.poll(() => a.store.registrations.queue.total()).toMatchObject({ rows: 0 });
  });

  test('certificates alone are believed from now on: who has shown none is shown out', async () => {
    const at = scene();
    const changing = mutable();
    const a = await at.open('a.test');
    const b = await at.open('b.test', changing);
    const bea = await at.client(b, 'bea');
    const ana = await at.client(a, 'ana');
    await ana.send(message('bea@b.test', 'm1'));
    await bea.find(said('ana@a.test/x', 'm1'));
    changing.settings.trust = 'certificates';
    await expect.poll(() => streams(b), { timeout: 20_000 }).toBe(0);
  });
});

describe('what stands in the log', () => {
  test('untoldFailuresMax: messages wait for a server that is not reached, why, and that it is over', async () => {
    const at = scene();
    const b = await at.open('b.test');
    const bea = await at.client(b, 'bea');
    at.resolver.set('host.b.test', { fails: 'timeout' });
    const a = await at.open('a.test', { most: { ...most, untoldFailuresMax: 2 } });
    const ana = await at.client(a, 'ana');
    await ana.send(message('bea@b.test', 'm'));
    const lines = () => a.logged.flatMap((line) => line.trim().split('\n')).map((line) => JSON.parse(line));
    const told = (text: string) => lines().filter(({ event }) => event === text);
    const waiting = 'messages wait for an xmpp server that is not reached';
    await expect.poll(() => told(waiting), { timeout: 20_000 }).toHaveLength(1);
    expect(told(waiting)[0]).toMatchObject({ level: 'warn', domain: 'b.test', reason: 'dns' });
    at.resolver.set('host.b.test', { a: ['127.0.0.1'] });
    await bea.find(said('ana@a.test/x', 'm'));
    await expect.poll(() => told('xmpp server reached again')).toHaveLength(1);
  });
});

test('XEP-0045: what a room has for one person elsewhere waits for the other server', async () => {
  const at = scene();
  const a = await at.open('a.test');
  const ana = await at.client(a, 'ana');
  const room = 'tea@rooms.a.test';
  await ana.send(`<presence to='${room}/ana'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await ana.find(({ name, attributes }) => name === 'presence' && attributes.from === `${room}/ana`);
  const form =
    "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>";
  await ana.ask('set', form, room);
  const b = await at.open('b.test');
  const bea = await at.client(b, 'bea');
  at.known({ domain: 'rooms.a.test', serverPort: a.serverPort });
  at.resolver.set('host.b.test', { fails: 'timeout' });
  await ana.send(
    `<message to='${room}'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='bea@b.test'/></x></message>`,
  );
  await ana.barrier();
  await expect.poll(() => a.store.registrations.queue.total()).toMatchObject({ rows: 1 });
  at.resolver.set('host.b.test', { a: ['127.0.0.1'] });
  await bea.find(({ name, attributes }) => name === 'message' && attributes.from?.startsWith(room) === true);
  await expect
    .poll(() => a.store.registrations.queue.total(), { timeout: 20_000 })
    .toMatchObject({ rows: 0 });
});

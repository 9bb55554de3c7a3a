import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/index.ts';
import {
  chatPassword,
  type MemoryResolver,
  memoryResolver,
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
  readonly known: (chat: TestChat) => void;
}

const cleanings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

const most = { retryMsMin: 100, retryMsMax: 200, lookMs: 50, expiryLookMs: 100 };

function scene(authority?: TestAuthority): Scene {
  const resolver = memoryResolver({});
  const known = ({ domain, serverPort }: TestChat) => {
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
      const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
      await actor.login({ username: local, password: chatPassword, resource: 'x' });
      await actor.send('<presence/>');
      cleanings.push(() => actor.cut());
      return actor;
    },
  };
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
});

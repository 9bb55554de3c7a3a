import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childOf, childrenOf, type Element, textOf } from '../../formats/stanza/index.ts';
import {
  type ChatDoor,
  chatPassword,
  openTestChat,
  type ScramClientOptions,
  scramClient,
  type TestChat,
  XmppActor,
} from '../../testing/index.ts';
import { defaultChatLimits } from '../limits.ts';
import { saslNs } from '../namespaces.ts';
import { offerText } from './scram.ts';

let chat: TestChat;
beforeAll(async () => {
  chat = await openTestChat();
  await chat.addMember('alice');
  await chat.addMember('bob');
});
afterAll(() => chat.close());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const decoded = (of: Element) => Buffer.from(textOf(of), 'base64').toString();

async function opened(door: ChatDoor, { from }: { from?: string } = {}): Promise<XmppActor> {
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

const offered = ({ features }: XmppActor): readonly string[] => {
  const mechanisms = childOf(features, 'mechanisms', saslNs);
  return mechanisms === undefined ? [] : childrenOf(mechanisms, 'mechanism').map(textOf);
};
const bindings = ({ features }: XmppActor): readonly (string | undefined)[] => {
  const told = childOf(features, 'sasl-channel-binding', 'urn:xmpp:sasl-cb:0');
  return told === undefined
    ? []
    : childrenOf(told, 'channel-binding').map(({ attributes }) => attributes.type);
};

const auth = (actor: XmppActor, mechanism: string, message: string) =>
  actor.send(`<auth xmlns='${saslNs}' mechanism='${mechanism}'>${message}</auth>`);

/** `<success/>` or `<failure/>`, and the client that was asked. */
async function scram(actor: XmppActor, mechanism: string, more: Partial<ScramClientOptions> = {}) {
  const digest = mechanism.startsWith('SCRAM-SHA-1-') || mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256';
  const client = scramClient({ digest, username: 'alice', password: chatPassword, nonce: 'abc', ...more });
  await auth(actor, mechanism, base64(client.first));
  const challenge = await actor.receive();
  if (challenge.name !== 'challenge') return { answer: challenge, client, serverFirst: '' };
  const serverFirst = decoded(challenge);
  await actor.send(`<response xmlns='${saslNs}'>${base64(client.final(serverFirst))}</response>`);
  return { answer: await actor.receive(), client, serverFirst };
}

const conditionOf = (failure: Element) => {
  const [condition] = failure.children;
  return failure.name === 'failure' && typeof condition === 'object' ? condition.name : failure.name;
};

describe('what is offered', () => {
  const plus = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1', 'PLAIN'];
  const unbound = plus.filter((name) => !name.endsWith('PLUS'));
  test.each([
    ['tls', plus, ['tls-exporter', 'tls-server-end-point']],
    ['direct', plus, ['tls-exporter', 'tls-server-end-point']],
    ['wss', unbound, []],
    ['ws', [], []],
    ['plain', unbound, []],
  ] as const)('%s', async (door, mechanisms, types) => {
    const actor = await opened(door);
    const isTakenInClear = door === 'ws';
    expect(offered(actor)).toEqual(isTakenInClear ? unbound : mechanisms);
    expect(bindings(actor)).toEqual(types);
    actor.cut();
  });

  test('nothing but TLS in clear, where that is not allowed', async () => {
    const actor = new XmppActor({ transport: 'tcp', port: chat.ports.tls, domain: chat.domain });
    await actor.open();
    expect(offered(actor)).toEqual([]);
    expect(childOf(actor.features, 'starttls', 'urn:ietf:params:xml:ns:xmpp-tls')?.children).toHaveLength(1);
    await auth(actor, 'PLAIN', base64(`\0alice\0${chatPassword}`));
    expect(conditionOf(await actor.receive())).toBe('encryption-required');
    actor.cut();
  });
});

describe('SCRAM', () => {
  test.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'])(
    '%s: success says that the server knows the keys',
    async (name) => {
      const actor = await opened('tls');
      const { answer, client } = await scram(actor, name);
      expect([answer.name, decoded(answer)]).toEqual(['success', client.verifier]);
      await actor.restart();
      expect(await actor.bind('one')).toBe(`alice@${chat.domain}/one`);
      await actor.disconnect();
    },
  );

  test.each(['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'])('%s binds the channel', async (name) => {
    for (const door of ['tls', 'direct'] as const) {
      const right = await opened(door);
      const bound = { gs2Header: 'p=tls-exporter,,', binding: right.wire.exporter() };
      expect((await scram(right, name, bound)).answer.name).toBe('success');
      right.cut();
      const between = await opened(door);
      const other = { gs2Header: 'p=tls-exporter,,', binding: Buffer.alloc(32, 1) };
      expect(conditionOf((await scram(between, name, other)).answer)).toBe('not-authorized');
      between.cut();
    }
  });

  test('who could bind and was not told of -PLUS is between two; over WebSocket nobody is told', async () => {
    const actor = await opened('tls');
    expect(conditionOf((await scram(actor, 'SCRAM-SHA-256', { gs2Header: 'y,,' })).answer)).toBe(
      'not-authorized',
    );
    actor.cut();
    const web = await opened('wss');
    expect((await scram(web, 'SCRAM-SHA-256', { gs2Header: 'y,,' })).answer.name).toBe('success');
    web.cut();
  });

  test('XEP-0474: the hash is of what was offered', async () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('base64');
    for (const door of ['tls', 'wss'] as const) {
      const actor = await opened(door);
      const { serverFirst } = await scram(actor, 'SCRAM-SHA-256');
      const offer = offerText(offered(actor), bindings(actor).map(String));
      expect(serverFirst.split(',').at(-1)).toBe(`h=${hash(offer)}`);
      expect(offer.includes('\x1f')).toBe(door === 'tls');
      actor.cut();
    }
  });

  test('an app password as it was printed', async () => {
    const { id } = (await chat.accounts.byName('alice')) ?? { id: 0 };
    const { password } = await chat.admin.addAppPassword(id, 'phone', ['chat']);
    const actor = await opened('plain');
    expect((await scram(actor, 'SCRAM-SHA-256', { password })).answer.name).toBe('success');
    actor.cut();
    const other = await chat.admin.addAppPassword(id, 'mail only', ['mail']);
    const refused = await opened('plain');
    const { answer } = await scram(refused, 'SCRAM-SHA-256', { password: other.password });
    expect([conditionOf(answer), textOf(childOf(answer, 'text'))]).toEqual([
      'not-authorized',
      'this password is not good for chat',
    ]);
    refused.cut();
  });
});

describe('refusals', () => {
  const plain = (username: string, password: string, authorization = '') =>
    base64(`${authorization}\0${username}\0${password}`);

  test.each([
    ['a wrong password', 'PLAIN', plain('alice', 'wrong'), 'not-authorized'],
    ['a name that nobody has', 'PLAIN', plain('nobody', 'wrong'), 'not-authorized'],
    [
      'to act as somebody else',
      'PLAIN',
      plain('alice', chatPassword, 'bob@coop.localhost'),
      'invalid-authzid',
    ],
    ['a mechanism that is not there', 'EXTERNAL', '=', 'invalid-mechanism'],
    ['a name that every object has', 'constructor', '=', 'invalid-mechanism'],
    [
      'OAUTHBEARER without an issuer',
      'OAUTHBEARER',
      base64('n,,\x01auth=Bearer x\x01\x01'),
      'invalid-mechanism',
    ],
    ['-PLUS without TLS', 'SCRAM-SHA-256-PLUS', base64('p=tls-exporter,,n=alice,r=a'), 'invalid-mechanism'],
    ['what is no base64', 'PLAIN', 'not base64!', 'incorrect-encoding'],
    ['base64 that ends early', 'PLAIN', 'AGE', 'incorrect-encoding'],
    ['two parts', 'PLAIN', base64('alice\0pass'), 'malformed-request'],
    ['four parts', 'PLAIN', base64('a\0b\0c\0d'), 'malformed-request'],
    ['what is no UTF-8', 'PLAIN', Buffer.from([0, 0xff, 0, 0x61]).toString('base64'), 'malformed-request'],
    ['an empty message', 'PLAIN', '=', 'malformed-request'],
    ['a SCRAM message without a nonce', 'SCRAM-SHA-256', base64('n,,n=alice'), 'malformed-request'],
  ])('%s', async (_, mechanism, message, condition) => {
    const actor = await opened('plain');
    await auth(actor, mechanism, message);
    const failure = await actor.receive();
    expect([failure.ns, conditionOf(failure)]).toEqual([saslNs, condition]);
    // The stream goes on: the next attempt is right (RFC 6120 §6.4.5).
    await auth(actor, 'PLAIN', plain('alice', chatPassword, `alice@${chat.domain}`));
    expect((await actor.receive()).name).toBe('success');
    actor.cut();
  });

  test('a wrong proof and an unknown name hear the same, message for message', async () => {
    const shapes: string[] = [];
    for (const username of ['bob', 'nobody']) {
      const actor = await opened('plain');
      const { answer, serverFirst } = await scram(actor, 'SCRAM-SHA-256', { username, password: 'wrong' });
      shapes.push(
        `${serverFirst.replace(/r=[^,]+,s=[^,]+/, 'r,s')} ${conditionOf(answer)} ${answer.children.length}`,
      );
      actor.cut();
    }
    expect(shapes[0]).toBe(shapes[1]);
  });

  test('a disabled member, who knows the password', async () => {
    const id = await chat.addMember('gone');
    await chat.admin.disableMember(id);
    const actor = await opened('plain');
    await auth(actor, 'PLAIN', plain('gone', chatPassword));
    expect(conditionOf(await actor.receive())).toBe('account-disabled');
    actor.cut();
  });

  test('abort, and something else in the middle', async () => {
    const actor = await opened('plain');
    await auth(actor, 'SCRAM-SHA-256', base64('n,,n=alice,r=abc'));
    expect((await actor.receive()).name).toBe('challenge');
    await actor.send(`<abort xmlns='${saslNs}'/>`);
    expect(conditionOf(await actor.receive())).toBe('aborted');
    await auth(actor, 'SCRAM-SHA-256', base64('n,,n=alice,r=abc'));
    await actor.receive();
    await actor.send('<message to="bob@coop.localhost"><body>hello</body></message>');
    expect(conditionOf((await actor.receive()) as Element)).toBe('error');
    await actor.ended();
  });

  test('with TLS 1.2 no binding is offered, and who would have bound may say so', async () => {
    const actor = new XmppActor({
      ...{ transport: 'tls', port: chat.ports.direct, domain: chat.domain },
      tls: { ca: chat.authority, servername: chat.domain, maxVersion: 'TLSv1.2' },
    });
    await actor.open();
    expect(offered(actor)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']);
    expect(bindings(actor)).toEqual([]);
    const { answer } = await scram(actor, 'SCRAM-SHA-1', { gs2Header: 'y,,' });
    expect(answer.name).toBe('success');
    actor.cut();
  });

  // slixmpp 1.8 binds by tls-unique, which TLS 1.3 has not, says 'y' elsewhere, and comes to PLAIN last.
  test('who gets every channel binding wrong comes to the password, again and again', async () => {
    const plain = base64(`\0alice\0${chatPassword}`);
    for (let connection = 0; connection < 10; connection++) {
      const actor = await opened('tls');
      for (const name of offered(actor).filter((each) => each.startsWith('SCRAM'))) {
        const flag = name.endsWith('-PLUS') ? 'p=tls-unique' : 'y';
        await auth(actor, name, base64(`${flag},,n=alice,r=abc`));
        expect(conditionOf(await actor.receive())).toBe('not-authorized');
      }
      await auth(actor, 'PLAIN', plain);
      expect((await actor.receive()).name).toBe('success');
      actor.cut();
    }
  });

  test('after loginAttemptsMax attempts the stream ends', async () => {
    const actor = await opened('plain');
    for (let i = 0; i < defaultChatLimits.loginAttemptsMax; i++) {
      await auth(actor, 'X-NOTHING', '=');
      expect(conditionOf(await actor.receive())).toBe('invalid-mechanism');
    }
    const [condition] = (await actor.receive()).children;
    expect(condition).toMatchObject({ name: 'policy-violation' });
    await actor.ended();
  });

  test('who has signed in does not do so again', async () => {
    const actor = await opened('plain');
    await auth(actor, 'PLAIN', plain('alice', chatPassword));
    await actor.receive();
    await actor.restart();
    expect(offered(actor)).toEqual([]);
    await auth(actor, 'PLAIN', plain('bob', chatPassword));
    expect((await actor.receive()).children[0]).toMatchObject({ name: 'unsupported-stanza-type' });
    await actor.ended();
  });
});

describe('OAUTHBEARER', () => {
  test('a token of the issuer signs in until it ends; a wrong one is told why', async () => {
    let endsMs = 0;
    const server = await openTestChat({
      tokens: {
        scope: 'chat',
        configuration: null,
        async verify(token) {
          endsMs = Date.now() + 500;
          return token === 'good' ? { username: 'alice', scoped: true, expiresAtMs: endsMs } : null;
        },
      },
    });
    await server.addMember('alice');
    const actor = new XmppActor({ transport: 'tcp', port: server.ports.plain, domain: server.domain });
    await actor.open();
    expect(offered(actor)).toContain('OAUTHBEARER');
    await auth(actor, 'OAUTHBEARER', base64('n,,\x01auth=Bearer bad\x01\x01'));
    expect(JSON.parse(decoded(await actor.receive()))).toEqual({ status: 'invalid_token', scope: 'chat' });
    await actor.send(`<response xmlns='${saslNs}'>AQ==</response>`);
    expect(conditionOf(await actor.receive())).toBe('not-authorized');
    await auth(actor, 'OAUTHBEARER', base64('n,,\x01auth=Bearer good\x01\x01'));
    expect((await actor.receive()).name).toBe('success');
    // Nothing else would end a stream that somebody has signed in to.
    await actor.ended();
    expect(Date.now()).toBeGreaterThanOrEqual(endsMs);
    await server.close();
  });
});

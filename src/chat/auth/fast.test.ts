import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { childOf, childrenOf, type Element, textOf } from '../../formats/stanza/index.ts';
import {
  type ChatDoor,
  chatPassword,
  loginSasl2,
  openTestChat,
  type TestChat,
  XmppActor,
} from '../../testing/index.ts';
import { fastTokenDaysMax, fastTokenHoursMin } from '../limits.ts';
import { fastNs } from './fast.ts';
import { sasl2Ns } from './sasl2.ts';

const hourMs = 3_600_000;
const phone = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const laptop = '0f1e2d3c-4d72-4749-b3d3-740edbf87771';
const agent = (id: string) =>
  `<user-agent id='${id}'><software>Dino</software><device>Phone</device></user-agent>`;
const none = 'HT-SHA-256-NONE';

let chat: TestChat;
const clock = fakeClock(Date.UTC(2026, 10, 23));
beforeAll(async () => {
  chat = await openTestChat({ clock });
  await Promise.all(['alice', 'bob', 'carol', 'dora'].map((local) => chat.addMember(local)));
});
afterAll(() => chat.close());

async function opened(door: ChatDoor = 'direct'): Promise<XmppActor> {
  const isWeb = door === 'ws' || door === 'wss';
  const actor = new XmppActor({
    transport: isWeb ? 'websocket' : door === 'direct' ? 'tls' : 'tcp',
    port: chat.ports[door],
    domain: chat.domain,
    ...(door === 'plain' || door === 'ws' ? {} : { tls: { ca: chat.authority, servername: chat.domain } }),
  });
  await actor.open();
  return actor;
}

const tokenOf = (success: Element) => childOf(success, 'token', fastNs)?.attributes.token ?? '';
const outcome = (answer: Element) =>
  answer.name === 'failure' ? (answer.children[0] as Element).name : answer.name;

/** Signs in with the password and asks for a token. */
async function tokenFor(
  username: string,
  { id = phone, mechanism = none, door = 'direct' as ChatDoor, password = chatPassword } = {},
) {
  const actor = await opened(door);
  const more = `${agent(id)}<request-token xmlns='${fastNs}' mechanism='${mechanism}'/>`;
  const success = await loginSasl2(actor, { username, password, more });
  actor.cut();
  return tokenOf(success);
}

interface Use {
  readonly username: string;
  readonly token: string;
  readonly id?: string;
  readonly mechanism?: string;
  readonly fast?: string;
  readonly more?: string;
  readonly door?: ChatDoor;
  readonly binding?: (actor: XmppActor) => Buffer;
}

/** What a client hears that comes back with a token. */
async function comesBack({ username, token, ...use }: Use): Promise<Element> {
  const { id = phone, mechanism = none, fast = '', more = '', door = 'direct' } = use;
  const actor = await opened(door);
  const binding = use.binding?.(actor) ?? Buffer.alloc(0);
  const hmac = (side: string) => createHmac('sha256', token).update(side).update(binding).digest();
  const initial = Buffer.concat([Buffer.from(`${username}\0`), hmac('Initiator')]).toString('base64');
  await actor.send(
    `<authenticate xmlns='${sasl2Ns}' mechanism='${mechanism}'><initial-response>${initial}</initial-response>` +
      `${agent(id)}<fast xmlns='${fastNs}' ${fast}/>${more}</authenticate>`,
  );
  const answer = await actor.receive();
  if (answer.name === 'success')
    expect(textOf(childOf(answer, 'additional-data'))).toBe(hmac('Responder').toString('base64'));
  actor.cut();
  return answer;
}

describe('what is offered', () => {
  test.each([
    ['direct', ['HT-SHA-256-EXPR', 'HT-SHA-256-ENDP', none]],
    ['wss', [none]],
  ] as const)('%s', async (door, names) => {
    const actor = await opened(door);
    const inline = childOf(
      childOf(actor.features, 'authentication', sasl2Ns) as Element,
      'inline',
    ) as Element;
    const offer = childOf(inline, 'fast', fastNs) as Element;
    expect(childrenOf(offer, 'mechanism').map(textOf)).toEqual(names);
    expect(offer.attributes['tls-0rtt']).toBeUndefined();
    actor.cut();
  });
});

describe('a client comes back', () => {
  test('with a token, again and again, over TCP and WebSocket; it is told that the server knows it', async () => {
    const token = await tokenFor('alice');
    expect(token).toMatch(/^[a-z2-7]{52}$/);
    for (const door of ['direct', 'tls', 'wss', 'ws'] as const) {
      const success = await comesBack({ username: 'alice', token, door });
      expect([outcome(success), tokenOf(success)]).toEqual(['success', '']);
    }
  });

  test('and binds with it', async () => {
    const token = await tokenFor('alice');
    const more = "<bind xmlns='urn:xmpp:bind:0'><tag>Dino</tag></bind>";
    const success = await comesBack({ username: `alice@${chat.domain}`, token, more });
    expect(textOf(childOf(success, 'authorization-identifier'))).toMatch(/^alice@coop\.localhost\/Dino\//);
  });

  test('bound to its channel', async () => {
    const mechanism = 'HT-SHA-256-EXPR';
    const token = await tokenFor('alice', { mechanism });
    const use = { username: 'alice', token, mechanism };
    expect(outcome(await comesBack({ ...use, binding: (actor) => actor.wire.exporter() }))).toBe('success');
    expect(outcome(await comesBack({ ...use, binding: () => Buffer.alloc(32) }))).toBe('credentials-expired');
    // §3.4: a token is good for the mechanism that it was made for.
    expect(outcome(await comesBack({ ...use, mechanism: none }))).toBe('credentials-expired');
    expect(outcome(await comesBack({ ...use, door: 'wss' }))).toBe('invalid-mechanism');
  });

  test('the owner sees which clients have come, and can send one away', async () => {
    const id = await chat.addMember('erin');
    const token = await tokenFor('erin');
    const { devices } = chat.store.registrations;
    expect(await devices.of(id)).toMatchObject([
      { client: phone, software: 'Dino', name: 'Phone', hasToken: true },
    ]);
    await devices.remove(id, phone);
    expect(outcome(await comesBack({ username: 'erin', token }))).toBe('credentials-expired');
  });
});

describe('a client that does not say who it is', () => {
  const more = `<request-token xmlns='${fastNs}' mechanism='${none}'/>`;
  const asks = async (username: string) => {
    const actor = await opened('direct');
    const success = await loginSasl2(actor, { username, password: chatPassword, more });
    actor.cut();
    return tokenOf(success);
  };

  test('comes back as well, is seen, and can be sent away', async () => {
    const id = await chat.addMember('fred');
    const token = await asks('fred');
    expect(outcome(await comesBack({ username: 'fred', token, id: '' }))).toBe('success');
    expect(outcome(await comesBack({ username: 'fred', token }))).toBe('credentials-expired');
    const { devices } = chat.store.registrations;
    const [device, ...others] = await devices.of(id);
    expect([device?.hasToken, others]).toEqual([true, []]);
    await devices.remove(id, device?.client ?? '');
    expect(outcome(await comesBack({ username: 'fred', token, id: '' }))).toBe('credentials-expired');
  });

  test('and another one that asks has its place', async () => {
    await chat.addMember('gus');
    const first = await asks('gus');
    const second = await asks('gus');
    expect(outcome(await comesBack({ username: 'gus', token: second, id: '' }))).toBe('success');
    expect(outcome(await comesBack({ username: 'gus', token: first, id: '' }))).toBe('credentials-expired');
  });
});

describe('a token is good for nothing', () => {
  test.each([
    ['by another client', { username: 'bob', id: laptop }],
    ["for another's account", { username: 'carol' }],
    ['for nobody', { username: 'nobody' }],
    ['that was made up', { username: 'bob', token: 'x'.repeat(52) }],
    ['without an id of the client', { username: 'bob', id: '' }],
  ])('%s: all hear the same', async (_, wrong) => {
    const token = await tokenFor('bob');
    expect(outcome(await comesBack({ token, ...wrong }))).toBe('credentials-expired');
    expect(outcome(await comesBack({ username: 'bob', token }))).toBe('success');
  });

  test('after the password that it was given for was changed or revoked; another one is no matter', async () => {
    const { id } = (await chat.accounts.byName('dora')) ?? { id: 0 };
    const token = await tokenFor('dora');
    await chat.admin.setPassword(id, chatPassword);
    expect(outcome(await comesBack({ username: 'dora', token }))).toBe('credentials-expired');
    const second = await tokenFor('dora');
    const app = await chat.admin.addAppPassword(id, 'phone', ['chat']);
    const third = await tokenFor('dora', { id: laptop, password: app.password });
    await chat.admin.addAppPassword(id, 'desk', ['chat']);
    for (const use of [{ token: second }, { token: third, id: laptop }])
      expect(outcome(await comesBack({ username: 'dora', ...use }))).toBe('success');
    await chat.admin.revokeAppPassword(id, app.id);
    expect(outcome(await comesBack({ username: 'dora', token: second }))).toBe('success');
    expect(outcome(await comesBack({ username: 'dora', token: third, id: laptop }))).toBe(
      'credentials-expired',
    );
  });

  test('of a password that is gone, even where the token is still there', async () => {
    const { id } = (await chat.accounts.byName('dora')) ?? { id: 0 };
    const token = await tokenFor('dora');
    const retain = vi
      .spyOn(chat.store.registrations, 'retain')
      .mockRejectedValue(new StoreError('no-space', 'full'));
    await chat.admin.setPassword(id, chatPassword);
    retain.mockRestore();
    expect(await chat.store.registrations.tokens.find(id, phone)).toHaveLength(1);
    expect(outcome(await comesBack({ username: 'dora', token }))).toBe('credentials-expired');
  });

  test('for a member who is disabled', async () => {
    const id = await chat.addMember('frank');
    const token = await tokenFor('frank');
    await chat.admin.disableMember(id);
    expect(outcome(await comesBack({ username: 'frank', token }))).not.toBe('success');
  });

  test('after fastTokenDaysMax', async () => {
    const token = await tokenFor('bob');
    clock.advance(fastTokenDaysMax * 24 * hourMs - 1);
    expect(outcome(await comesBack({ username: 'bob', token }))).toBe('success');
    clock.advance(1);
    expect(outcome(await comesBack({ username: 'bob', token }))).toBe('credentials-expired');
  });

  test('once it was invalidated', async () => {
    const token = await tokenFor('bob');
    const last = await comesBack({ username: 'bob', token, fast: "invalidate='true'" });
    expect([outcome(last), tokenOf(last)]).toEqual(['success', '']);
    expect(outcome(await comesBack({ username: 'bob', token }))).toBe('credentials-expired');
  });

  test('malformed, and without a name', async () => {
    for (const [message, condition] of [
      ['', 'malformed-request'],
      [Buffer.from('\0abc').toString('base64'), 'malformed-request'],
      ['####', 'incorrect-encoding'],
    ] as const) {
      const actor = await opened();
      await actor.send(
        `<authenticate xmlns='${sasl2Ns}' mechanism='${none}'><initial-response>${message}</initial-response>` +
          `${agent(phone)}<fast xmlns='${fastNs}'/></authenticate>`,
      );
      expect(outcome(await actor.receive())).toBe(condition);
      actor.cut();
    }
  });
});

describe('a new token', () => {
  test(`for one that is older than fastTokenHoursMin; the old one ends when the new one is used`, async () => {
    const old = await tokenFor('carol');
    expect(tokenOf(await comesBack({ username: 'carol', token: old }))).toBe('');
    clock.advance(fastTokenHoursMin * hourMs);
    const fresh = tokenOf(await comesBack({ username: 'carol', token: old }));
    expect(fresh).not.toBe('');
    // The answer may have been lost: the old one is good until the new one is used.
    expect(outcome(await comesBack({ username: 'carol', token: old }))).toBe('success');
    const renewed = tokenOf(await comesBack({ username: 'carol', token: old }));
    expect(outcome(await comesBack({ username: 'carol', token: renewed }))).toBe('success');
    expect(outcome(await comesBack({ username: 'carol', token: old }))).toBe('credentials-expired');
  });

  test('not for a mechanism that is not offered', async () => {
    const web = { mechanism: 'HT-SHA-256-EXPR', door: 'wss' as ChatDoor };
    expect(await tokenFor('bob', web)).toBe('');
    expect(await tokenFor('bob', { mechanism: 'HT-SHA3-512-EXPR' })).toBe('');
  });
});

describe('a disk that is full keeps nobody out', () => {
  const full = () => new StoreError('no-space', 'the disk is full');
  afterEach(() => vi.restoreAllMocks());

  test('who signs in with a password is in, without a token', async () => {
    const { devices, tokens } = chat.store.registrations;
    vi.spyOn(devices, 'seen').mockRejectedValue(full());
    vi.spyOn(tokens, 'issue').mockRejectedValue(full());
    const actor = await opened();
    const more = `${agent(phone)}<request-token xmlns='${fastNs}' mechanism='${none}'/><bind xmlns='urn:xmpp:bind:0'/>`;
    const success = await loginSasl2(actor, { username: 'dora', password: chatPassword, more });
    expect([outcome(success), tokenOf(success)]).toEqual(['success', '']);
    actor.cut();
  });

  test('a token that cannot be noted as used is tried again later; a password helps at once', async () => {
    const token = await tokenFor('dora');
    vi.spyOn(chat.store.registrations.tokens, 'use').mockRejectedValueOnce(full());
    expect(outcome(await comesBack({ username: 'dora', token }))).toBe('temporary-auth-failure');
    expect(outcome(await comesBack({ username: 'dora', token }))).toBe('success');
  });
});

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { childOf, type Element, elementsOf, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, loginSasl2, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { fastNs } from './fast.ts';
import { sasl2Ns } from './sasl2.ts';

let chat: TestChat;
let alice: number;
const actors: XmppActor[] = [];

beforeEach(async () => {
  chat = await openTestChat({ settings: { registration: 'closed' }, limits: { lookAgainMs: 10 } });
  alice = await chat.addMember('alice');
});
afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat.close();
});

async function opened(): Promise<XmppActor> {
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  actors.push(actor);
  await actor.open();
  return actor;
}

async function come(password: string, resource: string): Promise<XmppActor> {
  const actor = await opened();
  await actor.authenticate({ username: 'alice', password });
  await actor.bind(resource);
  return actor;
}

const device = (name: string) => chat.admin.addAppPassword(alice, name, ['chat']);

/** Why its stream was ended. */
async function reasonOf(actor: XmppActor): Promise<string> {
  const error = await actor.find(({ name }) => name === 'error');
  await actor.ended();
  return [...elementsOf(error)][0]?.name ?? '';
}

const phoneId = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const agent = `<user-agent id='${phoneId}'><software>Dino</software><device>Phone</device></user-agent>`;
const none = 'HT-SHA-256-NONE';

/** Signs in with a password and gets a token to come back with. */
async function tokenFor(password: string): Promise<string> {
  const actor = await opened();
  const more = `${agent}<request-token xmlns='${fastNs}' mechanism='${none}'/>`;
  const success = await loginSasl2(actor, { username: 'alice', password, more });
  actor.cut();
  return childOf(success, 'token', fastNs)?.attributes.token ?? '';
}

async function comesBack(token: string): Promise<{ actor: XmppActor; answer: Element }> {
  const actor = await opened();
  const proof = createHmac('sha256', token).update('Initiator').digest();
  const initial = Buffer.concat([Buffer.from('alice\0'), proof]).toString('base64');
  await actor.send(
    `<authenticate xmlns='${sasl2Ns}' mechanism='${none}'><initial-response>${initial}</initial-response>` +
      `${agent}<fast xmlns='${fastNs}'/><bind xmlns='urn:xmpp:bind:0'/></authenticate>`,
  );
  return { actor, answer: await actor.receive() };
}

const names = () => [...chat.server.chat.homes.sessions()].map(({ jid }) => jid.resource).sort();

describe('an app password is revoked', () => {
  test('what was opened with it ends at once, and nothing else does', async () => {
    const [one, two] = [await device('phone'), await device('desk')];
    const phone = await come(one.password, 'phone');
    const desk = await come(two.password, 'desk');
    const own = await come(chatPassword, 'own');
    await chat.admin.revokeAppPassword(alice, one.id);
    expect(await reasonOf(phone)).toBe('reset');
    await desk.receivesNothing();
    await own.receivesNothing();
    expect(names()).toEqual(['desk', 'own']);
    await expect(come(one.password, 'phone')).rejects.toThrow('not-authorized');
  });

  test('a session that waits to be resumed ends with it', async () => {
    const { id, password } = await device('phone');
    const phone = await come(password, 'phone');
    await phone.enableAcks();
    phone.cut();
    await expect
      .poll(() => [...chat.server.chat.homes.sessions()].every(({ stream }) => stream === null))
      .toBe(true);
    expect(names()).toEqual(['phone']);
    await chat.admin.revokeAppPassword(alice, id);
    await expect.poll(names).toEqual([]);
    await expect(phone.resume({ username: 'alice', password: chatPassword })).rejects.toThrow(
      'item-not-found',
    );
  });

  test('one that was resumed with another password goes on', async () => {
    const [one, two] = [await device('phone'), await device('desk')];
    const phone = await come(one.password, 'phone');
    await phone.enableAcks();
    phone.cut();
    await phone.resume({ username: 'alice', password: two.password });
    await chat.admin.revokeAppPassword(alice, one.id);
    await phone.receivesNothing();
    await chat.admin.revokeAppPassword(alice, two.id);
    expect(await reasonOf(phone)).toBe('reset');
  });

  test('who has come back with a token ends with the password that the token was given for', async () => {
    const { id, password } = await device('phone');
    const token = await tokenFor(password);
    const { actor, answer } = await comesBack(token);
    expect(answer.name).toBe('success');
    expect(textOf(childOf(answer, 'authorization-identifier'))).toMatch(/^alice@/);
    const { registrations } = chat.store;
    expect(await registrations.devices.of(alice)).toMatchObject([
      { client: phoneId, credential: String(id) },
    ]);
    await actor.ask('set', "<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>");
    await chat.admin.revokeAppPassword(alice, id);
    expect(await reasonOf(actor)).toBe('reset');
    expect((await comesBack(token)).answer.name).toBe('failure');
    expect(await registrations.devices.of(alice)).toEqual([]);
    expect(await registrations.push.of(alice)).toEqual([]);
  });

  test('who comes back with a token may do what its password may, and no more', async () => {
    await chat.admin.changeMember(alice, { admin: true });
    const { id, password } = await device('phone');
    const announce = (actor: XmppActor) =>
      actor.ask(
        'set',
        "<command xmlns='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#announce'/>",
        chat.domain,
      );
    const phone = (await comesBack(await tokenFor(password))).actor;
    await expect(announce(phone)).rejects.toThrow('their own password');
    const token = await tokenFor(chatPassword);
    const own = (await comesBack(token)).actor;
    expect((await announce(own)).attributes.type).toBe('result');
    await chat.admin.revokeAppPassword(alice, id);
    const again = (await comesBack(token)).actor;
    expect((await announce(again)).attributes.type).toBe('result');
  });

  test('who had just signed in with it, and binds a resource only now, is let go as well', async () => {
    const { id, password } = await device('phone');
    const phone = await opened();
    await phone.authenticate({ username: 'alice', password });
    await chat.admin.revokeAppPassword(alice, id);
    await phone.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
    expect(await reasonOf(phone)).toBe('reset');
    await expect.poll(names).toEqual([]);
  });
});

describe('the password is changed', () => {
  const change = (actor: XmppActor, password: string) =>
    actor.ask(
      'set',
      `<query xmlns='jabber:iq:register'><username>alice</username><password>${password}</password></query>`,
      chat.domain,
    );

  test('by an administrator or on the page: what it had opened ends, app passwords stay', async () => {
    const { password } = await device('phone');
    const [phone, own] = [await come(password, 'phone'), await come(chatPassword, 'own')];
    const token = await tokenFor(chatPassword);
    await chat.admin.setPassword(alice, 'quite another one');
    expect(await reasonOf(own)).toBe('reset');
    await phone.receivesNothing();
    expect((await comesBack(token)).answer.name).toBe('failure');
    expect(names()).toEqual(['phone']);
  });

  test('from a client: the others end, and this one goes on until it is changed elsewhere', async () => {
    const [own, other] = [await come(chatPassword, 'own'), await come(chatPassword, 'other')];
    await change(own, 'quite another one');
    expect(await reasonOf(other)).toBe('reset');
    await own.receivesNothing();
    await change(own, 'and yet another');
    await own.receivesNothing();
    await expect(change(own, 'x')).rejects.toThrow('not-acceptable');
    await chat.admin.setPassword(alice, 'from elsewhere');
    expect(await reasonOf(own)).toBe('reset');
  });
});

test('a member who is disabled or deleted: every session ends, with the reason', async () => {
  const { password } = await device('phone');
  const phone = await come(password, 'phone');
  await chat.admin.disableMember(alice);
  expect(await reasonOf(phone)).toBe('not-authorized');
  await chat.admin.enableMember(alice);
  const desk = await come(password, 'desk');
  await chat.admin.deleteMember(alice);
  expect(await reasonOf(desk)).toBe('not-authorized');
  expect(names()).toEqual([]);
});

test('lookAgainMs: a member who could not be looked up is looked up again', async () => {
  const phone = await come(chatPassword, 'phone');
  const { accounts } = chat.server.chat;
  const member = accounts.member.bind(accounts);
  const failure = 'members not looked up';
  vi.spyOn(accounts, 'member').mockImplementation(async (id) => {
    if (!chat.logged.join('').includes(failure)) throw new StoreError('unavailable', 'the disk is gone');
    return member(id);
  });
  await chat.admin.disableMember(alice);
  expect(await reasonOf(phone)).toBe('not-authorized');
  expect(chat.logged.join('')).toContain(failure);
  vi.restoreAllMocks();
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { childOf, type Element } from '../../formats/stanza/index.ts';
import {
  chatPassword,
  loginXmpp,
  openTestChat,
  type TestChat,
  type TestChatOptions,
  XmppActor,
} from '../../testing/index.ts';
import {
  inviteDaysMax,
  registrationsPerAddressMax,
  registrationsSeenMax,
  registrationsWindowMsMax,
} from '../limits.ts';
import { inviteAccount, inviteContact } from './invitations.ts';

let chat: TestChat;
afterEach(() => chat.close());

const registerNs = 'jabber:iq:register';
const clock = fakeClock(Date.UTC(2026, 10, 23));
async function world(registration: 'open' | 'invite' | 'closed', options: TestChatOptions = {}) {
  chat = await openTestChat({ ...options, clock, settings: { ...options.settings, registration } });
}

async function stranger(door: 'plain' | 'tls' = 'plain'): Promise<XmppActor> {
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports[door], domain: chat.domain });
  await actor.open();
  return actor;
}

/** `result`, or the condition of the error. */
function outcome({ attributes, children }: Element): string {
  if (attributes.type !== 'error') return String(attributes.type);
  const error = children.at(-1) as Element;
  return (error.children[0] as Element).name;
}

async function registers(actor: XmppActor, username: string, password = chatPassword): Promise<string> {
  const fields = `<username>${username}</username><password>${password}</password>`;
  await actor.send(`<iq type='set' id='r'><query xmlns='${registerNs}'>${fields}</query></iq>`);
  return outcome(await actor.receive());
}

async function shows(actor: XmppActor, token: string): Promise<string> {
  await actor.send(`<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='${token}'/></iq>`);
  return outcome(await actor.receive());
}

const offersRegistration = ({ features }: XmppActor) =>
  childOf(features, 'register', 'http://jabber.org/features/iq-register') !== undefined;

const tokenIn = (uri: string) => /preauth=([a-z2-7]+)/.exec(uri)?.[1] ?? '';
const homeOf = async (local: string) => {
  const member = await chat.accounts.byName(local);
  if (member === null) throw new Error(`there is no ${local}`);
  return chat.server.chat.homes.of(member);
};

describe('for anybody', () => {
  test('a name and a password; who exists already, and what is no name', async () => {
    await world('open');
    const actor = await stranger();
    expect(offersRegistration(actor)).toBe(true);
    expect(await registers(actor, 'Alice')).toBe('result');
    expect(await registers(actor, 'alice')).toBe('conflict');
    expect(await registers(actor, 'a b')).toBe('not-acceptable');
    expect(await registers(actor, 'a/b')).toBe('not-acceptable');
    expect(await registers(actor, '')).toBe('not-acceptable');
    await actor.authenticate({ username: 'alice', password: chatPassword });
    expect(await actor.bind('x')).toBe(`alice@${chat.domain}/x`);
    actor.cut();
  });

  test('registrationsPerAddressMax from one address within registrationsWindowMsMax', async () => {
    await world('open');
    const actor = await stranger();
    for (let i = 0; i < registrationsPerAddressMax; i++)
      expect(await registers(actor, `m${i}`)).toBe('result');
    expect(await registers(actor, 'more')).toBe('resource-constraint');
    clock.advance(registrationsWindowMsMax);
    expect(await registers(actor, 'more')).toBe('result');
    expect(registrationsSeenMax).toBeGreaterThan(registrationsPerAddressMax);
    actor.cut();
  });

  test('or as many as registrationsPerHour allows', async () => {
    await world('open', { settings: { registrationsPerHour: 1 } });
    const actor = await stranger();
    expect(await registers(actor, 'm')).toBe('result');
    expect(await registers(actor, 'more')).toBe('resource-constraint');
    actor.cut();
  });

  test('nothing is offered or done in clear', async () => {
    await world('open');
    const actor = await stranger('tls');
    expect(offersRegistration(actor)).toBe(false);
    expect(await registers(actor, 'alice')).toBe('service-unavailable');
    actor.cut();
  });

  test('an account is given up: its sessions end', async () => {
    await world('open');
    await chat.addMember('alice');
    const actor = await loginXmpp({
      ...{ transport: 'tcp', port: chat.ports.plain, domain: chat.domain },
      ...{ username: 'alice', password: chatPassword },
    });
    await actor.send(
      `<iq type='set' id='r' to='${chat.domain}'><query xmlns='${registerNs}'><remove/></query></iq>`,
    );
    expect(outcome(await actor.receive())).toBe('result');
    expect((await actor.receive()).children[0]).toMatchObject({ name: 'not-authorized' });
    await actor.ended();
    expect(await chat.accounts.byName('alice')).toBeNull();
  });

  test('a stranger gives up nothing', async () => {
    await world('open');
    await chat.addMember('alice');
    const actor = await stranger();
    await actor.send(`<iq type='set' id='r'><query xmlns='${registerNs}'><remove/></query></iq>`);
    expect(outcome(await actor.receive())).toBe('not-authorized');
    actor.cut();
  });
});

describe('by invitation', () => {
  test('once, whoever comes first', async () => {
    await world('invite');
    await chat.addMember('romeo', { admin: true });
    const { uri, page, expiresMs } = await inviteAccount(await homeOf('romeo'), '');
    expect(uri).toMatch(/^xmpp:coop\.localhost\?register;preauth=[a-z2-7]{32}$/);
    expect(page).toBe(`https://localhost/invite/${tokenIn(uri)}`);
    expect(expiresMs).toBe(clock.nowMs() + inviteDaysMax * 86_400_000);
    const actors = await Promise.all([stranger(), stranger(), stranger()]);
    for (const actor of actors) expect(await shows(actor, tokenIn(uri))).toBe('result');
    const outcomes = await Promise.all(actors.map((actor, i) => registers(actor, `guest${i}`)));
    expect(outcomes.toSorted()).toEqual(['item-not-found', 'item-not-found', 'result']);
    for (const actor of actors) actor.cut();
  });

  test('not after inviteDaysMax, not without one, and not by one of a member', async () => {
    await world('invite');
    await chat.addMember('romeo', { admin: true });
    const romeo = await homeOf('romeo');
    const { uri } = await inviteAccount(romeo, 'juliet');
    expect(uri).toMatch(/^xmpp:juliet@coop\.localhost\?register;/);
    const actor = await stranger();
    expect(await registers(actor, 'juliet')).toBe('not-allowed');
    const contact = await inviteContact(romeo);
    expect(contact.uri).toMatch(/^xmpp:romeo@coop\.localhost\?roster;preauth=[a-z2-7]{32}$/);
    expect(await shows(actor, tokenIn(contact.uri))).toBe('item-not-found');
    clock.advance(inviteDaysMax * 86_400_000);
    expect(await shows(actor, tokenIn(uri))).toBe('item-not-found');
    actor.cut();
  });

  test('where registration is closed, nobody is invited, and no invitation of before is good', async () => {
    await world('closed');
    await chat.addMember('romeo', { admin: true });
    await expect(inviteAccount(await homeOf('romeo'), '')).rejects.toThrow('no accounts are made');
    const actor = await stranger();
    expect(offersRegistration(actor)).toBe(false);
    expect(await registers(actor, 'alice')).toBe('service-unavailable');
    await actor.send("<iq type='set' id='p'><preauth xmlns='urn:xmpp:pars:0' token='x'/></iq>");
    expect((await actor.receive()).children[0]).toMatchObject({ name: 'not-authorized' });
    await actor.ended();
  });

  test('where anybody may come, a contact may make an account by the invitation of a member', async () => {
    await world('open');
    await chat.addMember('romeo');
    const { uri } = await inviteContact(await homeOf('romeo'));
    expect(uri).toMatch(/;ibr=y$/);
    const actor = await stranger();
    expect(await shows(actor, tokenIn(uri))).toBe('result');
    const romeo = await loginXmpp({
      ...{ transport: 'tcp', port: chat.ports.plain, domain: chat.domain },
      ...{ username: 'romeo', password: chatPassword },
    });
    await romeo.ask('get', "<query xmlns='jabber:iq:roster'/>");
    expect(await registers(actor, 'juliet')).toBe('result');
    // XEP-0401 §4.5: the one who has invited is told, and they hear each other.
    const isBoth = (of: Element) => JSON.stringify(of).includes('"subscription":"both"');
    expect(JSON.stringify(await romeo.find(isBoth))).toContain(`juliet@${chat.domain}`);
    actor.cut();
    romeo.cut();
  });

  test('an invitation by which there is an account is used, whatever goes wrong after that', async () => {
    await world('open');
    await chat.addMember('romeo');
    const { uri } = await inviteContact(await homeOf('romeo'));
    const [first, second] = [await stranger(), await stranger()];
    expect(await shows(first, tokenIn(uri))).toBe('result');
    const roster = vi.spyOn(chat.server.chat.store.roster, 'change');
    roster.mockRejectedValueOnce(new StoreError('limit', 'too many contacts'));
    expect(await registers(first, 'juliet')).toBe('result');
    expect(roster).toHaveBeenCalled();
    expect(await chat.accounts.byName('juliet')).not.toBeNull();
    expect(await shows(second, tokenIn(uri))).toBe('item-not-found');
    for (const actor of [first, second]) actor.cut();
  });
});

describe('a contact', () => {
  test('comes with an invitation and is one at once; a token is good for its maker, and once', async () => {
    await world('closed');
    const door = { transport: 'tcp', port: chat.ports.plain, domain: chat.domain } as const;
    for (const local of ['romeo', 'juliet', 'tybalt']) await chat.addMember(local);
    const { uri } = await inviteContact(await homeOf('romeo'));
    const asks = async (local: string, to: string) => {
      const actor = await loginXmpp({ ...door, username: local, password: chatPassword });
      await actor.send(
        `<presence type='subscribe' to='${to}@${chat.domain}'><preauth xmlns='urn:xmpp:pars:0' token='${tokenIn(uri)}'/></presence>`,
      );
      await actor.barrier();
      actor.cut();
    };
    const standing = async (local: string, contact: string) => {
      const state = await (await homeOf(local)).state();
      return state.contacts.get(`${contact}@${chat.domain}`)?.subscription ?? null;
    };
    await asks('juliet', 'tybalt');
    expect(await standing('juliet', 'tybalt')).toBe('none');
    await asks('juliet', 'romeo');
    expect([await standing('juliet', 'romeo'), await standing('romeo', 'juliet')]).toEqual(['to', 'from']);
    await asks('tybalt', 'romeo');
    expect(await standing('tybalt', 'romeo')).toBe('none');
  });
});

test('an account is not given up by who has an app password alone', async () => {
  await world('open');
  const id = await chat.addMember('alice');
  const { password } = await chat.admin.addAppPassword(id, 'phone', ['chat']);
  const door = { transport: 'tcp', port: chat.ports.plain, domain: chat.domain } as const;
  const phone = await loginXmpp({ ...door, username: 'alice', password });
  await phone.send(
    `<iq type='set' id='r' to='${chat.domain}'><query xmlns='${registerNs}'><remove/></query></iq>`,
  );
  expect(outcome(await phone.receive())).toBe('not-authorized');
  expect(await chat.accounts.byName('alice')).not.toBeNull();
  phone.cut();
});

describe('a password', () => {
  const change = `<query xmlns='${registerNs}'><username>alice</username><password>something else</password></query>`;
  const asks = async (actor: XmppActor) => {
    await actor.send(`<iq type='set' id='c' to='${chat.domain}'>${change}</iq>`);
    return actor.receive();
  };

  test('is not changed by who has an app password alone', async () => {
    await world('closed');
    const id = await chat.addMember('alice');
    const { password } = await chat.admin.addAppPassword(id, 'phone', ['chat']);
    const door = { transport: 'tcp', port: chat.ports.plain, domain: chat.domain } as const;
    const phone = await loginXmpp({ ...door, username: 'alice', password });
    const refused = await asks(phone);
    expect(outcome(refused)).toBe('not-authorized');
    expect(JSON.stringify(refused)).toContain('sign in with your password');
    const desk = await loginXmpp({ ...door, username: 'alice', password: chatPassword });
    expect(outcome(await asks(desk))).toBe('result');
    const again = await loginXmpp({ ...door, username: 'alice', password: 'something else' });
    for (const actor of [phone, desk, again]) actor.cut();
  });
});

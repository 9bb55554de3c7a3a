import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseJid } from '../formats/jid/index.ts';
import { chatPassword, describeEngines, openTestChat, type TestChat, XmppActor } from '../testing/index.ts';

const mucNs = 'http://jabber.org/protocol/muc';
const room = 'tea@rooms.coop.localhost';
const romeo = 'romeo@coop.localhost';

describeEngines('who is deleted', (engine) => {
  let chat: TestChat;
  const actors: XmppActor[] = [];
  beforeEach(async () => {
    chat = await openTestChat({ engine });
  });
  afterEach(async () => {
    for (const actor of actors.splice(0)) actor.cut();
    await chat.close();
  });

  async function signedIn(username: string): Promise<XmppActor> {
    const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
    actors.push(actor);
    await actor.login({ username, password: chatPassword, resource: 'x' });
    await actor.ask('get', "<query xmlns='jabber:iq:roster'/>");
    await actor.send('<presence/>');
    return actor;
  }

  /** Juliet's room, in which romeo is more than others; named before there was a romeo, and after. */
  async function makeRoom(juliet: XmppActor): Promise<void> {
    await juliet.send(`<presence to='${room}/juliet'><x xmlns='${mucNs}'/></presence>`);
    await juliet.find(({ name }) => name === 'message');
    const fields = ['persistentroom', 'membersonly'].map(
      (name) => `<field var='muc#roomconfig_${name}'><value>1</value></field>`,
    );
    const form = `<x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x>`;
    await juliet.ask('set', `<query xmlns='${mucNs}#owner'>${form}</query>`, room);
    await affiliate(juliet, 'admin');
  }
  const affiliate = (by: XmppActor, affiliation: string) =>
    by.ask(
      'set',
      `<query xmlns='${mucNs}#admin'><item jid='${romeo}' affiliation='${affiliation}'/></query>`,
      room,
    );

  const pubsub = (inner: string, of = '') =>
    `<pubsub xmlns='http://jabber.org/protocol/pubsub${of}'>${inner}</pubsub>`;

  async function publishForRomeo(juliet: XmppActor): Promise<void> {
    await juliet.ask(
      'set',
      pubsub("<publish node='for-romeo'><item id='1'><x xmlns='urn:x'/></item></publish>"),
    );
    const form = `<x xmlns='jabber:x:data' type='submit'><field var='pubsub#access_model'><value>whitelist</value></field></x>`;
    await juliet.ask('set', pubsub(`<configure node='for-romeo'>${form}</configure>`, '#owner'));
    const one = `<affiliation jid='${romeo}' affiliation='publisher'/>`;
    await juliet.ask('set', pubsub(`<affiliations node='for-romeo'>${one}</affiliations>`, '#owner'));
  }

  async function standing() {
    const juliet = (await chat.accounts.byName('juliet'))?.id ?? 0;
    const contact = (await chat.store.roster.load(juliet)).contacts.get(romeo);
    const address = { service: 'pep', account: juliet, node: 'for-romeo' };
    const node = await chat.store.nodes.standing(address, romeo);
    return {
      contact: contact && [contact.listed, contact.name, contact.subscription, contact.ask, contact.approved],
      rooms: (await chat.store.rooms.roomsOf(romeo)).map(({ affiliation }) => affiliation),
      affiliation: node?.affiliation,
      subscriptions: node?.subscriptions.length,
    };
  }

  const nothing = {
    contact: [true, 'Romeo', 'none', false, false],
    rooms: [],
    affiliation: null,
    subscriptions: 0,
  };

  test('leaves the address to a stranger: nobody has it as a friend, no room and no node knows it', async () => {
    await chat.addMember('juliet');
    const juliet = await signedIn('juliet');
    await makeRoom(juliet);
    await publishForRomeo(juliet);
    // Agreed to before he asks, which he never does.
    await juliet.ask('set', `<query xmlns='jabber:iq:roster'><item jid='${romeo}' name='Romeo'/></query>`);
    const first = await chat.addMember('romeo');
    await juliet.send(`<presence to='${romeo}' type='subscribed'/>`);
    await expect.poll(async () => (await standing()).contact).toEqual([true, 'Romeo', 'none', false, true]);
    await chat.admin.deleteMember(first);
    expect(await standing()).toEqual(nothing);
    // The room that juliet is in knows it too.
    const list = await juliet.ask(
      'get',
      `<query xmlns='${mucNs}#admin'><item affiliation='admin'/></query>`,
      room,
    );
    expect(JSON.stringify(list)).not.toContain('romeo');
    const { members } = (await chat.server.chat.rooms.find('tea')) ?? { members: new Map() };
    expect([...members.keys()]).toEqual(['juliet@coop.localhost']);
  });

  test('the same of an address that the member had before', async () => {
    await chat.addMember('juliet');
    const juliet = await signedIn('juliet');
    const first = await chat.addMember('romeo');
    await chat.befriend('juliet', 'romeo');
    await juliet.ask('set', `<query xmlns='jabber:iq:roster'><item jid='${romeo}' name='Romeo'/></query>`);
    await makeRoom(juliet);
    await publishForRomeo(juliet);
    await chat.admin.renameMember(first, 'montague@coop.localhost');
    expect(await standing()).toMatchObject({ rooms: ['admin'], affiliation: 'publisher' });
    await chat.admin.deleteMember(first);
    expect(await standing()).toEqual(nothing);
  });

  test('the same of who was a member when it was given, of one-sided contacts and of rooms that nobody is in', async () => {
    const [first] = [await chat.addMember('romeo'), await chat.addMember('juliet')];
    let juliet = await signedIn('juliet');
    await makeRoom(juliet);
    await publishForRomeo(juliet);
    const account = (await chat.accounts.byName('juliet'))?.id ?? 0;
    // As an import leaves it: he knows nothing of it.
    await juliet.disconnect();
    const change = { listed: true, name: 'Romeo', subscription: 'both' } as const;
    await chat.store.roster.change(account, romeo, 0, change);
    expect(await standing()).toMatchObject({ rooms: ['admin'], affiliation: 'publisher' });
    await chat.admin.deleteMember(first);
    expect(await standing()).toEqual(nothing);
    juliet = await signedIn('juliet');
    await juliet.send(`<presence to='${room}/juliet'><x xmlns='${mucNs}'/></presence>`);
    await juliet.find(({ name }) => name === 'message');
    const list = await juliet.ask(
      'get',
      `<query xmlns='${mucNs}#admin'><item affiliation='admin'/></query>`,
      room,
    );
    expect(JSON.stringify(list)).not.toContain('romeo');
  });

  test('a room that has not heard of it yet lets nobody else have what was given to the account', async () => {
    await chat.addMember('juliet');
    await chat.addMember('romeo');
    const juliet = await signedIn('juliet');
    await makeRoom(juliet);
    await signedIn('romeo');
    const found = await chat.server.chat.rooms.find('tea');
    const given = found?.members.get(romeo);
    expect(found?.affiliationOf(parseJid(`${romeo}/x`))).toBe('admin');
    // Of an account that had the address before.
    if (given !== undefined) found?.setMember(romeo, { ...given, account: given.account + 1_000 });
    expect(found?.affiliationOf(parseJid(`${romeo}/x`))).toBe('none');
  });
});

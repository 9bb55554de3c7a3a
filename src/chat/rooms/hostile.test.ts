import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Element } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import type { Chat } from '../services.ts';
import { addressed } from '../stanza.ts';
import { setAffiliations } from './admin.ts';
import { firstConfig } from './config.ts';
import { defaultRoomLimits, Rooms } from './index.ts';

let chat: TestChat | undefined;
const actors: XmppActor[] = [];

afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat?.close();
  chat = undefined;
});

const room = 'r@rooms.coop.localhost';
const join = (nick: string, of = room) =>
  `<presence to='${of}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
const submit = (fields = '') =>
  `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`;
const field = (name: string, value: string) =>
  `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`;

async function enter(
  locals: readonly string[],
  fields = '',
  options: Parameters<typeof openTestChat>[0] = {},
) {
  const opened = await openTestChat(options);
  chat = opened;
  const there: XmppActor[] = [];
  for (const local of locals) {
    await opened.addMember(local);
    const actor = new XmppActor({
      transport: 'tcp',
      port: opened.ports.plain,
      domain: opened.domain,
      startTls: false,
    });
    actors.push(actor);
    await actor.login({ username: local, password: chatPassword, resource: 'one' });
    await actor.send(join(local));
    if (there.length === 0) await actor.ask('set', submit(fields), room);
    there.push(actor);
  }
  for (const actor of there) await actor.forget();
  return there as [XmppActor, XmppActor, XmppActor];
}

const text = (element: Element) => JSON.stringify(element);

describe('nobody speaks in the place of the room, or of another', () => {
  test('what the room alone says is not passed on', async () => {
    const [ana, bob] = await enter(['ana', 'bob']);
    await bob.send(
      `<message to='${room}' type='groupchat' id='1'><body>b</body>` +
        `<stanza-id xmlns='urn:xmpp:sid:0' by='${room}' id='forged'/>` +
        `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>` +
        `<delay xmlns='urn:xmpp:delay' from='${room}' stamp='2000-01-01T00:00:00Z'/>` +
        `<x xmlns='http://jabber.org/protocol/muc#user'><status code='301'/></x></message>`,
    );
    const heard = await ana.find(({ attributes }) => attributes.id === '1');
    expect(text(heard)).not.toMatch(/forged|2000-01-01|301/);
    expect(heard.attributes.from).toBe(`${room}/bob`);
    await bob.send(
      `<presence to='${room}/bob'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>` +
        `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' role='moderator'/></x></presence>`,
    );
    expect(text(await ana.find(({ name }) => name === 'presence'))).not.toMatch(/forged|owner/);
  });

  test('a message that comes from an address in the room is of nobody', async () => {
    const [ana] = await enter(['ana']);
    await ana.send(`<message to='${room}/nobody' type='chat' id='1'><body>b</body></message>`);
    await ana.find(({ attributes }) => attributes.type === 'error');
    const server = chat?.server.chat;
    const jid = { local: 'r', domain: 'rooms.coop.localhost', resource: '' };
    const of = { name: 'message', ns: 'jabber:client', attributes: { type: 'groupchat' }, children: [] };
    await server?.router.route(addressed(of, { ...jid, resource: 'ana' }, jid));
    await ana.receivesNothing();
  });

  test('answers that nobody asked for, and errors, are not passed on, and errors are not answered', async () => {
    const [ana, bob] = await enter(['ana', 'bob']);
    for (const type of ['result', 'error'])
      await bob.send(`<iq to='${room}/ana' type='${type}' id='1'><query xmlns='jabber:iq:version'/></iq>`);
    await bob.send(`<message to='nowhere@rooms.coop.localhost' type='error'/>`);
    await bob.send(`<presence to='nowhere@rooms.coop.localhost/x' type='error'/>`);
    await bob.send(`<iq to='nowhere@rooms.coop.localhost' type='error' id='2'/>`);
    await ana.receivesNothing();
    await bob.receivesNothing();
  });
});

const user = (inner: string) => `<x xmlns='http://jabber.org/protocol/muc#user'>${inner}</x>`;

function holding() {
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  return { held, go: () => go() };
}

describe('nobody gets more of a room than they were given', () => {
  /** A room for members alone, in which bob is one and may invite. */
  async function membersOnly() {
    const actors = await enter(['ana', 'bob'], field('persistentroom', '1'));
    const [ana] = actors;
    const bob = `<item jid='bob@coop.localhost' affiliation='member'/>`;
    await ana.ask('set', `<query xmlns='http://jabber.org/protocol/muc#admin'>${bob}</query>`, room);
    await ana.ask('set', submit(field('membersonly', '1') + field('allowinvites', '1')), room);
    for (const actor of actors) await actor.forget();
    const found = await chat?.server.chat.rooms.find('r');
    if (!found) throw new Error('there is no room');
    return { ana, bob: actors[1], found };
  }
  const invite = (to: string) => `<message to='${room}' id='i'>${user(`<invite to='${to}'/>`)}</message>`;

  test('who is invited is a person: no member lets a whole server in', async () => {
    const { bob, found } = await membersOnly();
    await bob.send(invite('else.example') + invite('coop.localhost'));
    for (let at = 0; at < 2; at++)
      expect(text(await bob.find(({ attributes }) => attributes.id === 'i'))).toContain('not-acceptable');
    expect([...found.members.keys()].toSorted()).toEqual(['ana@coop.localhost', 'bob@coop.localhost']);
  });

  test('who is kept out while an invitation waits for its turn stays out', async () => {
    const { bob, found } = await membersOnly();
    const mal = { jid: 'mal@else.example', account: 0, affiliation: 'outcast' } as const;
    const { held, go } = holding();
    const turns = vi.spyOn(found, 'inTurn');
    const turn = found.inTurn(async () => {
      await held;
      await setAffiliations(found, [mal]);
    });
    await bob.send(invite('mal@else.example'));
    await expect.poll(() => turns.mock.calls.length).toBe(2);
    go();
    await turn;
    await found.inTurn(async () => undefined);
    expect(found.affiliationOf({ local: 'mal', domain: 'else.example', resource: '' })).toBe('outcast');
  });

  test('who no longer owns it when the turn comes gives it no picture', async () => {
    const { bob, found } = await membersOnly();
    const owner = (affiliation: 'owner' | null) =>
      setAffiliations(found, [{ jid: 'bob@coop.localhost', account: 0, affiliation }]);
    await found.inTurn(() => owner('owner'));
    const { held, go } = holding();
    const turns = vi.spyOn(found, 'inTurn');
    const turn = found.inTurn(async () => {
      await held;
      await owner(null);
    });
    await bob.send(
      `<iq type='set' id='card' to='${room}'><vCard xmlns='vcard-temp'><FN>Mine</FN></vCard></iq>`,
    );
    await expect.poll(() => turns.mock.calls.length).toBe(2);
    go();
    await turn;
    expect(text(await bob.find(({ attributes }) => attributes.id === 'card'))).toContain('forbidden');
    expect(await found.chat.store.rooms.card(found.row.id)).toBeNull();
  });

  test('a refusal of an invitation tells nobody who is there', async () => {
    const [ana, bob] = await enter(['ana', 'bob']);
    await bob.send(`<presence to='${room}/bob' type='unavailable'/>`);
    await ana.forget();
    await bob.forget();
    const decline = (to: string) => `<message to='${room}'>${user(`<decline to='${to}'/>`)}</message>`;
    await bob.send(decline('nobody@coop.localhost') + decline('ana@coop.localhost'));
    await ana.find(({ name }) => name === 'message');
    await bob.receivesNothing();
    const out = `<item jid='bob@coop.localhost' affiliation='outcast'/>`;
    await ana.ask('set', `<query xmlns='http://jabber.org/protocol/muc#admin'>${out}</query>`, room);
    await ana.forget();
    await bob.send(decline('ana@coop.localhost'));
    await bob.receivesNothing();
    await ana.receivesNothing();
  });

  test('what comes as an error says nothing else, and not too often', async () => {
    const [ana, bob] = await enter(['ana', 'bob'], field('allowpm', 'none'), {
      roomLimits: { messageBurstMax: 2, messagesPerSecondMax: 0 },
    });
    const error = `<error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    const forged =
      `<body>forged</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>` +
      user(`<status code='301'/>`);
    for (let at = 0; at < 3; at++)
      await bob.send(`<message to='${room}/ana' type='error' id='e${at}'>${forged}${error}</message>`);
    for (let at = 0; at < 2; at++) {
      const heard = await ana.find(({ attributes }) => attributes.id === `e${at}`);
      expect(text(heard)).not.toMatch(/forged|301/);
      expect(text(heard)).toContain('not-acceptable');
    }
    await ana.receivesNothing();
  });
});

describe('who hears nothing any more is let go of', () => {
  test('a connection that breaks off', async () => {
    const [ana, bob] = await enter(['ana', 'bob']);
    bob.cut();
    await ana.find(`<presence from='${room}/bob' type='unavailable' more='{...}'>{...}</presence>`);
    expect(chat?.server.chat.rooms.limits).toBeDefined();
  });

  test('an error that says so; others are about one stanza, and a refusal of what was whispered goes back', async () => {
    const [ana, bob] = await enter(['ana', 'bob']);
    const error = (condition: string) =>
      `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    await bob.send(`<message to='${room}/ana' type='error' id='1'>${error('not-acceptable')}</message>`);
    await ana.receivesNothing();
    await bob.send(
      `<message to='${room}/ana' type='error' id='2'><x xmlns='http://jabber.org/protocol/muc#user'/>${error('service-unavailable')}</message>`,
    );
    await ana.receive(`<message from='${room}/bob' type='error' id='2' more='{...}'>{...}</message>`);
    await bob.send(
      `<message to='${room}/ana' type='error' id='3'>${error('recipient-unavailable')}</message>`,
    );
    const gone = await ana.receive(
      `<presence from='${room}/bob' type='unavailable' more='{...}'>{...}</presence>`,
    );
    expect(text(gone)).toContain('333');
  });
});

describe('what was is there again', () => {
  test('a room that stays is as it was after the process has ended; one that does not is gone', async () => {
    const [ana] = await enter(['ana'], field('persistentroom', '1') + field('membersonly', '1'));
    await ana.send(`<message to='${room}' type='groupchat' id='kept'><body>kept</body></message>`);
    await ana.send(join('ana', 'short@rooms.coop.localhost'));
    await ana.forget();
    await chat?.stop();
    chat = await chat?.again();
    const again = new XmppActor({
      ...{ transport: 'tcp', port: chat?.ports.plain ?? 0, domain: 'coop.localhost', startTls: false },
    });
    actors.push(again);
    await again.login({ username: 'ana', password: chatPassword });
    await again.send(join('ana'));
    await again.find(`<message id='kept' more='{...}'>{...}<body>kept</body>{...}</message>`);
    await again.send(join('ana', 'short@rooms.coop.localhost'));
    const made = await again.find(({ attributes }) => attributes.from === 'short@rooms.coop.localhost/ana');
    expect(text(made)).toContain('"201"');
  });

  test('a room that a process has left behind is gone, with what was said', async () => {
    await enter(['ana']);
    const { store } = chat?.server.chat ?? {};
    const row = await store?.rooms.room({ service: 'rooms.coop.localhost', local: 'r' });
    const { archive, ...rest } = { ...store };
    expect(rest.rooms).toBeDefined();
    if (!row || archive === undefined || chat === undefined) throw new Error('there is no room');
    const said = {
      ...({ kind: 'room', owner: row.id, atMs: 1, peer: 'a@b', resource: '', direction: 'in' } as const),
      ...({ type: 'groupchat', messageId: null, originId: null, occupantId: null } as const),
    };
    await archive.append([{ ...said, stanza: "<message xmlns='jabber:client'/>", body: null }]);
    // Another process on the same data, as after a crash.
    const other = new Rooms(() => ({ ...chat?.server.chat }) as Chat, 'rooms.coop.localhost');
    expect(await other.find('r')).toBeNull();
    expect((await archive.query({ kind: 'room', owner: row.id, max: 10 })).rows).toEqual([]);
  });

  test('the last one who leaves a room that does not stay takes what was said along', async () => {
    const [ana] = await enter(['ana']);
    await ana.send(`<message to='${room}' type='groupchat' id='1'><body>secret</body></message>`);
    await ana.send(`<presence to='${room}/ana' type='unavailable'/>`);
    await ana.forget();
    await chat?.server.chat.commits.settled();
    await ana.send(join('ana'));
    await ana.barrier();
    expect(ana.unread.map(({ element }) => text(element)).join()).not.toContain('secret');
    expect(ana.unread.map(({ element }) => text(element)).join()).toContain('"201"');
  });
});

test('a room that nobody owns is governed by administrators, for as long as they are', async () => {
  const [ana] = await enter(['ana']);
  const rooms = chat?.server.chat.rooms;
  await rooms?.create('orphan', { ...firstConfig, persistent: true }, 0, []);
  const orphan = 'orphan@rooms.coop.localhost';
  const reads = () => ana.ask('get', `<query xmlns='http://jabber.org/protocol/muc#owner'/>`, orphan);
  await expect(reads()).rejects.toThrow('forbidden');
  const member = await chat?.accounts.byName('ana');
  const app = await chat?.admin.addAppPassword(member?.id ?? 0, 'phone', ['chat']);
  await chat?.addMember('dora', { admin: true });
  await chat?.admin.changeMember(member?.id ?? 0, { admin: true });
  await expect.poll(() => reads().then(text, String)).toContain('muc#roomconfig');
  // A password that a device keeps governs nothing.
  const phone = new XmppActor({ transport: 'tcp', port: chat?.ports.plain ?? 0, domain: 'coop.localhost' });
  await phone.login({ username: 'ana', password: app?.password ?? '', resource: 'phone' });
  const asks = `<query xmlns='http://jabber.org/protocol/muc#owner'/>`;
  await expect(phone.ask('get', asks, orphan)).rejects.toThrow('forbidden');
  phone.cut();
  await chat?.admin.changeMember(member?.id ?? 0, { admin: false });
  await expect.poll(() => reads().then(text, String)).toContain('forbidden');
});

test('whose membership has ended owns nothing: administrators do', async () => {
  const [, bob] = await enter(['ana', 'bob'], field('persistentroom', '1'));
  const members = await Promise.all(['ana', 'bob'].map((local) => chat?.accounts.byName(local)));
  const [anas = 0, bobs = 0] = members.map((member) => member?.id);
  const reads = () => bob.ask('get', `<query xmlns='http://jabber.org/protocol/muc#owner'/>`, room);
  await chat?.admin.changeMember(bobs, { admin: true });
  await expect.poll(() => chat?.server.chat.homes.sessionAt(bob.jid)?.member.admin).toBe(true);
  await expect(reads()).rejects.toThrow('forbidden');
  await chat?.admin.deleteMember(anas);
  expect(text(await reads())).not.toContain('ana@coop.localhost');
});

test('two who make a room at the same moment are in one', async () => {
  const [ana, bob] = await enter(['ana', 'bob']);
  const other = 'new@rooms.coop.localhost';
  await Promise.all([ana.send(join('ana', other)), bob.send(join('bob', other))]);
  await ana.barrier();
  await bob.barrier();
  const all = [...ana.unread, ...bob.unread].map(({ element }) => text(element));
  expect(all.filter((each) => each.includes('"201"'))).toHaveLength(1);
  expect(all.filter((each) => each.includes('item-not-found'))).toHaveLength(1);
});

test('a password is asked for, and not of who governs', async () => {
  const [ana, bob] = await enter(
    ['ana', 'bob'],
    field('passwordprotectedroom', '1') + field('roomsecret', 'cauldron'),
  );
  // Bob has not come in without.
  await ana.send(`<message to='${room}' type='groupchat' id='1'><body>b</body></message>`);
  await bob.receivesNothing();
  const enterWith = (password: string) =>
    `<presence to='${room}/bob'><x xmlns='http://jabber.org/protocol/muc'><password>${password}</password></x></presence>`;
  await bob.send(enterWith('wrong'));
  expect(text(await bob.find(({ name }) => name === 'presence'))).toContain('not-authorized');
  await bob.send(enterWith('cauldron'));
  await bob.find(`<presence from='${room}/bob' more='{...}'>{...}</presence>`);
  // What was said there is read by nobody else.
  await ana.send(`<presence to='${room}/ana' type='unavailable'/>`);
  await ana.forget();
  await ana.send(join('ana'));
  await ana.find(`<presence from='${room}/ana' more='{...}'>{...}</presence>`);
});

test('lists of many thousands are kept, shown, and looked at quickly', { timeout: 60_000 }, async () => {
  const [ana] = await enter(['ana'], field('persistentroom', '1'));
  const rooms = chat?.server.chat.store.rooms;
  const row = await rooms?.room({ service: 'rooms.coop.localhost', local: 'r' });
  if (rooms === undefined || row === null || row === undefined) throw new Error('there is no room');
  const of = (from: number) =>
    Array.from({ length: 5_000 }, (_, at) => ({
      ...{ jid: `m${from + at}@else.example`, account: 0, affiliation: 'outcast' as const },
    }));
  for (let from = 0; from < 50_000; from += 5_000) await rooms.setAffiliations(row.id, of(from));
  await chat?.stop();
  chat = await chat?.again();
  const again = new XmppActor({
    ...{ transport: 'tcp', port: chat?.ports.plain ?? 0, domain: 'coop.localhost', startTls: false },
    patienceMs: 30_000,
  });
  actors.push(again);
  await again.login({ username: 'ana', password: chatPassword });
  await again.send(join('ana'));
  await again.find(`<presence from='${room}/ana' more='{...}'>{...}</presence>`);
  const page = async (after: string) => {
    const set =
      after === '' ? '' : `<set xmlns='http://jabber.org/protocol/rsm'><after>${after}</after></set>`;
    const list = await again.ask(
      'get',
      `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast'/>${set}</query>`,
      room,
    );
    const jids = [...text(list).matchAll(/"jid":"([^"]+)"/g)].map(([, jid]) => jid);
    expect(text(list)).toContain('"50000"');
    return jids;
  };
  const seen = new Set<string | undefined>();
  for (let after = '', at = 0; at < 25; at++) {
    const jids = await page(after);
    expect(jids).toHaveLength(defaultRoomLimits.listedPeopleMax);
    for (const jid of jids) seen.add(jid);
    after = jids.at(-1) ?? '';
  }
  expect(seen.size).toBe(50_000);
  ana.cut();
});

import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { defaultRoomLimits, type RoomLimits } from './index.ts';

let chat: TestChat | undefined;
const actors: XmppActor[] = [];

afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat?.close();
  chat = undefined;
});

async function open(roomLimits: Partial<RoomLimits>, clock = fakeClock(1_800_000_000_000)) {
  chat = await openTestChat({ roomLimits, clock });
  const known = new Set<string>();
  return {
    clock,
    async actor(local: string, resource = 'one') {
      if (!known.has(local)) await chat?.addMember(local);
      known.add(local);
      const actor = new XmppActor({
        ...{ transport: 'tcp', port: chat?.ports.plain ?? 0, domain: chat?.domain ?? '', startTls: false },
      });
      actors.push(actor);
      await actor.login({ username: local, password: chatPassword, resource });
      return actor;
    },
  };
}

const room = 'r@rooms.coop.localhost';
const join = (nick: string, of = room, more = '') =>
  `<presence to='${of}/${nick}'><x xmlns='http://jabber.org/protocol/muc'>${more}</x></presence>`;
const instant = (fields = '') =>
  `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`;
const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`;
const say = (body: string, id = body, of = room) =>
  `<message to='${of}' type='groupchat' id='${id}'><body>${body}</body></message>`;

/** The condition of the next error that comes. */
async function refused(actor: XmppActor): Promise<string> {
  const { children } = await actor.find(({ attributes }) => attributes.type === 'error');
  const error = children.find((child) => typeof child !== 'string' && child.name === 'error');
  const [condition] = typeof error === 'object' ? error.children : [];
  return typeof condition === 'object' ? condition.name : '';
}

async function made(limits: Partial<RoomLimits>, fields = '') {
  const scene = await open(limits);
  const ana = await scene.actor('ana');
  await ana.send(join('ana'));
  await ana.ask('set', instant(fields), room);
  await ana.forget();
  return { ...scene, ana };
}

describe('who may come is bounded', () => {
  test('occupantsPerRoomMax: a room is full, whatever its configuration says', async () => {
    const { actor, ana } = await made({ occupantsPerRoomMax: 2 }, field('muc#roomconfig_maxusers', '200'));
    const [bob, cleo] = [await actor('bob'), await actor('cleo')];
    await bob.send(join('bob'));
    await bob.forget();
    await cleo.send(join('cleo'));
    expect(await refused(cleo)).toBe('service-unavailable');
    await bob.send(`<presence to='${room}/bob' type='unavailable'/>`);
    await bob.forget();
    await cleo.send(join('cleo'));
    await cleo.find(`<presence from='${room}/cleo' more='{...}'>{...}</presence>`);
    await ana.forget();
  });

  test('seatsPerOccupantMax: so many resources under one nick, and all of them hear what is said', async () => {
    const { actor, ana } = await made({ seatsPerOccupantMax: 2 });
    const second = await actor('ana', 'two');
    await second.send(join('ana'));
    await second.forget();
    // Nobody else hears that there are two.
    await ana.receivesNothing();
    const third = await actor('ana', 'three');
    await third.send(join('ana'));
    expect(await refused(third)).toBe('resource-constraint');
    await ana.send(say('both'));
    for (const each of [ana, second])
      await each.receive(`<message id='both' more='{...}'>{...}<body>both</body>{...}</message>`);
    // One goes, and the other stays.
    await ana.send(`<presence to='${room}/ana' type='unavailable'/>`);
    await ana.find(`<presence type='unavailable' more='{...}'>{...}</presence>`);
    await second.send(say('still'));
    await second.find(`<message id='still' more='{...}'>{...}</message>`);
  });

  test('roomsPerSessionMax: one is in so many rooms', async () => {
    const { ana } = await made({ roomsPerSessionMax: 2 });
    await ana.send(join('ana', 'other@rooms.coop.localhost'));
    await ana.forget();
    await ana.send(join('ana', 'third@rooms.coop.localhost'));
    expect(await refused(ana)).toBe('resource-constraint');
  });

  test('livelyRoomsMax: so many rooms have somebody in them', async () => {
    const { ana } = await made({ livelyRoomsMax: 1 });
    await ana.send(join('ana', 'other@rooms.coop.localhost'));
    expect(await refused(ana)).toBe('resource-constraint');
  });

  test('idleRoomsMax: a room that is not in memory is as it was', async () => {
    const { ana } = await made({ idleRoomsMax: 2 }, field('muc#roomconfig_persistentroom', '1'));
    await ana.send(say('kept'));
    await ana.send(`<presence to='${room}/ana' type='unavailable'/>`);
    for (const other of ['a', 'b', 'c', 'd']) await ana.send(join('ana', `${other}@rooms.coop.localhost`));
    for (const other of ['a', 'b', 'c', 'd'])
      await ana.send(`<presence to='${other}@rooms.coop.localhost/ana' type='unavailable'/>`);
    await ana.forget();
    await ana.send(join('ana'));
    await ana.find(`<message id='kept' more='{...}'>{...}<body>kept</body>{...}</message>`);
  });
});

describe('what everybody is told is bounded', () => {
  test('nickBytesMax, and nicks that are nothing', async () => {
    const { actor } = await made({ nickBytesMax: 8 });
    const bob = await actor('bob');
    for (const nick of ['123456789', 'ééééé', ' ']) {
      await bob.send(join(nick));
      expect(await refused(bob)).toMatch(/not-acceptable|jid-malformed/);
    }
    await bob.send(join('éééé'));
    await bob.find(`<presence from='${room}/éééé' more='{...}'>{...}</presence>`);
  });

  test('presenceCharsMax: nobody shows more, or leaves with more words', async () => {
    const { actor, ana } = await made({ presenceCharsMax: 100 });
    const bob = await actor('bob');
    const long = `<status>${'x'.repeat(200)}</status>`;
    await bob.send(
      `<presence to='${room}/bob'>${long}<x xmlns='http://jabber.org/protocol/muc'/></presence>`,
    );
    expect(await refused(bob)).toBe('policy-violation');
    await bob.send(join('bob'));
    await ana.find(`<presence from='${room}/bob' more='{...}'>{...}</presence>`);
    await bob.send(`<presence to='${room}/bob' type='unavailable'>${long}</presence>`);
    const left = await ana.find(
      `<presence from='${room}/bob' type='unavailable' more='{...}'>{...}</presence>`,
    );
    expect(JSON.stringify(left)).not.toContain('xxxx');
  });

  test('historyMessagesMax and historyCharsMax: so much is told of before', async () => {
    const { actor, ana } = await made({ historyMessagesMax: 3, historyCharsMax: 2_000 });
    for (const body of ['a', 'b', 'c', 'd']) await ana.send(say(body));
    await ana.forget();
    const bob = await actor('bob');
    await bob.send(join('bob'));
    await bob.barrier();
    const heard = () =>
      bob.unread.map(({ element }) => element.attributes.id).filter((id) => id?.length === 1);
    expect(heard()).toEqual(['b', 'c', 'd']);
    await ana.send(say('x'.repeat(3_000), 'e'));
    await ana.barrier();
    await bob.forget();
    await bob.send(join('bob'));
    await bob.barrier();
    expect(heard()).toEqual([]);
  });
});

describe('how fast is bounded', () => {
  test('messageBurstMax, messagesPerSecondMax', async () => {
    const { ana, clock } = await made({ messageBurstMax: 2, messagesPerSecondMax: 1 });
    for (const body of ['1', '2', '3']) await ana.send(say(body));
    expect(await refused(ana)).toBe('policy-violation');
    await ana.forget();
    clock.advance(1_000);
    await ana.send(say('4'));
    await ana.receive(`<message id='4' more='{...}'>{...}</message>`);
  });

  test('presenceBurstMax, presencesPerSecondMax: who changes the nick all the time is held back, also by leaving', async () => {
    const { actor, ana } = await made({ presenceBurstMax: 5, presencesPerSecondMax: 1 });
    const bob = await actor('bob');
    await bob.send(join('bob'));
    for (let at = 0; at < 100; at++) await bob.send(`<presence to='${room}/bob${at}'/>`);
    await bob.barrier();
    await ana.barrier();
    // Entering, and four changes of two each.
    expect(ana.unread).toHaveLength(9);
    await bob.send(`<presence to='${room}/bob3' type='unavailable'/>`);
    await bob.forget();
    await bob.send(join('bob'));
    expect(await refused(bob)).toBe('policy-violation');
  });

  test('pacesPerRoomMax: of so many it is known how fast they were', async () => {
    const { actor, ana } = await made({ pacesPerRoomMax: 2, presenceBurstMax: 1, presencesPerSecondMax: 0 });
    const [bob, cleo] = [await actor('bob'), await actor('cleo')];
    for (const [each, nick] of [
      [bob, 'bob'],
      [cleo, 'cleo'],
    ] as const) {
      await each.send(join(nick));
      await each.forget();
    }
    await ana.forget();
    await bob.send(`<presence to='${room}/bob'><show>away</show></presence>`);
    await bob.find(`<presence from='${room}/bob' more='{...}'><show>away</show>{...}</presence>`);
  });

  test('questionsMax: what occupants ask waits for an answer, but not all of it', async () => {
    const { actor, ana } = await made({ questionsMax: 2 });
    const bob = await actor('bob');
    await bob.send(join('bob'));
    await bob.forget();
    for (const id of ['1', '2', '3'])
      await bob.send(`<iq to='${room}/ana' type='get' id='${id}'><query xmlns='jabber:iq:version'/></iq>`);
    await bob.barrier();
    await ana.barrier();
    const asked = ana.unread
      .filter(({ element }) => element.name === 'iq')
      .map(({ element }) => element.attributes.id);
    expect(new Set(asked).size).toBe(3);
    for (const id of asked) await ana.send(`<iq to='${room}/bob' type='result' id='${id}'/>`);
    await ana.barrier();
    await bob.barrier();
    expect(bob.unread.map(({ element }) => element.attributes.id)).toEqual(
      ['2', '3'].slice(-bob.unread.length),
    );
    expect(bob.unread.length).toBeGreaterThan(0);
  });
});

describe('what is asked at once is bounded', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, at) => `<item affiliation='member' jid='m${at}@else.example'/>`).join(
      '',
    );

  test('itemsPerCallMax', async () => {
    const { ana } = await made({ itemsPerCallMax: 2 });
    const change = (count: number) =>
      `<query xmlns='http://jabber.org/protocol/muc#admin'>${items(count)}</query>`;
    await ana.ask('set', change(2), room);
    await expect(ana.ask('set', change(3), room)).rejects.toThrow('policy-violation');
  });

  test('absentToldMax: of a long list of people who are away nobody is told one by one', async () => {
    const { ana } = await made({ absentToldMax: 2 });
    const set = (count: number) =>
      `<query xmlns='http://jabber.org/protocol/muc#admin'>${items(count)}</query>`;
    await ana.ask('set', set(3), room);
    await ana.receivesNothing();
    await ana.ask(
      'set',
      `<query xmlns='http://jabber.org/protocol/muc#admin'>${items(2).replaceAll('member', 'none')}</query>`,
      room,
    );
    for (let n = 0; n < 2; n++) await ana.find(({ name }) => name === 'message');
  });

  test('listedPeopleMax: a list of people comes in pages', async () => {
    const { ana } = await made({ listedPeopleMax: 2 });
    const set = `<query xmlns='http://jabber.org/protocol/muc#admin'>${items(3)}</query>`;
    await ana.ask('set', set, room);
    const asked = `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member'/></query>`;
    expect(JSON.stringify(await ana.ask('get', asked, room)).match(/"jid":"m/g)).toHaveLength(2);
  });

  test('listedRoomsMax: the list of rooms comes in pages', async () => {
    const { ana } = await made({ listedRoomsMax: 2 });
    for (const name of ['a', 'b', 'c']) {
      const of = `${name}@rooms.coop.localhost`;
      await ana.send(join('ana', of));
      await ana.ask('set', instant(field('muc#roomconfig_publicroom', '1')), of);
    }
    const ask = (set: string) =>
      ana.ask(
        'get',
        `<query xmlns='http://jabber.org/protocol/disco#items'>${set}</query>`,
        'rooms.coop.localhost',
      );
    const named = async (set: string) => JSON.stringify(await ask(set)).match(/[abc]@rooms[^"]*/g);
    expect(new Set(await named(''))).toEqual(new Set(['a@rooms.coop.localhost', 'b@rooms.coop.localhost']));
    const rsm = `<set xmlns='http://jabber.org/protocol/rsm'><max>9</max><after>b@rooms.coop.localhost</after></set>`;
    expect(new Set(await named(rsm))).toEqual(new Set(['c@rooms.coop.localhost']));
  });

  test('invitesPerMessageMax', async () => {
    const { ana } = await made({ invitesPerMessageMax: 2 });
    const invites = [1, 2, 3].map((at) => `<invite to='m${at}@else.example'/>`).join('');
    await ana.send(
      `<message to='${room}'><x xmlns='http://jabber.org/protocol/muc#user'>${invites}</x></message>`,
    );
    expect(await refused(ana)).toBe('policy-violation');
  });
});

test('nothing of it is without a bound', () => {
  for (const limit of Object.values(defaultRoomLimits)) expect(limit).toBeGreaterThan(0);
});

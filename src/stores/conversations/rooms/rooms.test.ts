import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { createRooms, type NewRoom, type RoomConfig, type RoomsStore, roomsLimits } from './index.ts';
import { roomsOperations } from './module.ts';

const start = Date.UTC(2026, 10, 23);
const [ana, bea, carl] = [11, 12, 13];
const [anaJid, beaJid, carlJid] = ['ana@coop.example', 'bea@coop.example', 'carl@coop.example'];
const strangerJid = 'zoe@elsewhere.example';
const service = 'rooms.coop.example';

const config: RoomConfig = {
  ...{ name: 'Tea', description: '', language: 'en', persistent: true, public: true },
  ...{ membersOnly: false, moderated: false, password: '', whois: 'moderators' },
  ...{ allowInvites: true, allowSubjectChange: false, privateMessages: 'anyone' },
  ...{ presenceBroadcast: ['moderator', 'participant', 'visitor'], maxUsers: null },
  ...{ historyMax: 20, archive: true, contacts: [] },
};

describeEngines('rooms', (engine) => {
  let stores: TestStores;
  let clock: ReturnType<typeof fakeClock>;
  let rooms: RoomsStore;
  beforeEach(async () => {
    clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
    rooms = createRooms({ database: stores.database, clock });
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  const wish = (local: string, more: Partial<NewRoom> = {}): NewRoom => ({
    service,
    local,
    config,
    creator: ana,
    owners: [{ jid: anaJid, account: ana }],
    ...more,
  });
  const affiliationsOf = async (id: number) => {
    const all: string[] = [];
    for await (const page of rooms.members(id))
      all.push(...page.map(({ jid, affiliation }) => `${jid.split('@')[0]} ${affiliation}`));
    return all;
  };
  const localsOf = (found: { readonly rooms: readonly { readonly local: string }[] }) =>
    found.rooms.map(({ local }) => local);

  test('a room is loaded whole in one call, and again after a restart', async () => {
    const made = await rooms.create(wish('tea', { binding: 'group:staff' }));
    expect(made).toMatchObject({ local: 'tea', subject: null, ver: 1, affiliations: 1, creator: ana });
    await rooms.setAffiliations(made.id, [
      { jid: `${beaJid}/desk`, account: bea, affiliation: 'member', nick: 'Bea', reason: 'asked' },
    ]);
    const state = await rooms.load(made);
    if (state?.kind !== 'room') throw new Error('there is a room');
    expect(state.members).toEqual([
      { jid: anaJid, account: ana, affiliation: 'owner', nick: '', reason: '', ver: 1 },
      { jid: beaJid, account: bea, affiliation: 'member', nick: 'Bea', reason: 'asked', ver: 2 },
    ]);
    expect(state.room).toMatchObject({ binding: 'group:staff', ver: 2, affiliations: 2 });
    expect(state.occupantSecret.length).toBeGreaterThanOrEqual(roomsLimits.secretBits / 5);
    stores = await stores.reopen();
    rooms = createRooms({ database: stores.database, clock });
    expect(await rooms.load(made)).toEqual(state);
    expect(await rooms.load({ service, local: 'none' })).toBeNull();
    expect((await rooms.roomsBoundTo('group:staff')).map(({ id }) => id)).toEqual([made.id]);
    expect(await rooms.roomsBoundTo('')).toEqual([]);
  });

  test('an address is one room’s, of each service', async () => {
    await rooms.create(wish('tea'));
    const told = (work: Promise<unknown>) =>
      refusal(work, ({ reason, details }) => `${reason} ${details.gone ?? ''}`);
    expect(await told(rooms.create(wish('tea')))).toBe('exists ');
    await rooms.create(wish('tea', { service: 'other.example' }));
    expect(await refusal(rooms.create(wish('')))).toBe('invalid');
  });

  test('configuration, subject, binding: each alone, and none over what somebody else changed', async () => {
    const { id } = await rooms.create(wish('tea'));
    clock.advance(5);
    const named = await rooms.update(id, { config: { ...config, name: 'Coffee' } });
    expect(named).toMatchObject({ config: { name: 'Coffee' }, subject: null, binding: null, ver: 2 });
    const told = await rooms.update(id, { subject: { text: 'beans', by: 'Ana' }, binding: 'group:x' }, 2);
    expect(told).toMatchObject({
      config: { name: 'Coffee' },
      subject: { text: 'beans', by: 'Ana', atMs: start + 5 },
      binding: 'group:x',
    });
    expect(await refusal(rooms.update(id, { binding: null }, 2))).toBe('conflict');
    expect(await rooms.update(id, { binding: null }, 3)).toMatchObject({
      subject: { text: 'beans' },
      binding: null,
    });
    expect(await refusal(rooms.update(999, { binding: null }))).toBe('not-found');
    await rooms.update(id, { subject: { text: '', by: 'Ana' } });
    expect((await rooms.roomById(id))?.subject).toEqual({ text: '', by: 'Ana', atMs: start + 5 });
  });

  test('when somebody spoke last only goes up, and is no change of the room', async () => {
    const [one, two] = [await rooms.create(wish('one')), await rooms.create(wish('two'))];
    await rooms.touch([
      { id: two.id, atMs: start + 9 },
      { id: one.id, atMs: start - 9 },
    ]);
    expect(await rooms.roomById(one.id)).toMatchObject({ activeMs: start, ver: 1 });
    expect(await rooms.roomById(two.id)).toMatchObject({ activeMs: start + 9, ver: 1 });
  });

  test('a list changes together; what is the same already is no change', async () => {
    const { id } = await rooms.create(wish('tea'));
    const first = await rooms.setAffiliations(id, [
      { jid: beaJid, account: bea, affiliation: 'admin' },
      { jid: strangerJid, account: 0, affiliation: 'outcast', reason: 'noise' },
      { jid: anaJid, account: ana, affiliation: 'owner' },
      { jid: carlJid, account: carl, affiliation: null },
    ]);
    expect(first.changed.map(({ jid, before, after }) => [jid, before, after?.affiliation])).toEqual([
      [beaJid, null, 'admin'],
      [strangerJid, null, 'outcast'],
    ]);
    const wrong = [
      { jid: beaJid, account: bea, affiliation: 'owner' },
      { jid: carlJid, account: carl, nick: 'C' },
    ] as const;
    expect(await refusal(rooms.setAffiliations(id, wrong))).toBe('not-found');
    expect(await affiliationsOf(id)).toEqual(['ana owner', 'bea admin', 'zoe outcast']);
    const { changed } = await rooms.setAffiliations(id, [
      { jid: strangerJid, account: 0, affiliation: 'member' },
      { jid: beaJid, account: bea, affiliation: null },
      { jid: beaJid, account: bea, affiliation: 'member' },
    ]);
    expect(changed.map(({ before, after }) => [before?.reason, after?.reason, after?.affiliation])).toEqual([
      ['noise', '', 'member'],
      ['', '', 'member'],
    ]);
    expect((await rooms.roomById(id))?.affiliations).toBe(3);
    const owners: string[] = [];
    for await (const page of rooms.members(id, 'owner')) owners.push(...page.map(({ jid }) => jid));
    expect(owners).toEqual([anaJid]);
    expect(await refusal(rooms.setAffiliations(999, []))).toBe('not-found');
  });

  test('the last owner stays, until there is another one', async () => {
    const { id } = await rooms.create(wish('tea'));
    const leave = { jid: anaJid, account: ana, affiliation: 'member' } as const;
    expect(await refusal(rooms.setAffiliations(id, [leave]))).toBe('conflict');
    await rooms.setAffiliations(id, [leave, { jid: beaJid, account: bea, affiliation: 'owner' }]);
    expect(await affiliationsOf(id)).toEqual(['ana member', 'bea owner']);
  });

  test('two owners who leave at the same time: one of them cannot', async () => {
    const both = [
      { jid: anaJid, account: ana },
      { jid: beaJid, account: bea },
    ];
    const { id } = await rooms.create(wish('tea', { owners: both }));
    const left = await Promise.all(
      both.map((who) => refusal(rooms.setAffiliations(id, [{ ...who, affiliation: null }]))),
    );
    expect(left.sort()).toEqual(['accepted', 'conflict']);
    expect(await affiliationsOf(id)).toHaveLength(1);
  });

  test('a nick is one person’s, in whatever case it is written', async () => {
    const { id } = await rooms.create(wish('tea'));
    const other = await rooms.create(wish('other'));
    const member = (jid: string, account: number, nick: string) =>
      ({ jid, account, affiliation: 'member', nick }) as const;
    await rooms.setAffiliations(id, [member(beaJid, bea, 'Béa  B')]);
    expect(await refusal(rooms.setAffiliations(id, [member(carlJid, carl, ' be\u0301a b ')]))).toBe('exists');
    await rooms.setAffiliations(other.id, [member(carlJid, carl, 'béa b')]);
    expect((await rooms.memberByNick(id, 'BÉA B'))?.jid).toBe(beaJid);
    expect(await rooms.memberByNick(id, 'nobody')).toBeNull();
    expect(await rooms.memberByNick(id, ' ')).toBeNull();
    const swap = [
      { jid: beaJid, account: bea, nick: 'Ana' },
      { jid: anaJid, account: ana, nick: 'béa b' },
    ];
    await rooms.setAffiliations(id, swap);
    expect((await rooms.memberByNick(id, 'BÉA B'))?.jid).toBe(anaJid);
    expect((await rooms.member(id, `${beaJid}/x`))?.nick).toBe('Ana');
    await rooms.setAffiliations(id, [{ jid: beaJid, account: bea, affiliation: 'outcast' }]);
    expect(await rooms.memberByNick(id, 'Ana')).toBeNull();
    expect(await refusal(rooms.setAffiliations(id, [member(carlJid, carl, '  ')]))).toBe('invalid');
  });

  test('public rooms by name, in pages both ways', async () => {
    for (const local of ['e', 'c', 'a', 'b', 'd']) await rooms.create(wish(local));
    await rooms.create(wish('hidden', { config: { ...config, public: false } }));
    await rooms.create(wish('x', { service: 'other.example' }));
    const page = async (asked: { after?: string; before?: string; search?: string }) => {
      const found = await rooms.listed(service, { max: 2, ...asked });
      return [localsOf(found).join(''), found.total, found.index, found.complete];
    };
    expect(await page({})).toEqual(['ab', 5, 0, false]);
    expect(await page({ after: 'b' })).toEqual(['cd', 5, 2, false]);
    expect(await page({ after: 'd' })).toEqual(['e', 5, 4, true]);
    expect(await page({ before: '' })).toEqual(['de', 5, 3, false]);
    expect(await page({ before: 'b' })).toEqual(['a', 5, 0, true]);
    expect(await page({ after: 'e' })).toEqual(['', 5, 0, true]);
    const { id } = await rooms.create(wish('f', { config: { ...config, name: '100 % ÉTÉ' } }));
    expect(await page({ search: 'été' })).toEqual(['f', 1, 0, true]);
    expect(await page({ search: '0 % é' })).toEqual(['f', 1, 0, true]);
    expect(await page({ search: '_' })).toEqual(['', 0, 0, true]);
    await rooms.update(id, { config: { ...config, name: 'winter' } });
    expect(await page({ search: 'été' })).toEqual(['', 0, 0, true]);
    await rooms.update(id, { config: { ...config, public: false } });
    expect((await page({}))[1]).toBe(5);
  });

  test('the rooms that somebody stands to', async () => {
    const [one, two] = [await rooms.create(wish('one')), await rooms.create(wish('two'))];
    await rooms.create(wish('three', { owners: [{ jid: beaJid, account: bea }] }));
    await rooms.setAffiliations(two.id, [{ jid: anaJid, account: ana, nick: 'A' }]);
    const found = await rooms.roomsOf(`${anaJid}/phone`);
    expect(found.map(({ room, affiliation, nick }) => [room.id, affiliation, nick])).toEqual([
      [one.id, 'owner', ''],
      [two.id, 'owner', 'A'],
    ]);
    expect(await rooms.roomsOf(strangerJid)).toEqual([]);
  });

  test('the card of a room', async () => {
    const { id } = await rooms.create(wish('tea'));
    expect(await rooms.card(id)).toBeNull();
    const xml = '<vCard xmlns="vcard-temp"/>';
    expect(await rooms.setCard(id, { xml, pictureHash: 'abc' })).toMatchObject({
      pictureHash: 'abc',
      ver: 2,
    });
    expect(await rooms.card(id)).toBe(xml);
    expect((await rooms.setCard(id, null)).pictureHash).toBe('');
    expect(await rooms.card(id)).toBeNull();
    expect(await refusal(rooms.setCard(999, null))).toBe('not-found');
  });

  test('a room that is gone says so, until its address is given back', async () => {
    const { id } = await rooms.create(wish('tea', { config: { ...config, password: 'sesame' } }));
    await rooms.setCard(id, { xml: '<vCard/>', pictureHash: 'abc' });
    const tombstone = { reason: 'moved', alternate: `coffee@${service}` };
    expect(await rooms.destroy(id, tombstone)).toBe(true);
    expect(await rooms.destroy(id, tombstone)).toBe(false);
    const state = await rooms.load({ service, local: 'tea' });
    expect(state).toEqual({ kind: 'gone', atMs: start, ...tombstone });
    expect([
      await rooms.room({ service, local: 'tea' }),
      await rooms.roomById(id),
      await rooms.card(id),
    ]).toEqual([null, null, null]);
    expect(localsOf(await rooms.listed(service, { max: 9 }))).toEqual([]);
    expect(await rooms.roomsOf(anaJid)).toEqual([]);
    expect(
      await refusal(rooms.create(wish('tea')), ({ reason, details }) => `${reason} ${details.gone}`),
    ).toBe('exists 1');
    expect(await refusal(rooms.setAffiliations(id, []))).toBe('not-found');
    expect(await rooms.release({ service, local: 'tea' })).toBe(true);
    expect(await rooms.release({ service, local: 'tea' })).toBe(false);
    const again = await rooms.create(wish('tea'));
    expect(again.id).toBeGreaterThan(id);
    expect(await rooms.release({ service, local: 'tea' })).toBe(false);
    expect(await rooms.destroy(again.id, null)).toBe(true);
    expect(await rooms.load({ service, local: 'tea' })).toBeNull();
    expect((await rooms.create(wish('tea'))).id).toBeGreaterThan(again.id);
  });

  test('goneKeptDays: an address is kept so long', async () => {
    const { id } = await rooms.create(wish('tea'));
    await rooms.destroy(id, { reason: '', alternate: '' });
    clock.advance(roomsLimits.goneKeptDays * 86_400_000 - 1);
    await rooms.purge();
    expect((await rooms.load({ service, local: 'tea' }))?.kind).toBe('gone');
    clock.advance(1);
    await rooms.purge();
    expect(await rooms.load({ service, local: 'tea' })).toBeNull();
  });

  test('rooms that do not stay go at a start', async () => {
    await rooms.create(wish('stays'));
    const { id } = await rooms.create(wish('goes', { config: { ...config, persistent: false } }));
    expect(await rooms.dropTemporary()).toEqual([id]);
    expect(await rooms.dropTemporary()).toEqual([]);
    expect(localsOf(await rooms.listed(service, { max: 9 }))).toEqual(['stays']);
  });

  test('whoever runs the server sees all rooms, hidden ones too, and none that is gone', async () => {
    await rooms.create(wish('tea'));
    await rooms.create(wish('den', { config: { ...config, public: false } }));
    await rooms.destroy((await rooms.create(wish('gone'))).id, { reason: 'over', alternate: '' });
    const found: string[] = [];
    for await (const page of rooms.all())
      found.push(...page.map(({ local, config: { public: isPublic } }) => `${local} ${isPublic}`));
    expect(found).toEqual(['tea true', 'den false']);
  });

  test('a member who is erased stands to no room, even as its last owner', async () => {
    const alone = await rooms.create(wish('alone'));
    const shared = await rooms.create(wish('shared'));
    await rooms.setAffiliations(shared.id, [
      { jid: beaJid, account: bea, affiliation: 'owner' },
      { jid: strangerJid, account: 0, affiliation: 'member' },
    ]);
    await rooms.erase(0);
    expect(await affiliationsOf(shared.id)).toEqual(['ana owner', 'bea owner', 'zoe member']);
    await rooms.erase(ana);
    expect(await rooms.roomsOf(anaJid)).toEqual([]);
    expect(await rooms.roomById(alone.id)).toMatchObject({ affiliations: 0, creator: 0 });
    expect(await affiliationsOf(shared.id)).toEqual(['bea owner', 'zoe member']);
    await rooms.setAffiliations(alone.id, [{ jid: beaJid, account: bea, affiliation: 'member' }]);
    expect(await affiliationsOf(alone.id)).toEqual(['bea member']);
  });

  test('an address that is nobody’s any more stands to no room, whosever it was', async () => {
    const one = await rooms.create(wish('one', { owners: [{ jid: beaJid, account: bea }] }));
    const two = await rooms.create(wish('two'));
    // Before she was a member.
    await rooms.setAffiliations(one.id, [{ jid: anaJid, account: 0, affiliation: 'admin', nick: 'A' }]);
    await rooms.forget(`${anaJid}/desk`);
    expect([await rooms.roomsOf(anaJid), await affiliationsOf(one.id)]).toEqual([[], ['bea owner']]);
    expect((await rooms.roomById(two.id))?.affiliations).toBe(0);
    expect(await rooms.memberByNick(one.id, 'a')).toBeNull();
  });

  test('what damage did to the counters is found and mended', async () => {
    const { id } = await rooms.create(wish('tea'));
    await stores.damage('update conversation_rooms set affiliations = 7');
    const found = await stores.database.call(roomsOperations.check, { after: -1 });
    expect(found).toEqual({ next: null, faults: [expect.stringContaining(`room ${id}`)] });
    await stores.database.call(roomsOperations.repair, { after: -1, now: start });
    expect((await rooms.roomById(id))?.affiliations).toBe(1);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { engines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { createRooms, roomsLimits as limits, type RoomConfig, type RoomsStore } from './index.ts';

const service = 'rooms.coop.example';
const config: RoomConfig = {
  ...{ name: 'Tea', description: '', language: 'en', persistent: true, public: true },
  ...{ membersOnly: false, moderated: false, password: '', whois: 'moderators' },
  ...{ allowInvites: true, allowSubjectChange: false, privateMessages: 'anyone' },
  ...{ presenceBroadcast: [], maxUsers: null, historyMax: 20, archive: true, contacts: [] },
};

describe('limits of rooms', () => {
  let stores: TestStores;
  let rooms: RoomsStore;
  let id: number;
  beforeAll(async () => {
    const [sqlite] = engines();
    if (!sqlite) throw new Error('SQLite is always there');
    stores = await openTestStores(sqlite);
    rooms = createRooms({ database: stores.database, clock: fakeClock(1_000) });
    ({ id } = await rooms.create({ service, local: 'one', config, creator: 0, owners: [] }));
  });
  afterAll(() => stores.close());

  const configured = (more: Partial<RoomConfig>) =>
    refusal(rooms.update(id, { config: { ...config, ...more } }));

  test('nameBytesMax, descriptionBytesMax, passwordBytesMax, configBytesMax', async () => {
    expect(await configured({ name: 'é'.repeat(limits.nameBytesMax / 2) })).toBe('accepted');
    expect(await configured({ name: 'é'.repeat(limits.nameBytesMax / 2 + 1) })).toBe('too-large');
    expect(await configured({ description: 'd'.repeat(limits.descriptionBytesMax) })).toBe('accepted');
    expect(await configured({ description: 'd'.repeat(limits.descriptionBytesMax + 1) })).toBe('too-large');
    expect(await configured({ password: 'p'.repeat(limits.passwordBytesMax + 1) })).toBe('too-large');
    expect(await configured({ contacts: ['c'.repeat(limits.configBytesMax)] })).toBe('too-large');
    expect(await configured({ maxUsers: 0 })).toBe('invalid');
    const long = { ...config, name: 'n'.repeat(limits.nameBytesMax + 1) };
    const wish = { service, local: 'x', config: long, creator: 0, owners: [] };
    expect(await refusal(rooms.create(wish))).toBe('too-large');
  });

  test('subjectBytesMax, bindingBytesMax, cardBytesMax, nickBytesMax, reasonBytesMax', async () => {
    const subject = (text: string, by = 'a') => refusal(rooms.update(id, { subject: { text, by } }));
    expect(await subject('s'.repeat(limits.subjectBytesMax))).toBe('accepted');
    expect(await subject('s'.repeat(limits.subjectBytesMax + 1))).toBe('too-large');
    expect(await subject('', 'n'.repeat(limits.nickBytesMax + 1))).toBe('too-large');
    const binding = 'b'.repeat(limits.bindingBytesMax + 1);
    expect(await refusal(rooms.update(id, { binding }))).toBe('too-large');
    const xml = 'x'.repeat(limits.cardBytesMax + 1);
    expect(await refusal(rooms.setCard(id, { xml, pictureHash: '' }))).toBe('too-large');
    const member = { jid: 'a@b', account: 0, affiliation: 'member' } as const;
    const set = (more: object) => refusal(rooms.setAffiliations(id, [{ ...member, ...more }]));
    expect(await set({ nick: 'n'.repeat(limits.nickBytesMax + 1) })).toBe('too-large');
    expect(await set({ reason: 'r'.repeat(limits.reasonBytesMax + 1) })).toBe('too-large');
    expect(await set({ jid: '' })).toBe('invalid');
    const tombstone = { reason: 'r'.repeat(limits.reasonBytesMax + 1), alternate: '' };
    expect(await refusal(rooms.destroy(id, tombstone))).toBe('too-large');
  });

  test('roomsPerCreatorMax: what is gone does not count, and what nobody made neither', async () => {
    expect(limits.roomsPerCreatorMax).toBeGreaterThanOrEqual(100);
    const few = createRooms({ database: stores.database, clock: fakeClock(1_000), roomsPerCreatorMax: 1 });
    const make = (local: string, creator: number) =>
      few.create({ service, local, config, creator, owners: [] });
    const first = await make('first', 5);
    expect(await refusal(make('second', 5))).toBe('limit');
    await few.destroy(first.id, { reason: '', alternate: '' });
    expect(await refusal(make('second', 5))).toBe('accepted');
    await make('third', 0);
    expect(await refusal(make('fourth', 0))).toBe('accepted');
  });

  test('changesPerCallMax and affiliationsPerRoomMax: a room of a whole co-op, in lists', async () => {
    expect(limits.affiliationsPerRoomMax).toBeGreaterThanOrEqual(50_000);
    const most = 2 * limits.changesPerCallMax;
    const few = createRooms({
      database: stores.database,
      clock: fakeClock(1_000),
      affiliationsPerRoomMax: most,
    });
    const room = await few.create({ service, local: 'all', config, creator: 0, owners: [] });
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({
        jid: `m${String(from + n).padStart(6, '0')}@coop.example`,
        account: from + n + 1,
        affiliation: 'member' as const,
        nick: `Nick ${from + n}`,
      }));
    expect(await refusal(few.setAffiliations(room.id, some(0, limits.changesPerCallMax + 1)))).toBe('limit');
    const owners = some(0, limits.changesPerCallMax + 1);
    const wish = { service, local: 'owned', config, creator: 0, owners };
    expect(await refusal(few.create(wish))).toBe('limit');
    await few.setAffiliations(room.id, some(0, limits.changesPerCallMax));
    await few.setAffiliations(room.id, some(limits.changesPerCallMax, limits.changesPerCallMax));
    expect(await refusal(few.setAffiliations(room.id, some(most, 1)))).toBe('limit');
    const [head] = some(0, 1);
    const swap = [...some(most, 1), { jid: head?.jid ?? '', account: 1, affiliation: null }];
    expect(await refusal(few.setAffiliations(room.id, swap))).toBe('accepted');
    const state = await few.load(room);
    expect(state?.kind === 'room' && state.members.length).toBe(most);
    const twice = some(most + 1, 1).map((one) => ({ ...one, nick: 'NICK 7' }));
    expect(await refusal(rooms.setAffiliations(room.id, twice))).toBe('exists');
  });

  test('pageRowsMax: more than a page is read to its end', async () => {
    const owners = [{ jid: 'x@y', account: 0 }];
    for (let n = 0; n <= limits.pageRowsMax; n++)
      await rooms.create({ service: 'many', local: `${n}`, config, creator: 0, owners });
    expect(await rooms.roomsOf('x@y')).toHaveLength(limits.pageRowsMax + 1);
    const listed = await rooms.listed('many', { max: 1e9 });
    expect([listed.rooms.length, listed.complete]).toEqual([limits.pageRowsMax, false]);
  });
});

import { type Clock, randomToken, StoreError } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import { roomsOperations as operations } from './module.ts';
import { nickKeyOf } from './scripts/members.ts';
import { fold, foldedOf, type Row } from './scripts/rooms.ts';
import type { AffiliationChange, RoomConfig, RoomRow, RoomsStore } from './types.ts';

const dayMs = 86_400_000;

export interface RoomsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** In place of the limits, for tests. */
  readonly roomsPerCreatorMax?: number;
  readonly affiliationsPerRoomMax?: number;
}

function demandBytes(what: string, text: string, most: number): void {
  if (Buffer.byteLength(text) > most)
    throw new StoreError('too-large', `${what} has more than ${most} bytes`, { max: most });
}

function demandConfig(config: RoomConfig): void {
  demandBytes('the name of a room', config.name, limits.nameBytesMax);
  demandBytes('the description of a room', config.description, limits.descriptionBytesMax);
  demandBytes('the password of a room', config.password, limits.passwordBytesMax);
  demandBytes('the configuration of a room', JSON.stringify(config), limits.configBytesMax);
  if (config.maxUsers !== null && !(Number.isSafeInteger(config.maxUsers) && config.maxUsers > 0))
    throw new StoreError('invalid', 'the most occupants of a room are a whole number, or as many as come');
}

const bareOf = (jid: string) => jid.split('/', 1)[0] ?? jid;

function demandChange({ jid, nick = '', reason = '' }: AffiliationChange): void {
  if (jid === '') throw new StoreError('invalid', 'an affiliation is of a JID');
  if (nick !== '' && nickKeyOf(nick) === '') throw new StoreError('invalid', 'a nick is more than spaces');
  demandBytes('a nick', nick, limits.nickBytesMax);
  demandBytes('a reason', reason, limits.reasonBytesMax);
}

/** Each JID once, by its last change. */
function changesOf(changes: readonly AffiliationChange[]): readonly AffiliationChange[] {
  if (changes.length > limits.changesPerCallMax)
    throw new StoreError('limit', `at most ${limits.changesPerCallMax} affiliations are changed at once`);
  for (const change of changes) demandChange(change);
  const bare = changes.map((change) => ({ ...change, jid: bareOf(change.jid) }));
  return [...new Map(bare.map((change) => [change.jid, change])).values()];
}

function shown({ subject, subjectBy, subjectAt, created, active, binding, gone: _, ...row }: Row): RoomRow {
  return {
    ...row,
    subject: subjectAt === 0 ? null : { text: subject, by: subjectBy, atMs: subjectAt },
    createdMs: created,
    activeMs: active,
    binding: binding === '' ? null : binding,
  };
}

/** What is searched for stands anywhere in it; signs that `like` knows are meant as they are. */
const patternOf = (search: string) => `%${fold(search).replaceAll(/[!%_]/g, '!$&')}%`;

export function createRooms(options: RoomsOptions): RoomsStore {
  return { ...keeping(options), ...finding(options), ...listing(options), ...ending(options) };
}

type Keeping = 'create' | 'update' | 'setCard' | 'card' | 'touch' | 'setAffiliations';

function keeping({ database, clock, ...options }: RoomsOptions): Pick<RoomsStore, Keeping> {
  return {
    async create({ binding, ...room }) {
      if (room.local === '') throw new StoreError('invalid', 'a room has a name in its address');
      changesOf(room.owners);
      demandConfig(room.config);
      demandBytes('what a room follows', binding ?? '', limits.bindingBytesMax);
      const row = await database.call(operations.create, {
        ...room,
        owners: room.owners.map((owner) => ({ ...owner, jid: bareOf(owner.jid) })),
        folded: foldedOf(room.config, room.local),
        binding: binding ?? '',
        occupantSecret: randomToken(limits.secretBits),
        roomsPerCreatorMax: options.roomsPerCreatorMax ?? limits.roomsPerCreatorMax,
        now: clock.nowMs(),
      });
      return shown(row);
    },
    async update(room, { config, subject, binding }, ver) {
      if (config) demandConfig(config);
      if (subject) {
        demandBytes('a subject', subject.text, limits.subjectBytesMax);
        demandBytes('a nick', subject.by, limits.nickBytesMax);
      }
      demandBytes('what a room follows', binding ?? '', limits.bindingBytesMax);
      const row = await database.call(operations.update, {
        room,
        config: config ?? null,
        subject: subject ?? null,
        // Null takes it away; left out it stays as it is.
        binding: binding === undefined ? null : (binding ?? ''),
        ver: ver ?? null,
        now: clock.nowMs(),
      });
      return shown(row);
    },
    async setCard(room, card) {
      demandBytes('the card of a room', card?.xml ?? '', limits.cardBytesMax);
      const { xml = null, pictureHash = '' } = card ?? {};
      return shown(await database.call(operations.setCard, { room, xml, pictureHash }));
    },
    card: (room) => database.call(operations.card, { room }),
    touch: (rooms) => database.call(operations.touch, { rooms }),
    async setAffiliations(room, changes) {
      return database.call(operations.setAffiliations, {
        room,
        changes: changesOf(changes),
        affiliationsPerRoomMax: options.affiliationsPerRoomMax ?? limits.affiliationsPerRoomMax,
      });
    },
  };
}

type Finding =
  | 'load'
  | 'room'
  | 'roomById'
  | 'member'
  | 'memberByNick'
  | 'members'
  | 'roomsOf'
  | 'roomsBoundTo';

function finding({ database }: RoomsOptions): Pick<RoomsStore, Finding> {
  return {
    async load({ service, local }) {
      const found = await database.call(operations.load, { service, local });
      if (!found) return null;
      const { room, beside, members } = found;
      const { occupantSecret, ...tombstone } = beside;
      if (room.gone > 0) return { kind: 'gone', atMs: room.gone, ...tombstone };
      return { kind: 'room', room: shown(room), occupantSecret, members };
    },
    async room({ service, local }) {
      const row = await database.call(operations.find, { service, local });
      return row && row.gone === 0 ? shown(row) : null;
    },
    async roomById(room) {
      const row = await database.call(operations.byId, { room });
      return row && shown(row);
    },
    member: (room, jid) => database.call(operations.member, { room, jid: bareOf(jid) }),
    async memberByNick(room, nick) {
      const nickKey = nickKeyOf(nick);
      return nickKey === '' ? null : database.call(operations.memberByNick, { room, nickKey });
    },
    async *members(room, affiliation) {
      for (let after = ''; ; ) {
        const args = { room, affiliation: affiliation ?? null, after };
        const page = await database.call(operations.members, args);
        const last = page.at(-1);
        if (!last) return;
        yield page;
        if (page.length < limits.pageRowsMax) return;
        after = last.jid;
      }
    },
    async roomsOf(jid) {
      const all: { room: RoomRow; affiliation: 'owner' | 'admin' | 'member' | 'outcast'; nick: string }[] =
        [];
      for (let after: number | null = 0; after !== null; ) {
        const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(after);
        for (const { room, ...stands } of page.rooms) all.push({ room: shown(room), ...stands });
        after = page.next;
      }
      return all;

      function pageOf(after: number) {
        return database.call(operations.roomsOf, { jid: bareOf(jid), after });
      }
    },
    async roomsBoundTo(binding) {
      if (binding === '') return [];
      return (await database.call(operations.boundTo, { binding })).map(shown);
    },
  };
}

function listing({ database }: RoomsOptions): Pick<RoomsStore, 'all' | 'listed'> {
  return {
    async *all() {
      for (let after = 0; ; ) {
        const page = await database.call(operations.after, { after });
        const last = page.at(-1);
        if (!last) return;
        yield page.map(shown);
        if (page.length < limits.pageRowsMax) return;
        after = last.id;
      }
    },
    async listed(service, { after, before, max, search = '' }) {
      const found = await database.call(operations.listed, {
        service,
        pattern: patternOf(search),
        after: after ?? null,
        before: before ?? null,
        max: Math.max(0, Math.min(max, limits.pageRowsMax)),
      });
      return { ...found, rooms: found.rooms.map(shown) };
    },
  };
}

type Ending = 'destroy' | 'release' | 'dropTemporary' | 'erase' | 'forget' | 'purge';

function ending({ database, clock }: RoomsOptions): Pick<RoomsStore, Ending> {
  const destroy: RoomsStore['destroy'] = async (room, tombstone) => {
    demandBytes('a reason', tombstone?.reason ?? '', limits.reasonBytesMax);
    demandBytes('a JID', tombstone?.alternate ?? '', limits.reasonBytesMax);
    return database.call(operations.destroy, { room, tombstone, now: clock.nowMs() });
  };
  return {
    destroy,
    release: ({ service, local }) => database.call(operations.release, { service, local }),
    async dropTemporary() {
      const dropped: number[] = [];
      for (let after = 0; ; ) {
        const rooms = await database.call(operations.temporary, { after });
        for (const room of rooms) if (await destroy(room, null)) dropped.push(room);
        after = rooms.at(-1) ?? after;
        if (rooms.length < limits.stepRows) return dropped;
      }
    },
    async erase(member) {
      if (member <= 0) return;
      while (await database.call(operations.erase, { member }));
    },
    async forget(jid) {
      while (await database.call(operations.forget, { jid: bareOf(jid) }));
    },
    purge: () => database.call(operations.dropGone, { before: clock.nowMs() - limits.goneKeptDays * dayMs }),
  };
}

import { StoreError } from '../../../../base/index.ts';
import { first, numbers, one, run, type Script } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RoomsQueries } from '../queries.ts';
import type { RoomAddress, RoomAffiliation, RoomConfig, RoomMember, Tombstone } from '../types.ts';

/** A room as its row is. */
export interface Row {
  readonly id: number;
  readonly service: string;
  readonly local: string;
  readonly config: RoomConfig;
  readonly subject: string;
  readonly subjectBy: string;
  readonly subjectAt: number;
  readonly creator: number;
  readonly created: number;
  readonly active: number;
  readonly binding: string;
  readonly ver: number;
  readonly affiliations: number;
  readonly pictureHash: string;
  readonly gone: number;
}

export const noRoom = () => new StoreError('not-found', 'there is no such room');

/** Takes the next version of a room; nobody else writes it until this is over. */
export function* nextVersion(q: RoomsQueries, room: number): Script<Row> {
  const row = first(yield* run(q.roomNext, { room }));
  if (!row) throw noRoom();
  return row;
}

interface Creation extends RoomAddress {
  readonly config: RoomConfig;
  readonly folded: string;
  readonly creator: number;
  readonly owners: readonly { readonly jid: string; readonly account: number }[];
  readonly binding: string;
  readonly occupantSecret: string;
  readonly roomsPerCreatorMax: number;
  readonly now: number;
}

export function* create(q: RoomsQueries, a: Creation): Script<Row> {
  const { service, local, owners, roomsPerCreatorMax: most, creator, ...rest } = a;
  const there = first(yield* run(q.roomFind, { service, local }));
  if (there) {
    const what = there.gone > 0 ? 'there was a room of this name' : 'there is a room of this name';
    throw new StoreError('exists', what, there.gone > 0 ? { gone: 1 } : {});
  }
  const { rows } = one(yield* run(q.roomsOfCreator, { creator }));
  if (creator > 0 && Number(rows) >= most)
    throw new StoreError('limit', `a member makes at most ${most} rooms`);
  const { public: listed, persistent } = a.config;
  const made = one(yield* run(q.roomAdd, { ...rest, service, local, creator, listed, persistent }));
  const members = [...new Map(owners.map((owner) => [owner.jid, owner])).values()].map((owner) => ({
    ...{ room: made.id, ...owner, affiliation: 'owner' },
    ...{ nick: '', nickKey: '', reason: '', ver: made.ver },
  }));
  yield* run(q.membersAdd, { rows: members });
  const { affiliations } = one(yield* run(q.roomCount, { room: made.id, by: members.length }));
  return { ...made, affiliations };
}

export interface Loaded {
  readonly room: Row;
  readonly beside: { readonly occupantSecret: string } & Tombstone;
  readonly members: readonly RoomMember[];
}

export function* load(q: RoomsQueries, a: RoomAddress): Script<Loaded | null> {
  const room = first(yield* run(q.roomFind, { ...a }));
  if (!room) return null;
  const beside = one(yield* run(q.roomBeside, { room: room.id }));
  return { room, beside, members: yield* run(q.membersAll, { room: room.id }) };
}

export interface Change {
  readonly room: number;
  readonly config: RoomConfig | null;
  readonly subject: { readonly text: string; readonly by: string } | null;
  readonly binding: string | null;
  readonly ver: number | null;
  readonly now: number;
}

export function* update(q: RoomsQueries, a: Change): Script<Row> {
  const row = yield* nextVersion(q, a.room);
  if (a.ver !== null && row.ver !== a.ver + 1)
    throw new StoreError('conflict', 'the room has changed meanwhile');
  const config = a.config ?? row.config;
  return one(
    yield* run(q.roomSet, {
      room: a.room,
      config,
      listed: config.public,
      persistent: config.persistent,
      folded: foldedOf(config, row.local),
      subject: a.subject ? a.subject.text : row.subject,
      subjectBy: a.subject ? a.subject.by : row.subjectBy,
      subjectAt: a.subject ? a.now : row.subjectAt,
      binding: a.binding ?? row.binding,
    }),
  );
}

export const fold = (text: string) => text.normalize('NFKC').toLowerCase();
export const foldedOf = ({ name }: RoomConfig, local: string) => fold(`${name}\n${local}`);

export function* touch(
  q: RoomsQueries,
  a: { rooms: readonly { readonly id: number; readonly atMs: number }[] },
): Script<void> {
  // Always in one order, so that two transactions do not wait for each other.
  for (const { id, atMs } of [...a.rooms].sort((x, y) => x.id - y.id))
    yield* run(q.roomTouch, { room: id, at: atMs });
}

export function* setCard(
  q: RoomsQueries,
  a: { room: number; xml: string | null; pictureHash: string },
): Script<Row> {
  yield* nextVersion(q, a.room);
  if (a.xml === null) yield* run(q.cardDrop, { room: a.room });
  else yield* run(q.cardPut, { room: a.room, xml: a.xml });
  return one(yield* run(q.roomPicture, { room: a.room, pictureHash: a.pictureHash }));
}

export function* destroy(
  q: RoomsQueries,
  a: { room: number; tombstone: Tombstone | null; now: number },
): Script<boolean> {
  const { room } = a;
  const found = first(yield* run(q.roomNext, { room }));
  if (!found) return false;
  yield* run(q.membersDropAll, { room });
  yield* run(q.cardDrop, { room });
  if (a.tombstone === null) yield* run(q.roomDrop, { room });
  else yield* run(q.roomEnd, { room, now: a.now, ...a.tombstone, config: nothing(found.config) });
  return true;
}

/** What a room was called and what it was about goes with it. */
const nothing = (config: RoomConfig): RoomConfig => ({
  ...config,
  ...{ name: '', description: '', password: '', contacts: [], public: false },
});

interface Standing {
  readonly room: Row;
  readonly affiliation: RoomAffiliation;
  readonly nick: string;
}

/** A page of the rooms that a JID stands to; `next` is where the next begins. */
export function* roomsOf(
  q: RoomsQueries,
  a: { jid: string; after: number },
): Script<{ rooms: Standing[]; next: number | null }> {
  const rows = yield* run(q.roomsOfJid, { ...a });
  const found = yield* run(q.roomsNamed, { rooms: numbers(rows.map(({ room }) => room)) });
  const byId = new Map(found.map((row) => [row.id, row]));
  const rooms = rows.flatMap(({ room: id, ...stands }) => {
    const room = byId.get(id);
    return room ? [{ room, ...stands }] : [];
  });
  return { rooms, next: rows.length < limits.pageRowsMax ? null : (rows.at(-1)?.room ?? null) };
}

export interface Listing {
  readonly service: string;
  readonly pattern: string;
  readonly after: string | null;
  readonly before: string | null;
  readonly max: number;
}

export interface Listed {
  readonly rooms: readonly Row[];
  readonly total: number;
  readonly index: number;
  readonly complete: boolean;
}

export function* listed(q: RoomsQueries, a: Listing): Script<Listed> {
  const { service, pattern } = a;
  const asked = { service, pattern, max: a.max + 1 };
  const isBackwards = a.before !== null;
  let rows: readonly Row[];
  if (a.before === '') rows = yield* run(q.listedLast, asked);
  else if (a.before !== null) rows = yield* run(q.listedDown, { ...asked, beyond: a.before });
  else rows = yield* run(q.listedUp, { ...asked, beyond: a.after ?? '' });
  const rooms = rows.slice(0, a.max);
  if (isBackwards) rooms.reverse();
  const total = Number(one(yield* run(q.listedCount, { service, pattern })).rows);
  const complete = rows.length <= a.max;
  const [head] = rooms;
  if (!head) return { rooms, total, index: 0, complete };
  const below = one(yield* run(q.listedBelow, { service, pattern, beyond: head.local }));
  return { rooms, total, index: Number(below.rows), complete };
}

import { StoreError } from '../../../../base/index.ts';
import { first, one, run, type Script, texts } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RoomsQueries } from '../queries.ts';
import type { AffiliationChange, AffiliationChanged, RoomMember } from '../types.ts';
import { nextVersion, noRoom } from './rooms.ts';

interface Changes {
  readonly room: number;
  /** No two of one JID. */
  readonly changes: readonly AffiliationChange[];
  readonly affiliationsPerRoomMax: number;
}

/** The row that a change leads to; null for none. */
function after(before: RoomMember | undefined, change: AffiliationChange, ver: number): RoomMember | null {
  const affiliation = change.affiliation === undefined ? before?.affiliation : change.affiliation;
  if (affiliation === undefined) throw new StoreError('not-found', 'somebody stands to the room in no way');
  if (affiliation === null) return null;
  // Who is kept out has no nick there (XEP-0045 §9.1).
  const nick = affiliation === 'outcast' ? '' : (change.nick ?? before?.nick ?? '');
  const reason = change.reason ?? (affiliation === before?.affiliation ? before.reason : '');
  return { jid: change.jid, account: change.account, affiliation, nick, reason, ver };
}

const isSame = (x: RoomMember | null, y: RoomMember | null) =>
  x === y ||
  (x !== null &&
    y !== null &&
    x.account === y.account &&
    x.affiliation === y.affiliation &&
    x.nick === y.nick &&
    x.reason === y.reason);

function* changeSome(
  q: RoomsQueries,
  { room, ver }: { room: number; ver: number },
  some: readonly AffiliationChange[],
): Script<AffiliationChanged[]> {
  const rows = yield* run(q.membersNamed, { room, jids: texts(some.map(({ jid }) => jid)) });
  const there = new Map(rows.map((row) => [row.jid, row]));
  const changed = some
    .map((change) => {
      const before = there.get(change.jid);
      return { jid: change.jid, before: before ?? null, after: after(before, change, ver) };
    })
    .filter((one) => !isSame(one.before, one.after));
  const replaced = changed.filter(({ before }) => before).map(({ jid }) => jid);
  if (replaced.length > 0) yield* run(q.membersDrop, { room, jids: texts(replaced) });
  const added = changed.flatMap(({ after }) =>
    after ? [{ room, ...after, nickKey: after.nick === '' ? '' : nickKeyOf(after.nick) }] : [],
  );
  yield* run(q.membersAdd, { rows: added });
  return changed;
}

function* demandNicks(q: RoomsQueries, room: number, nicks: readonly string[]): Script<void> {
  for (let at = 0; at < nicks.length; at += limits.stepRows) {
    const some = texts(nicks.slice(at, at + limits.stepRows));
    if ((yield* run(q.nicksTwice, { room, nicks: some })).length > 0)
      throw new StoreError('exists', 'somebody else has the nick');
  }
}

/** How nicks are compared: RFC 8266 §2.4. */
export const nickKeyOf = (nick: string) =>
  nick.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();

export function* setAffiliations(
  q: RoomsQueries,
  a: Changes,
): Script<{ ver: number; changed: AffiliationChanged[] }> {
  const { room } = a;
  const { ver } = yield* nextVersion(q, room);
  const hadOwner = (yield* run(q.anyOwner, { room })).length > 0;
  const changed: AffiliationChanged[] = [];
  for (let at = 0; at < a.changes.length; at += limits.stepRows) {
    const some = a.changes.slice(at, at + limits.stepRows);
    changed.push(...(yield* changeSome(q, { room, ver }, some)));
  }
  // XEP-0045 §10.5: a room has an owner at all times.
  if (hadOwner && (yield* run(q.anyOwner, { room })).length === 0)
    throw new StoreError('conflict', 'nobody would own the room any more');
  const nicks = changed.flatMap(({ after }) => (after && after.nick !== '' ? [nickKeyOf(after.nick)] : []));
  yield* demandNicks(q, room, nicks);
  const by = changed.reduce((sum, { before, after }) => sum + (after ? 1 : 0) - (before ? 1 : 0), 0);
  const { affiliations } = one(yield* run(q.roomCount, { room, by }));
  if (by > 0 && affiliations > a.affiliationsPerRoomMax)
    throw new StoreError('limit', `at most ${a.affiliationsPerRoomMax} people stand to one room`);
  return { ver, changed };
}

function* letGo(q: RoomsQueries, rows: readonly { room: number; jid: string }[]): Script<boolean> {
  for (const { room, jid } of [...rows].sort((x, y) => x.room - y.room)) {
    yield* run(q.roomNext, { room });
    const gone = yield* run(q.membersDrop, { room, jids: texts([jid]) });
    yield* run(q.roomCount, { room, by: -gone.length });
  }
  return rows.length >= limits.stepRows;
}

/** One step of letting go of a member; answers whether there is more. */
export function* erase(q: RoomsQueries, a: { member: number }): Script<boolean> {
  const more = yield* letGo(q, yield* run(q.membersOfAccount, a));
  yield* run(q.creatorForget, a);
  return more;
}

/** The same of an address, whosever it was. */
export function* forget(q: RoomsQueries, a: { jid: string }): Script<boolean> {
  return yield* letGo(q, yield* run(q.membersOfJid, a));
}

export function* members(
  q: RoomsQueries,
  a: { room: number; affiliation: string | null; after: string },
): Script<RoomMember[]> {
  if (!first(yield* run(q.roomById, { room: a.room }))) throw noRoom();
  if (a.affiliation === null) return yield* run(q.membersAfter, { room: a.room, after: a.after });
  return yield* run(q.membersOfAfter, { ...a });
}

/** Counters of rooms beside what they count; `mend` makes them right. */
function* counted(q: RoomsQueries, start: number, mend: boolean) {
  const rooms = yield* run(q.roomsNext, { after: start });
  const faults: string[] = [];
  for (const { id: room, affiliations: said } of rooms) {
    const affiliations = Number(one(yield* run(q.membersCount, { room })).rows);
    if (said === affiliations) continue;
    if (mend) yield* run(q.roomMend, { room, affiliations });
    faults.push(`room ${room}: ${mend ? 'counted again' : 'who stands to it is counted wrongly'}`);
  }
  return { next: rooms.length < limits.stepRows ? null : (rooms.at(-1)?.id ?? null), faults };
}

export const check = (q: RoomsQueries, a: { after: number }) => counted(q, a.after, false);
export const repair = (q: RoomsQueries, a: { after: number; now: number }) => counted(q, a.after, true);

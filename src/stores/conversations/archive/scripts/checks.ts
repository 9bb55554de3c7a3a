import { one, run, type Script } from '../../../../storage/index.ts';
import { isRoom, ownerOf } from '../keys.ts';
import { limits } from '../limits.ts';
import type { ArchiveQueries } from '../queries.ts';
import { noFirst } from '../tables.ts';

function* nextArchive(q: ArchiveQueries, after: number): Script<number | null> {
  const inArchives = (yield* run(q.archiveNext, { after }))[0]?.archive;
  const inMessages = (yield* run(q.archiveNextInMessages, { after }))[0]?.archive;
  const account = (yield* run(q.accountNextInOffline, { after: Math.floor(after / 2) }))[0]?.account;
  const all = [inArchives, inMessages, account === undefined ? undefined : 2 * account];
  const found = all.filter((archive) => archive !== undefined && archive > after) as number[];
  return found.length === 0 ? null : Math.min(...found);
}

function* stateOf(q: ArchiveQueries, archive: number) {
  const row = (yield* run(q.archiveFind, { archive }))[0] ?? null;
  const counted = one(yield* run(q.counted, { archive, indexed: row?.indexed ?? 0 }));
  const account = ownerOf(archive);
  const offline = isRoom(archive) ? 0 : one(yield* run(q.offlineCounted, { account })).rows;
  const stray = isRoom(archive) ? [] : yield* run(q.offlineStray, { archive, account });
  // Of a room: no account has a negative number, so all that it hides is.
  const hidden = yield* run(q.hiddenStray, { archive, account: isRoom(archive) ? -1 : account });
  const { all, ...counts } = counted;
  const firstAt = all === 0 ? noFirst : counts.firstAt;
  return { row, all, counts: { ...counts, firstAt, offline }, stray, hidden };
}

const nameOf = (archive: number) => `messages of ${isRoom(archive) ? 'room' : 'account'} ${ownerOf(archive)}`;

const exact = ['rows', 'groupchat', 'offline', 'unindexed', 'firstAt'] as const;
const atLeast = ['lastId', 'lastAt'] as const;

/** One archive at a time: what is kept of it against what is there. */
export function* check(
  q: ArchiveQueries,
  a: { after: number },
): Script<{ next: number | null; faults: string[] }> {
  const archive = yield* nextArchive(q, a.after);
  if (archive === null) return { next: null, faults: [] };
  const { row, all, counts, stray, hidden } = yield* stateOf(q, archive);
  const faults: string[] = [];
  if (row === null) faults.push(`has ${all} messages and ${counts.offline} that wait, but no row of its own`);
  else {
    for (const name of exact)
      if (row[name] !== counts[name]) faults.push(`${name} is ${row[name]}, counted ${counts[name]}`);
    for (const name of atLeast)
      if (row[name] < counts[name]) faults.push(`${name} is ${row[name]}, in it is ${counts[name]}`);
  }
  if (stray.length > 0) faults.push(`${stray.length} messages wait that are not there`);
  if (hidden.length > 0) faults.push(`${hidden.length} messages are hidden that nobody waits for`);
  return { next: archive, faults: faults.map((fault) => `${nameOf(archive)}: ${fault}`) };
}

/** Counters are worked out again, and what waits and is not there waits no more. */
export function* repair(
  q: ArchiveQueries,
  a: { after: number; now: number },
): Script<{ next: number | null; faults: string[] }> {
  const archive = yield* nextArchive(q, a.after);
  if (archive === null) return { next: null, faults: [] };
  const account = ownerOf(archive);
  const { faults } = yield* check(q, a);
  if (faults.length === 0) return { next: archive, faults };
  if (!isRoom(archive)) yield* run(q.offlineDropStray, { archive, account });
  const hidden = (yield* stateOf(q, archive)).hidden;
  yield* run(q.hiddenDrop, { archive, ids: `[${hidden.map(({ id }) => id).join(',')}]` });
  const nothing = { rows: 0, groupchat: 0, offline: 0, unindexed: 0, count: 0 };
  const { row, counts } = yield* stateOf(q, archive);
  if (row === null)
    yield* run(q.archiveGrow, {
      ...{ archive, kind: isRoom(archive) ? 1 : 0, at: counts.lastAt, firstId: counts.lastId },
      ...nothing,
    });
  const lastId = Math.max(row?.lastId ?? 0, counts.lastId);
  const lastAt = Math.max(row?.lastAt ?? 0, counts.lastAt);
  yield* run(q.archiveMend, { archive, ...counts, lastId, lastAt });
  return { next: archive, faults: [`${nameOf(archive)}: counted again`] };
}

/** Ids that were given since the backup are not given to other messages. */
export function* restored(
  q: ArchiveQueries,
  a: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  const rows = yield* run(q.archivesAfter, { after: a.after, limit: limits.stepRows });
  for (const { archive, lastId } of rows) {
    const above = Math.max(lastId, a.nowSeconds * 1000) + limits.restoreIdsCount;
    yield* run(q.archiveRestored, { archive, lastId: above });
  }
  return { next: rows.length < limits.stepRows ? null : (rows.at(-1)?.archive ?? null) };
}

import { StoreError } from '../../../../base/index.ts';
import { numbers, run, type Script } from '../../../../storage/index.ts';
import type { StoredRow } from '../keys.ts';
import { limits } from '../limits.ts';
import type { ArchiveQueries } from '../queries.ts';

/** Ids between which rows are looked for, neither included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Bounds {
  readonly archive: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Ids that must be there. */
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** What rows are narrowed by; '' where they are not. */
export interface Narrowed {
  readonly peer: string;
  readonly resource: string;
  /** 1: messages of type groupchat too. */
  readonly groupchat: 0 | 1;
}

export interface Page extends Bounds, Narrowed {
  readonly backward: boolean;
  readonly limit: number;
}

/** The first id that has this time or a later one: times ascend with ids. `last` + 1 where there is none. */
function* idAt(q: ArchiveQueries, archive: number, time: number, last: number): Script<number> {
  const oldest = (yield* run(q.messageFrom, { archive, from: 0 }))[0];
  if (!oldest) return last + 1;
  if (oldest.at >= time) return oldest.id;
  let [low, high] = [oldest.id, last + 1];
  // What is at `low` or below is too early, what is at `high` is not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const row = (yield* run(q.messageFrom, { archive, from: middle }))[0];
    if (!row || row.at >= time) high = middle;
    else low = row.id;
  }
  return high;
}

function* demand(q: ArchiveQueries, archive: number, ids: readonly number[]): Script<void> {
  if (ids.length === 0) return;
  const there = new Set((yield* run(q.messagesNamed, { archive, ids: numbers(ids) })).map(({ id }) => id));
  for (const id of ids) {
    if (!there.has(id)) throw new StoreError('not-found', `the archive has no message ${id}`, { id });
  }
}

/** XEP-0313 §4.1.2, §4.3: null where nothing is between. */
export function* spanOf(q: ArchiveQueries, bounds: Bounds): Script<Span | null> {
  const { archive, startMs, endMs, above, below } = bounds;
  const row = (yield* run(q.archiveFind, { archive }))[0];
  yield* demand(q, archive, [...above, ...below]);
  if (!row) return null;
  let from = Math.max(-1, ...above);
  let to = Math.min(row.lastId + 1, ...below);
  if (startMs !== null) from = Math.max(from, (yield* idAt(q, archive, startMs, row.lastId)) - 1);
  if (endMs !== null) to = Math.min(to, yield* idAt(q, archive, endMs + 1, row.lastId));
  return to - from > 1 ? { from, to } : null;
}

/** At most `limit` rows from the end of the span that it asks for, in that order. */
export function* page(q: ArchiveQueries, a: Page): Script<StoredRow[]> {
  const span = yield* spanOf(q, a);
  if (span === null || a.limit === 0) return [];
  const { archive, peer, resource, groupchat, limit } = a;
  const args = { archive, ...span, peer, resource, groupchat, limit };
  if (peer === '') return yield* run(a.backward ? q.pageBackward : q.pageForward, args);
  return yield* run(a.backward ? q.peerBackward : q.peerForward, args);
}

/** Those that are named, all of which must be there; what they are narrowed by is for the caller. */
export function* named(
  q: ArchiveQueries,
  { archive, ids }: { archive: number; ids: readonly number[] },
): Script<StoredRow[]> {
  const wanted = [...new Set(ids)];
  yield* demand(q, archive, wanted);
  return yield* run(q.messagesNamed, { archive, ids: numbers(wanted) });
}

export function* metadata(
  q: ArchiveQueries,
  { archive }: { archive: number },
): Script<{ first: { id: number; atMs: number }; last: { id: number; atMs: number } } | null> {
  const all = { archive, from: -1, to: Number.MAX_SAFE_INTEGER, resource: '', groupchat: 1, limit: 1 };
  const first = (yield* run(q.pageForward, all))[0];
  const last = (yield* run(q.pageBackward, all))[0];
  if (!first || !last) return null;
  return { first: { id: first.id, atMs: first.at }, last: { id: last.id, atMs: last.at } };
}

export function* sent(q: ArchiveQueries, a: { archive: number; messageId: string }): Script<StoredRow[]> {
  const args = { ...a, limit: limits.sameIdRowsMax };
  const rows = [...(yield* run(q.byMessageId, args)), ...(yield* run(q.byOriginId, args))];
  return rows.sort((x, y) => y.id - x.id).slice(0, limits.sameIdRowsMax);
}

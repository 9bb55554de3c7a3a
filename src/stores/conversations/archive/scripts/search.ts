import { numbers, run, type Script } from '../../../../storage/index.ts';
import type { StoredRow } from '../keys.ts';
import { limits } from '../limits.ts';
import type { ArchiveQueries } from '../queries.ts';
import { matches, wordRange, wordsOf } from '../words.ts';
import type { Narrowed, Span } from './pages.ts';

/** One step of a search; `words` are what every body must have. */
export interface Search extends Span, Narrowed {
  readonly archive: number;
  readonly words: readonly string[];
  readonly backward: boolean;
}

interface Looked {
  readonly rows: StoredRow[];
  /** Where the next step goes on; null: all was looked at. */
  readonly next: Span | null;
}

const isLess = (backward: boolean) => (a: StoredRow, b: StoredRow) => (backward ? b.id - a.id : a.id - b.id);

/** Some bodies one after the other: those that are not in the index. */
function* readBodies(q: ArchiveQueries, a: Search): Script<Looked> {
  const limit = limits.searchedRowsCount;
  const { words, backward, ...args } = a;
  const found = yield* run(backward ? q.bodiesBackward : q.bodiesForward, { ...args, limit });
  return looked(a, found, found.length < limit ? undefined : found.at(-1)?.id);
}

/** Those that the index has for the longest of the words. */
function* readIndexed(q: ArchiveQueries, a: Search): Script<Looked> {
  const { archive, from, to, words, backward } = a;
  const limit = limits.searchedRowsCount;
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '');
  const range = wordRange(longest);
  const ids = yield* run(backward ? q.wordsBackward : q.wordsForward, {
    ...{ archive, from, to, limit },
    ...{ wordFrom: range.from, wordTo: range.to },
  });
  if (ids.length === 0) return { rows: [], next: null };
  const { peer, resource, groupchat } = a;
  const named = { archive, from, to, peer, resource, groupchat, ids: numbers(ids.map(({ id }) => id)) };
  const found = [...(yield* run(q.bodiesNamed, named))].sort(isLess(backward));
  return looked(a, found, ids.length < limit ? undefined : ids.at(-1)?.id);
}

function looked(
  { from, to, words, backward }: Search,
  found: readonly (StoredRow & { readonly body: string | null })[],
  last: number | undefined,
): Looked {
  const rows: StoredRow[] = [];
  for (const { body, ...row } of found) if (body !== null && matches(body, words)) rows.push(row);
  if (last === undefined) return { rows, next: null };
  return { rows, next: backward ? { from, to: last } : { from: last, to } };
}

/** The next rows that match, as many as one step finds, and where the search goes on. */
export function* search(q: ArchiveQueries, a: Search): Script<Looked> {
  const indexed = (yield* run(q.archiveFind, { archive: a.archive }))[0]?.indexed ?? 0;
  const { from, to, backward } = a;
  const isTail = backward ? to > indexed + 1 : from >= indexed;
  const { rows, next } = isTail
    ? yield* readBodies(q, { ...a, from: Math.max(from, indexed) })
    : yield* readIndexed(q, { ...a, to: Math.min(to, indexed + 1) });
  if (next !== null) return { rows, next: backward ? { from, to: next.to } : { from: next.from, to } };
  // This side of the index has no more; the other may.
  if (backward && isTail && from < indexed) return { rows, next: { from, to: indexed + 1 } };
  if (!backward && !isTail && to > indexed + 1) return { rows, next: { from: indexed, to } };
  return { rows, next: null };
}

/** The next bodies go into the index; answers whether as many still wait that it should go on. */
export function* index(q: ArchiveQueries, { archive }: { archive: number }): Script<boolean> {
  const nothing = { rows: 0, groupchat: 0, offline: 0, unindexed: 0 };
  const row = (yield* run(q.archiveShift, { archive, ...nothing }))[0];
  if (!row || row.unindexed < limits.unindexedRowsMax) return false;
  const limit = limits.indexedRowsCount;
  const found = yield* run(q.bodiesAfter, { archive, after: row.indexed, limit });
  const last = found.at(-1);
  if (!last) return false;
  const words: { archive: number; word: Buffer; id: number }[] = [];
  let bodies = 0;
  for (const { id, body } of found) {
    if (body === null) continue;
    bodies++;
    for (const word of wordsOf(body)) words.push({ archive, word: Buffer.from(word), id });
  }
  words.sort((a, b) => Buffer.compare(a.word, b.word) || a.id - b.id);
  yield* run(q.wordsAdd, { rows: words });
  yield* run(q.archiveIndexed, { archive, indexed: last.id, unindexed: -bodies });
  return row.unindexed - bodies >= limits.unindexedRowsMax;
}

/** A body that is no more is found by none of its words. */
export function* forgetWords(q: ArchiveQueries, archive: number, id: number, body: string): Script<void> {
  for (const word of wordsOf(body)) yield* run(q.wordDrop, { archive, word: Buffer.from(word), id });
}

import { numbers, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import type { Home, KeptProperty } from '../types.ts';
import type { Entry, Shelf } from './shelf.ts';

export interface EntryWithBytes {
  readonly row: Entry;
  readonly bytes: Buffer;
}

export function* collections(
  q: CollectionsQueries,
  a: { account: number; home: Home },
): Script<readonly Shelf[]> {
  return yield* run(q.collectionsIn, a);
}

export function* collection(
  q: CollectionsQueries,
  a: { account: number; home: Home; name: string },
): Script<Shelf | null> {
  return (yield* run(q.collectionNamed, a))[0] ?? null;
}

export function* collectionById(
  q: CollectionsQueries,
  a: { account: number; collection: number },
): Script<Shelf | null> {
  return (yield* run(q.collectionFind, a))[0] ?? null;
}

export function* item(
  q: CollectionsQueries,
  a: { account: number; collection: number; name: string },
): Script<Entry | null> {
  return (yield* run(q.itemNamed, a))[0] ?? null;
}

export function* itemById(q: CollectionsQueries, a: { account: number; item: number }): Script<Entry | null> {
  return (yield* run(q.itemFind, a))[0] ?? null;
}

export function* bytes(q: CollectionsQueries, a: { account: number; item: number }): Script<Buffer | null> {
  return (yield* run(q.bytesFind, a))[0]?.bytes ?? null;
}

/** Those of the first rows that may be read at once, one at least. */
function* withBytes(
  q: CollectionsQueries,
  account: number,
  rows: readonly Entry[],
): Script<readonly EntryWithBytes[]> {
  const taken: Entry[] = [];
  let sum = 0;
  for (const row of rows) {
    sum += row.size;
    if (sum > limits.pageBytesMax && taken.length > 0) break;
    taken.push(row);
  }
  if (taken.length === 0) return [];
  const found = yield* run(q.bytesOf, { account, ids: numbers(taken.map(({ id }) => id)) });
  const byItem = new Map(found.map((row) => [row.item, row.bytes]));
  return taken.flatMap((row) => {
    const own = byItem.get(row.id);
    return own === undefined ? [] : [{ row, bytes: own }];
  });
}

/** Of the names after `after`, as many as may be read at once; `next`: the last one, null where all were. */
export function* itemsNamed(
  q: CollectionsQueries,
  a: { account: number; collection: number; names: readonly string[] },
): Script<{ items: readonly EntryWithBytes[]; next: string | null }> {
  const { account, collection } = a;
  const rows = yield* run(q.itemsNamed, { account, collection, names: texts(a.names) });
  return paged(yield* withBytes(q, account, rows), rows);
}

function paged(items: readonly EntryWithBytes[], rows: readonly Entry[]) {
  const isAll = items.length >= rows.length;
  return { items, next: isAll ? null : (items.at(-1)?.row.name ?? null) };
}

export function* items(
  q: CollectionsQueries,
  a: { account: number; collection: number; after: string; max: number },
): Script<readonly Entry[]> {
  return yield* run(q.itemsAfter, a);
}

export function* itemsWithBytes(
  q: CollectionsQueries,
  a: { account: number; collection: number; after: string; max: number },
): Script<{ items: readonly EntryWithBytes[]; next: string | null }> {
  const rows = yield* run(q.itemsAfter, a);
  const items = yield* withBytes(q, a.account, rows);
  const { next } = paged(items, rows);
  return { items, next: next ?? (rows.length < a.max ? null : (rows.at(-1)?.name ?? null)) };
}

/** Where a page of a span begins: after that key. */
export interface SpanKey {
  readonly last: number;
  readonly first: number;
  readonly kind: string;
  readonly after: string;
}

export function* within(
  q: CollectionsQueries,
  a: { account: number; collection: number; end: number; component: string; max: number } & SpanKey,
): Script<readonly Entry[]> {
  return yield* run(q.itemsWithin, { ...a });
}

export function* byUid(
  q: CollectionsQueries,
  a: { account: number; home: Home; uid: string },
): Script<readonly EntryWithBytes[]> {
  const { account } = a;
  const rows = (yield* run(q.itemsOfUid, { account, uid: a.uid }))
    .filter(({ home, kind }) => home === a.home && kind !== 'inbox')
    .map(({ item }) => item);
  const found: EntryWithBytes[] = [];
  for (const row of rows) {
    const own = (yield* run(q.bytesFind, { account, item: row.id }))[0];
    if (own) found.push({ row, bytes: own.bytes });
  }
  return found;
}

export function* properties(
  q: CollectionsQueries,
  a: { account: number; node: number },
): Script<readonly KeptProperty[]> {
  return yield* run(q.propertiesOf, a);
}

export function* used(q: CollectionsQueries, a: { account: number }): Script<number> {
  return (yield* run(q.accountFind, a))[0]?.bytes ?? 0;
}

import { and, eq, sql } from '../drizzle.ts';
import { defineTables } from '../schema/kit.ts';
import { type QueryContext, texts } from '../schema/module.ts';
import { run, type Script } from '../schema/script.ts';
import type { StoredBlob } from './types.ts';

/** What is stored, how often it is referred to, and since when it is not (`idle`, ms since 1970; 0 while it is). */
export const blobTables = defineTables((kit) => ({
  blobs: kit.table(
    'blobs',
    {
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      segment: kit.int().notNull(),
      offset: kit.int().notNull(),
      length: kit.int().notNull(),
      codec: kit.int().notNull(),
      refs: kit.int().notNull(),
      idle: kit.int().notNull(),
    },
    // What is appended together lies together in the second key; hashes alone would spread it over the whole index.
    { primaryKey: ['hash'], index: [['segment', 'offset']], indexAboveZero: ['idle'], rowid: false },
  ),
}));

/** Spread into a module's queries: `queries: (c) => ({ ...blobQueries(c), … })`. */
export function blobQueries({ db, d }: QueryContext<never>) {
  const { blobs } = blobTables[d.dialect];
  const p = sql.placeholder;
  return {
    blobAdd: db
      .insert(blobs)
      .values({
        hash: p('hash'),
        size: p('size') as never,
        segment: p('segment') as never,
        offset: p('offset') as never,
        length: p('length') as never,
        codec: p('codec') as never,
        refs: p('by') as never,
        idle: 0,
      })
      .onConflictDoUpdate({ target: blobs.hash, set: { refs: sql`${blobs.refs} + excluded.refs`, idle: 0 } })
      .prepare('blob_add'),
    blobGrow: db
      .update(blobs)
      .set({ refs: sql`${blobs.refs} + ${p('by')}`, idle: 0 })
      .where(eq(blobs.hash, p('hash')))
      .returning({ refs: blobs.refs })
      .prepare('blob_grow'),
    blobDrop: db
      .update(blobs)
      .set({
        refs: sql`${blobs.refs} - ${p('by')}`,
        idle: sql`case when ${blobs.refs} <= ${p('by')} then cast(${p('now')} as bigint) else 0 end`,
      })
      .where(and(eq(blobs.hash, p('hash'))))
      .prepare('blob_drop'),
    blobsDrop: db
      .update(blobs)
      .set({
        refs: sql`${blobs.refs} - ${p('by')}`,
        idle: sql`case when ${blobs.refs} <= ${p('by')} then cast(${p('now')} as bigint) else 0 end`,
      })
      .where(d.inTexts(blobs.hash, 'hashes'))
      .prepare('blobs_drop'),
  };
}

type BlobQueries = ReturnType<typeof blobQueries>;

/** Refers `by` more times to a blob that `BlobStore.put` answered, in the transaction that stores its name. */
export function* keepBlob(q: BlobQueries, blob: StoredBlob, by = 1): Script<void> {
  if (blob.place === null) {
    const grown = yield* run(q.blobGrow, { hash: blob.hash, by });
    if (grown.length === 0) throw new Error('a blob was swept while a writer still held it');
    return;
  }
  yield* run(q.blobAdd, { hash: blob.hash, size: blob.size, ...blob.place, by });
}

/** Refers `by` times less; at zero the sweep may take it once it was idle long enough. `now`: ms since 1970. */
export function* dropBlob(q: BlobQueries, hash: string, now: number, by = 1): Script<void> {
  yield* run(q.blobDrop, { hash, by, now });
}

/** The same for many, once for each time a hash is named. */
export function* dropBlobs(q: BlobQueries, hashes: readonly string[], now: number): Script<void> {
  const times = new Map<string, number>();
  for (const hash of hashes) times.set(hash, (times.get(hash) ?? 0) + 1);
  const byTimes = new Map<number, string[]>();
  for (const [hash, by] of times) {
    const those = byTimes.get(by);
    if (those) those.push(hash);
    else byTimes.set(by, [hash]);
  }
  for (const [by, those] of byTimes) yield* run(q.blobsDrop, { hashes: texts(those), by, now });
}

import { blobTables } from '../blobs/references.ts';
import { counterTables } from '../changes/counters.ts';
import { and, asc, eq, gt, lt, sql } from '../drizzle.ts';
import { limits } from '../limits.ts';
import { defineTables } from '../schema/kit.ts';
import { defineModule, numbers } from '../schema/module.ts';
import { run } from '../schema/script.ts';

/** Leases, and what the storage layer itself asks of counters and blobs. */
const ownTables = defineTables((kit) => ({
  leases: kit.table(
    'leases',
    { name: kit.text().notNull(), holder: kit.text().notNull(), expires: kit.int().notNull() },
    { primaryKey: ['name'], rowid: false },
  ),
}));

export const coreTables = {
  sqlite: { ...ownTables.sqlite, ...counterTables.sqlite, ...blobTables.sqlite },
  get postgres() {
    return { ...ownTables.postgres, ...counterTables.postgres, ...blobTables.postgres };
  },
};

const p = sql.placeholder;

export interface BlobRow {
  readonly hash: string;
  readonly size: number;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
  readonly codec: number;
}

export const { module: coreModule, operations: coreOperations } = defineModule({
  name: 'core',
  tables: coreTables,
  queries: ({ db, t, d }) => {
    const place = {
      hash: t.blobs.hash,
      size: t.blobs.size,
      segment: t.blobs.segment,
      offset: t.blobs.offset,
      length: t.blobs.length,
      codec: t.blobs.codec,
    };
    return {
      leaseTake: db
        .insert(t.leases)
        .values({ name: p('name'), holder: p('holder'), expires: p('expires') as never })
        .onConflictDoUpdate({
          target: t.leases.name,
          set: { holder: sql`excluded.holder`, expires: sql`excluded.expires` },
          setWhere: sql`${t.leases.expires} <= cast(${p('now')} as bigint)`,
        })
        .returning({ holder: t.leases.holder })
        .prepare('lease_take'),
      leaseRenew: db
        .update(t.leases)
        .set({ expires: p('expires') as never })
        .where(and(eq(t.leases.name, p('name')), eq(t.leases.holder, p('holder'))))
        .returning({ holder: t.leases.holder })
        .prepare('lease_renew'),
      counterNext: db
        .select({ account: t.counters.account })
        .from(t.counters)
        .where(gt(t.counters.account, p('after')))
        .orderBy(asc(t.counters.account))
        .limit(limits.walkRows)
        .prepare('counter_next'),
      counterJump: db
        .update(t.counters)
        .set({ modseq: sql`${t.counters.modseq} + ${sql.raw(String(limits.restoreModseqCount))}` })
        .where(eq(t.counters.account, p('account')))
        .prepare('counter_jump'),
      blobSetRefs: db
        .update(t.blobs)
        .set({ refs: p('refs') as never, idle: p('idle') as never })
        .where(and(eq(t.blobs.hash, p('hash')), eq(t.blobs.refs, p('was'))))
        .returning({ hash: t.blobs.hash })
        .prepare('blob_set_refs'),
      leaseRelease: db
        .delete(t.leases)
        .where(and(eq(t.leases.name, p('name')), eq(t.leases.holder, p('holder'))))
        .prepare('lease_release'),
      counters: db
        .select({ account: t.counters.account, modseq: t.counters.modseq })
        .from(t.counters)
        .where(d.inNumbers(t.counters.account, 'accounts'))
        .prepare('counters_read'),
      blobFind: db
        .select(place)
        .from(t.blobs)
        .where(eq(t.blobs.hash, p('hash')))
        .prepare('blob_find'),
      blobIdle: db
        .select(place)
        .from(t.blobs)
        .where(and(eq(t.blobs.refs, 0), lt(t.blobs.idle, p('before')), sql`${t.blobs.idle} > 0`))
        .limit(1000)
        .prepare('blob_idle'),
      blobForget: db
        .delete(t.blobs)
        .where(and(eq(t.blobs.hash, p('hash')), eq(t.blobs.refs, 0)))
        .returning({ hash: t.blobs.hash })
        .prepare('blob_forget'),
      blobSegments: db
        .select({
          segment: t.blobs.segment,
          live: sql<number>`cast(sum(${t.blobs.length}) as bigint)`,
          count: sql<number>`count(*)`,
        })
        .from(t.blobs)
        .groupBy(t.blobs.segment)
        .prepare('blob_segments'),
      blobInSegment: db
        .select(place)
        .from(t.blobs)
        .where(and(eq(t.blobs.segment, p('segment')), gt(t.blobs.offset, p('after'))))
        .orderBy(t.blobs.offset)
        .limit(500)
        .prepare('blob_in_segment'),
      blobMove: db
        .update(t.blobs)
        .set({
          segment: p('toSegment') as never,
          offset: p('toOffset') as never,
          length: p('toLength') as never,
          codec: p('toCodec') as never,
        })
        .where(
          and(
            eq(t.blobs.hash, p('hash')),
            eq(t.blobs.segment, p('fromSegment')),
            eq(t.blobs.offset, p('fromOffset')),
          ),
        )
        .returning({ hash: t.blobs.hash })
        .prepare('blob_move'),
      blobAll: db
        .select({ ...place, refs: t.blobs.refs })
        .from(t.blobs)
        .where(sql`${t.blobs.hash} > ${p('after')}`)
        .orderBy(t.blobs.hash)
        .limit(1000)
        .prepare('blob_all'),
    };
  },
  operations: ({ read, scan, write }) => ({
    /** Modseqs of the time since the backup are never handed out for something else. */
    restored: write(function* (q, a: { after: number; nowSeconds: number }) {
      const rows = yield* run(q.counterNext, { after: a.after });
      for (const { account } of rows) yield* run(q.counterJump, { account });
      return { next: rows.length < limits.walkRows ? null : (rows.at(-1)?.account ?? null) };
    }),
    /** Sets counts that are still what the caller saw; `now` begins the idle time of those at zero. */
    setBlobRefs: write(function* (
      q,
      a: { counts: readonly { hash: string; was: number; refs: number }[]; now: number },
    ) {
      const set: string[] = [];
      for (const { hash, was, refs } of a.counts) {
        const idle = refs === 0 ? a.now : 0;
        if ((yield* run(q.blobSetRefs, { hash, was, refs, idle })).length === 1) set.push(hash);
      }
      return set;
    }),
    takeLease: write(function* (q, a: { name: string; holder: string; now: number; expires: number }) {
      return (yield* run(q.leaseTake, { ...a })).length === 1;
    }),
    renewLease: write(function* (q, a: { name: string; holder: string; expires: number }) {
      return (yield* run(q.leaseRenew, { ...a })).length === 1;
    }),
    releaseLease: write(function* (q, a: { name: string; holder: string }) {
      yield* run(q.leaseRelease, { ...a });
    }),
    counters: read(function* (q, a: { accounts: readonly number[] }) {
      return yield* run(q.counters, { accounts: numbers(a.accounts) });
    }),
    findBlob: read(function* (q, a: { hash: string }) {
      return (yield* run(q.blobFind, { hash: a.hash }))[0] ?? null;
    }),
    /** Those that there are. */
    findBlobs: read(function* (q, a: { hashes: readonly string[] }) {
      const found: BlobRow[] = [];
      for (const hash of a.hashes) {
        const row = (yield* run(q.blobFind, { hash }))[0];
        if (row !== undefined) found.push(row);
      }
      return found;
    }),
    /** Up to 1,000 blobs that nothing refers to since before `before` (ms since 1970). */
    idleBlobs: scan(function* (q, a: { before: number }) {
      return yield* run(q.blobIdle, { before: a.before });
    }),
    /** Deletes the rows that are still not referred to; answers which went. */
    forgetBlobs: write(function* (q, a: { hashes: readonly string[] }) {
      const gone: string[] = [];
      for (const hash of a.hashes) {
        if ((yield* run(q.blobForget, { hash })).length === 1) gone.push(hash);
      }
      return gone;
    }),
    /** Live bytes as stored, and blobs, per segment (0: files of their own). */
    segments: scan(function* (q, _a: Record<string, never>) {
      return yield* run(q.blobSegments, {});
    }),
    /** A page of 500 blobs of a segment, by offset; it starts after offset -1. */
    blobsInSegment: scan(function* (q, a: { segment: number; after: number }) {
      return yield* run(q.blobInSegment, { segment: a.segment, after: a.after });
    }),
    /** Says where rewritten blobs lie now; answers those that were still at their old place. */
    moveBlobs: write(function* (
      q,
      a: {
        moves: readonly {
          hash: string;
          fromSegment: number;
          fromOffset: number;
          toSegment: number;
          toOffset: number;
          toLength: number;
          toCodec: number;
        }[];
      },
    ) {
      let moved = 0;
      for (const move of a.moves) moved += (yield* run(q.blobMove, { ...move })).length;
      return moved;
    }),
    /** A page of 1,000 blobs with their counts, by hash. */
    allBlobs: scan(function* (q, a: { after: string }) {
      return yield* run(q.blobAll, { after: a.after });
    }),
  }),
  integrity: (operations) => ({ restored: operations.restored }),
});

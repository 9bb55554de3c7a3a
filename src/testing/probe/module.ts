import { StoreError } from '../../base/index.ts';
import {
  blobQueries,
  changeQueries,
  currentModseq,
  defineModule,
  dropBlob,
  keepBlob,
  nextModseq,
  type Script,
  type StoredBlob,
} from '../../storage/index.ts';

type Queries = ReturnType<typeof changeQueries> & ReturnType<typeof blobQueries>;

/**
 * Operations that prove the storage layer itself, over its own tables: an account's change counter stands for the
 * data. They are what no real store does: fail half way, end their thread, keep it busy.
 */
export const { module: probeModule, operations: probe } = defineModule({
  name: 'probe',
  tables: { sqlite: {}, postgres: {} },
  queries: (context): Queries => ({ ...changeQueries(context as never), ...blobQueries(context as never) }),
  operations: ({ read, recall, scan, write }) => ({
    bump: write(function* (q, a: { account: number; by?: number }) {
      return yield* nextModseq(q, a.account, a.by);
    }),
    /** Writes, then refuses or breaks: nothing of it may stay. */
    fail: write(function* (q, a: { account: number; bug: boolean }): Script<number> {
      yield* nextModseq(q, a.account);
      if (a.bug) throw new TypeError('a bug in a script');
      throw new StoreError('conflict', 'refused on purpose', { account: a.account });
    }),
    /** Takes two counters one after the other: two of these in opposite order deadlock on PostgreSQL. */
    cross: write(function* (q, a: { first: number; second: number }) {
      yield* nextModseq(q, a.first);
      return yield* nextModseq(q, a.second);
    }),
    /** Reads, then writes what it read plus one: a lost update shows. */
    increment: write(function* (q, a: { account: number }) {
      const before = yield* currentModseq(q, a.account);
      const after = yield* nextModseq(q, a.account);
      return { before, after };
    }),
    writeByReader: scan(function* (q, a: { account: number }) {
      return yield* nextModseq(q, a.account);
    }),
    current: read(function* (q, a: { account: number }) {
      return yield* currentModseq(q, a.account);
    }),
    recalled: recall(function* (q, a: { account: number }) {
      return { modseqs: [yield* currentModseq(q, a.account)] };
    }),
    /** Names no account: whoever keeps answers must take it for a change in all of them. */
    bumpUnnamed: write(function* (q, a: { counter: number }) {
      return yield* nextModseq(q, a.counter);
    }),
    currentByScan: scan(function* (q, a: { account: number }) {
      return yield* currentModseq(q, a.account);
    }),
    /** Ends the thread it runs in, as a crash of native code would. */
    endThread: write(function* (q, a: { account: number }): Script<number> {
      yield* nextModseq(q, a.account);
      process.exit(3);
    }),
    keep: write(function* (q, a: { blobs: readonly StoredBlob[] }) {
      for (const blob of a.blobs) yield* keepBlob(q, blob);
    }),
    drop: write(function* (q, a: { hashes: readonly string[]; now: number }) {
      for (const hash of a.hashes) yield* dropBlob(q, hash, a.now);
    }),
  }),
});

/** A module whose writes look at what no account of theirs guards: it asks for one line. */
export const { module: probeLineModule, operations: probeLine } = defineModule({
  name: 'probe-line',
  tables: { sqlite: {}, postgres: {} },
  inOneLine: true,
  queries: (context) => changeQueries(context as never),
  operations: ({ write }) => ({
    /** Looks at two counters, then moves one: as a cap over several rows would. */
    together: write(function* (q, a: { counters: readonly [number, number]; move: 0 | 1 }) {
      const [left, right] = a.counters;
      const before = (yield* currentModseq(q, left)) + (yield* currentModseq(q, right));
      yield* nextModseq(q, a.counters[a.move]);
      return before;
    }),
  }),
});

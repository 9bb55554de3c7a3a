import { eq, sql } from '../drizzle.ts';
import { defineTables } from '../schema/kit.ts';
import type { QueryContext } from '../schema/module.ts';
import { one, run, type Script, touched } from '../schema/script.ts';

/** One row per account: the change counter that every store of the account shares. It never goes back. */
export const counterTables = defineTables((kit) => ({
  counters: kit.table(
    'counters',
    { account: kit.int().notNull(), modseq: kit.int().notNull() },
    { primaryKey: ['account'], rowid: false },
  ),
}));

/** Spread into a module's queries: `queries: (c) => ({ ...changeQueries(c), … })`. */
export function changeQueries({ db, d }: QueryContext<never>) {
  const { counters } = counterTables[d.dialect];
  return {
    counterBump: db
      .insert(counters)
      .values({ account: sql.placeholder('account'), modseq: sql.placeholder('by') as never })
      .onConflictDoUpdate({
        target: counters.account,
        set: { modseq: sql`${counters.modseq} + excluded.modseq` },
      })
      .returning({ modseq: counters.modseq })
      .prepare('counter_bump'),
    counterRead: db
      .select({ modseq: counters.modseq })
      .from(counters)
      .where(eq(counters.account, sql.placeholder('account')))
      .prepare('counter_read'),
  };
}

type ChangeQueries = ReturnType<typeof changeQueries>;

/**
 * Takes `by` new modseqs of the account and answers the last; wakes the account's listeners after the commit. The
 * counter row stays locked until then, so a higher modseq is never visible before a lower one.
 */
export function* nextModseq(q: ChangeQueries, account: number, by = 1): Script<number> {
  const { modseq } = one(yield* run(q.counterBump, { account, by }));
  yield* touched(account, modseq);
  return modseq;
}

/** The newest modseq of the account; 0 where nothing was ever written. */
export function* currentModseq(q: ChangeQueries, account: number): Script<number> {
  return (yield* run(q.counterRead, { account }))[0]?.modseq ?? 0;
}

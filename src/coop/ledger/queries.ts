import { and, asc, eq, gt, lte, ne, type QueryContext, sql } from '../../storage/index.ts';
import { pageRows, stepRows } from './limits.ts';
import type { ledgerTables } from './tables.ts';

type Context = QueryContext<(typeof ledgerTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

function headQueries({ db, t }: Context) {
  const h = t.ledger_head;
  return {
    /** Makes the row where it is not there, and locks it either way. */
    ledgerHead: db
      .insert(h)
      .values({ id: 1, seq: 0, hash: bound('start') })
      .onConflictDoUpdate({ target: h.id, set: { seq: sql`${h.seq}` } })
      .returning({ seq: h.seq, hash: h.hash })
      .prepare('ledger_head'),
    ledgerHeadMove: db
      .update(h)
      .set({ seq: number('seq'), hash: bound('hash') })
      .where(eq(h.id, 1))
      .prepare('ledger_head_move'),
    ledgerHeadRead: db
      .select({ seq: h.seq, hash: h.hash })
      .from(h)
      .where(eq(h.id, 1))
      .prepare('ledger_head_read'),
  };
}

function accountQueries({ db, t, d }: Context) {
  const a = t.ledger_accounts;
  const b = t.ledger_balances;
  const row = { id: a.id, name: a.name, owner: a.owner, salt: a.salt, shown: a.shown };
  return {
    ledgerAccountsNamed: db
      .select(row)
      .from(a)
      .where(d.inTexts(a.name, 'names'))
      .prepare('ledger_accounts_named'),
    ledgerAccountsOf: db
      .select(row)
      .from(a)
      .where(eq(a.owner, p('owner')))
      .prepare('ledger_accounts_of'),
    ledgerAccountsById: db
      .select(row)
      .from(a)
      .where(d.inNumbers(a.id, 'ids'))
      .prepare('ledger_accounts_by_id'),
    ledgerAccountAdd: db
      .insert(a)
      .values({ name: bound('name'), owner: bound('owner'), salt: bound('salt'), shown: bound('shown') })
      .returning(row)
      .prepare('ledger_account_add'),
    ledgerBalanceMove: db
      .insert(b)
      .values({ account: bound('account'), asset: bound('asset'), amount: bound('amount') })
      .onConflictDoUpdate({
        target: [b.account, b.asset],
        set: { amount: sql`${b.amount} + excluded."amount"` },
      })
      .returning({ amount: b.amount })
      .prepare('ledger_balance_move'),
    ledgerBalance: db
      .select({ amount: b.amount })
      .from(b)
      .innerJoin(a, eq(a.id, b.account))
      .where(and(eq(a.name, p('account')), eq(b.asset, p('asset'))))
      .prepare('ledger_balance'),
    ledgerBalances: db
      .select({ id: a.id, account: a.name, asset: b.asset, amount: b.amount })
      .from(b)
      .innerJoin(a, eq(a.id, b.account))
      // An account of two assets may stand on two pages.
      .where(and(sql`(${b.account}, ${b.asset}) > (${number('after')}, ${p('afterAsset')})`, ne(b.amount, 0)))
      .orderBy(asc(b.account), asc(b.asset))
      .limit(stepRows)
      .prepare('ledger_balances'),
  };
}

function entryQueries({ db, t, d }: Context) {
  const e = t.ledger_entries;
  const o = t.ledger_postings;
  const c = t.ledger_closed;
  return {
    ledgerEntriesKeyed: db.select().from(e).where(d.inTexts(e.key, 'keys')).prepare('ledger_entries_keyed'),
    ledgerEntryAdd: db
      .insert(e)
      .values({
        ...{
          seq: bound('seq'),
          date: bound('date'),
          month: bound('month'),
          kind: bound('kind'),
          key: bound('key'),
        },
        ...{ memo: bound('memo'), draft: bound('draft'), hash: bound('hash'), reverses: bound('reverses') },
        ...{ sealed: bound('sealed'), isSealed: 0 },
      })
      .prepare('ledger_entry_add'),
    ledgerPostingsAdd: d.insertMany<{
      seq: number;
      n: number;
      account: number;
      asset: string;
      amount: number;
    }>(o),
    ledgerEntrySeal: db
      .update(e)
      .set({ isSealed: 1 })
      .where(eq(e.seq, p('seq')))
      .prepare('ledger_entry_seal'),
    ledgerEntry: db
      .select()
      .from(e)
      .where(eq(e.seq, p('seq')))
      .prepare('ledger_entry'),
    ledgerReversal: db
      .select({ seq: e.seq })
      .from(e)
      .where(and(eq(e.reverses, p('seq')), gt(e.reverses, 0)))
      .prepare('ledger_reversal'),
    ledgerEntries: db
      .select()
      .from(e)
      .where(and(gt(e.seq, p('after')), lte(e.seq, p('until'))))
      .orderBy(asc(e.seq))
      .limit(pageRows)
      .prepare('ledger_entries'),
    ledgerPostings: db
      .select()
      .from(o)
      .where(and(gt(o.seq, p('after')), lte(o.seq, p('until'))))
      .orderBy(asc(o.seq), asc(o.n))
      .prepare('ledger_postings'),
    ledgerMonthClosed: db
      .select({ month: c.month })
      .from(c)
      .where(sql`${c.month} >= ${p('month')}`)
      .limit(1)
      .prepare('ledger_month_closed'),
    ledgerMonthClose: db
      .insert(c)
      .values({ month: bound('month'), closed: bound('now') })
      .onConflictDoNothing()
      .prepare('ledger_month_close'),
  };
}

export const ledgerQueries = (context: Context) => ({
  ...headQueries(context),
  ...accountQueries(context),
  ...entryQueries(context),
});

export type LedgerQueries = ReturnType<typeof ledgerQueries>;

import { asc, eq, gt, type QueryContext, sql } from '../../storage/index.ts';
import type { ledgerTables } from '../ledger/tables.ts';
import type { payoutsTables } from './tables.ts';

type Context = QueryContext<(typeof payoutsTables & typeof ledgerTables)['postgres']>;
const p = sql.placeholder;

/** What `myco verify` compares: what the room keeps, and what the ledger says of it. */
export function checkQueries({ db, t }: Context) {
  const { payouts_months: m, payouts_shares: s, payouts_tree: n, payouts_runs: r } = t;
  const { payouts_years: y, payouts_interest: i, ledger_accounts: a, ledger_postings: o } = t;
  return {
    payoutsMonthAfter: db
      .select()
      .from(m)
      .where(gt(m.month, p('month')))
      .orderBy(asc(m.month))
      .limit(1)
      .prepare('payouts_month_after'),
    payoutsSharesAll: db
      .select()
      .from(s)
      .where(eq(s.month, p('month')))
      .orderBy(asc(s.member))
      .prepare('payouts_shares_all'),
    payoutsTreeOf: db
      .select({ level: n.level, chunk: n.chunk, nodes: n.nodes })
      .from(n)
      .where(eq(n.month, p('month')))
      .orderBy(asc(n.level), asc(n.chunk))
      .prepare('payouts_tree_of'),
    payoutsYearAfter: db
      .select()
      .from(y)
      .where(gt(y.year, p('year')))
      .orderBy(asc(y.year))
      .limit(1)
      .prepare('payouts_year_after'),
    payoutsInterestAll: db
      .select()
      .from(i)
      .where(eq(i.year, p('year')))
      .orderBy(asc(i.member))
      .prepare('payouts_interest_all'),
    /** Postings of an entry by the names of their accounts. */
    payoutsPosted: db
      .select({ account: a.name, amount: sql<number>`cast(sum(${o.amount}) as bigint)` })
      .from(o)
      .innerJoin(a, eq(a.id, o.account))
      .where(eq(o.seq, p('seq')))
      .groupBy(a.name)
      .orderBy(asc(a.name))
      .prepare('payouts_posted'),
    /** Runs whose transfers, or what they are made up of, are another sum than the run. */
    payoutsRunFaults: db
      .select({ id: r.id })
      .from(r)
      .where(
        sql`"payouts_runs"."total" <> (select coalesce(sum(i."amount"), 0) from "payouts_items" i where i."run" = "payouts_runs"."id") or "payouts_runs"."total" <> (select coalesce(sum(o."amount"), 0) from "payouts_parts" o where o."run" = "payouts_runs"."id") or "payouts_runs"."count" <> (select count(*) from "payouts_items" i where i."run" = "payouts_runs"."id")`,
      )
      .orderBy(asc(r.id))
      .prepare('payouts_run_faults'),
    /** Of each run what the bank has not booked, and what the ledger says is on its way. */
    payoutsOnTheirWay: db
      .select({
        ...{ id: r.id, state: r.state, hash: r.hash, entry: r.entry },
        left: sql<number>`cast((select coalesce(sum(i."amount"), 0) from "payouts_items" i where i."run" = "payouts_runs"."id" and i."settled" = '') as bigint)`,
        transit: sql<number>`cast(coalesce((select sum(-b."amount") from "ledger_accounts" a join "ledger_balances" b on b."account" = a."id" where a."name" = 'transit:run-' || "payouts_runs"."id"), 0) as bigint)`,
      })
      .from(r)
      .orderBy(asc(r.id))
      .prepare('payouts_on_their_way'),
  };
}

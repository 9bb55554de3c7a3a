import { and, asc, eq, gt, lt, lte, type QueryContext, sql } from '../../storage/index.ts';
import type { ledgerTables } from '../ledger/tables.ts';
import { pageRows } from './limits.ts';
import type { payoutsTables } from './tables.ts';

type Tables = (typeof payoutsTables)['postgres'] & (typeof ledgerTables)['postgres'];
type Context = QueryContext<Tables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function monthQueries({ db, t, d }: Context) {
  const m = t.payouts_months;
  const s = t.payouts_shares;
  const v = t.payouts_turnover;
  const n = t.payouts_tree;
  const shown = { month: s.month, member: s.member, coins: s.coins, paid: s.paid };
  return {
    payoutsTurnoverAdd: db
      .insert(v)
      .values({ source: bound('source'), month: bound('month'), day: bound('day'), amount: bound('amount') })
      .prepare('payouts_turnover_add'),
    payoutsTurnover: db
      .select({
        received: sql<number>`cast(coalesce(sum(case when ${v.amount} > 0 then ${v.amount} end), 0) as bigint)`,
        credited: sql<number>`cast(coalesce(sum(case when ${v.amount} < 0 then -${v.amount} end), 0) as bigint)`,
      })
      .from(v)
      .where(and(gt(v.month, p('after')), lte(v.month, p('month'))))
      .prepare('payouts_turnover'),
    payoutsMonth: db
      .select()
      .from(m)
      .where(eq(m.month, p('month')))
      .prepare('payouts_month'),
    payoutsMonthLast: db
      .select()
      .from(m)
      .orderBy(sql`${m.month} desc`)
      .limit(1)
      .prepare('payouts_month_last'),
    payoutsMonths: db
      .select()
      .from(m)
      .where(lt(m.month, p('before')))
      .orderBy(sql`${m.month} desc`)
      .limit(pageRows)
      .prepare('payouts_months'),
    payoutsMonthsAdd: d.insertMany<typeof m.$inferInsert>(m),
    payoutsSharesAdd: d.insertMany<typeof s.$inferInsert>(s),
    payoutsTreeAdd: d.insertMany<typeof n.$inferInsert>(n),
    payoutsShare: db
      .select()
      .from(s)
      .where(and(eq(s.month, p('month')), eq(s.member, p('member'))))
      .prepare('payouts_share'),
    payoutsShares: db
      .select(shown)
      .from(s)
      .where(and(eq(s.month, p('month')), gt(s.member, p('after'))))
      .orderBy(asc(s.member))
      .limit(pageRows)
      .prepare('payouts_shares'),
    payoutsSharesOf: db
      .select(shown)
      .from(s)
      .where(and(eq(s.member, p('member')), lt(s.month, p('before'))))
      .orderBy(sql`${s.month} desc`)
      .limit(pageRows)
      .prepare('payouts_shares_of'),
    payoutsNodes: db
      .select({ nodes: n.nodes })
      .from(n)
      .where(and(eq(n.month, p('month')), eq(n.level, p('level')), eq(n.chunk, p('chunk'))))
      .prepare('payouts_nodes'),
  };
}

/** What is read of the ledger: sums of postings by the month or day of their entries. */
function ledgerSums({ db, t }: Context) {
  const { ledger_entries: e, ledger_postings: o, ledger_accounts: a } = t;
  return {
    /** Coins that were deposited in months after one, up to another, by member. */
    payoutsCoins: db
      .select({ member: a.owner, coins: sql<number>`cast(-sum(${o.amount}) as bigint)` })
      .from(e)
      .innerJoin(o, eq(o.seq, e.seq))
      .innerJoin(a, eq(a.id, o.account))
      .where(
        and(
          gt(e.month, p('after')),
          lte(e.month, p('month')),
          eq(o.asset, 'MYC'),
          gt(a.owner, 0),
          sql`${a.name} like 'coins:%'`,
        ),
      )
      .groupBy(a.owner)
      .orderBy(asc(a.owner))
      .prepare('payouts_coins'),
  };
}

export const payoutsQueries = (context: Context) => ({ ...monthQueries(context), ...ledgerSums(context) });

export type PayoutsQueries = ReturnType<typeof payoutsQueries>;

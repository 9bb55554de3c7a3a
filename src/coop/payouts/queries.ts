import { and, asc, eq, gt, lt, lte, ne, type QueryContext, sql } from '../../storage/index.ts';
import type { ledgerTables } from '../ledger/tables.ts';
import { coinAsset } from '../ledger/types.ts';
import type { registerTables } from '../register/tables.ts';
import { checkQueries } from './check-queries.ts';
import { pageRows, stepRows } from './limits.ts';
import type { payoutsTables } from './tables.ts';

type Tables = (typeof payoutsTables & typeof ledgerTables & typeof registerTables)['postgres'];
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
    /** All that is kept of their months, with the salts of their leaves. */
    payoutsSharesAllOf: db
      .select()
      .from(s)
      .where(eq(s.member, p('member')))
      .orderBy(asc(s.month))
      .prepare('payouts_shares_all_of'),
    payoutsNodes: db
      .select({ nodes: n.nodes })
      .from(n)
      .where(and(eq(n.month, p('month')), eq(n.level, p('level')), eq(n.chunk, p('chunk'))))
      .prepare('payouts_nodes'),
  };
}

function runQueries({ db, t, d }: Context) {
  const { payouts_runs: r, payouts_items: i, payouts_parts: o, payouts_approvals: v } = t;
  return {
    payoutsRunAdd: db
      .insert(r)
      .values({
        ...{ purpose: bound('purpose'), about: bound('about'), state: 'prepared', total: bound('total') },
        ...{
          count: bound('count'),
          prepared: bound('now'),
          preparedBy: bound('by'),
          approved: 0,
          exported: 0,
        },
        ...{ exportedBy: '', file: '', day: '', hash: '', size: 0, entry: 0 },
      })
      .returning({ id: r.id })
      .prepare('payouts_run_add'),
    payoutsItemsAdd: d.insertMany<typeof i.$inferInsert>(i),
    payoutsPartsAdd: d.insertMany<typeof o.$inferInsert>(o),
    payoutsRun: db
      .select()
      .from(r)
      .where(eq(r.id, p('run')))
      .prepare('payouts_run'),
    payoutsRunOfFile: db
      .select()
      .from(r)
      .where(and(eq(r.file, p('file')), sql`${r.file} <> ''`))
      .prepare('payouts_run_of_file'),
    payoutsRuns: db
      .select()
      .from(r)
      .where(lt(r.id, p('before')))
      .orderBy(sql`${r.id} desc`)
      .limit(pageRows)
      .prepare('payouts_runs'),
    payoutsRunsAfter: db
      .select()
      .from(r)
      .where(gt(r.id, p('after')))
      .orderBy(asc(r.id))
      .limit(pageRows)
      .prepare('payouts_runs_after'),
    payoutsRunState: db
      .update(r)
      .set({ state: bound('state') })
      .where(eq(r.id, p('run')))
      .prepare('payouts_run_state'),
    payoutsRunApproved: db
      .update(r)
      .set({ state: 'approved', approved: bound('now') })
      .where(eq(r.id, p('run')))
      .prepare('payouts_run_approved'),
    payoutsRunExported: db
      .update(r)
      .set({
        ...{ state: 'exported', exported: bound('now'), exportedBy: bound('by'), file: bound('file') },
        ...{ day: bound('day'), hash: bound('hash'), size: bound('size'), entry: bound('entry') },
      })
      .where(eq(r.id, p('run')))
      .prepare('payouts_run_exported'),
    payoutsApprove: db
      .insert(v)
      .values({ run: bound('run'), person: bound('person'), at: bound('now') })
      .prepare('payouts_approve'),
    payoutsApprovals: db
      .select({ run: v.run, person: v.person })
      .from(v)
      .where(d.inNumbers(v.run, 'runs'))
      .orderBy(asc(v.run), asc(v.at), asc(v.person))
      .prepare('payouts_approvals'),
    payoutsIbansChanged: db
      .select({ run: i.run, count: sql<number>`cast(count(*) as bigint)` })
      .from(i)
      .where(and(d.inNumbers(i.run, 'runs'), ne(i.ibanChanged, '')))
      .groupBy(i.run)
      .prepare('payouts_ibans_changed'),
    payoutsItemsAmong: db
      .select({ run: i.run, member: i.member, amount: i.amount })
      .from(i)
      .where(and(d.inNumbers(i.run, 'runs'), d.inNumbers(i.member, 'members')))
      .prepare('payouts_items_among'),
    payoutsItems: db
      .select()
      .from(i)
      .where(and(eq(i.run, p('run')), gt(i.n, p('after'))))
      .orderBy(asc(i.n))
      .limit(stepRows)
      .prepare('payouts_items'),
    payoutsItemsOf: db
      .select()
      .from(i)
      .where(and(eq(i.member, p('member')), lt(i.run, p('before'))))
      .orderBy(sql`${i.run} desc`)
      .limit(pageRows)
      .prepare('payouts_items_of'),
    payoutsItemsAllOf: db
      .select()
      .from(i)
      .where(eq(i.member, p('member')))
      .orderBy(asc(i.run))
      .prepare('payouts_items_all_of'),
    payoutsItemNamed: db
      .select()
      .from(i)
      .where(eq(i.endToEndId, p('endToEndId')))
      .prepare('payouts_item_named'),
    payoutsItemReturned: db
      .update(i)
      .set({ returned: bound('on'), reason: bound('reason') })
      .where(and(eq(i.run, p('run')), eq(i.n, p('n'))))
      .prepare('payouts_item_returned'),
    payoutsItemsSettled: db
      .update(i)
      .set({ settled: bound('on') })
      .where(and(eq(i.run, p('run')), d.inNumbers(i.n, 'items')))
      .prepare('payouts_items_settled'),
    payoutsItemsNumbered: db
      .select()
      .from(i)
      .where(and(eq(i.run, p('run')), d.inNumbers(i.n, 'items')))
      .orderBy(asc(i.n))
      .prepare('payouts_items_numbered'),
    payoutsItemsLeft: db
      .select()
      .from(i)
      .where(and(eq(i.run, p('run')), eq(i.settled, '')))
      .orderBy(asc(i.n))
      .prepare('payouts_items_left'),
    payoutsUnsettled: db
      .select({
        count: sql<number>`cast(count(*) as bigint)`,
        amount: sql<number>`cast(coalesce(sum(${i.amount}), 0) as bigint)`,
      })
      .from(i)
      .where(and(eq(i.run, p('run')), eq(i.settled, '')))
      .prepare('payouts_unsettled'),
    payoutsReturned: db
      .select({ count: sql<number>`cast(count(*) as bigint)` })
      .from(i)
      .where(and(eq(i.run, p('run')), sql`${i.returned} <> ''`))
      .prepare('payouts_returned'),
    payoutsParts: db
      .select({ n: o.n, member: i.member, account: o.account, amount: o.amount })
      .from(o)
      .innerJoin(i, and(eq(i.run, o.run), eq(i.n, o.n)))
      .where(eq(o.run, p('run')))
      .orderBy(asc(o.n), asc(o.account))
      .prepare('payouts_parts'),
    payoutsPartsOf: db
      .select({ account: o.account, amount: o.amount })
      .from(o)
      .where(and(eq(o.run, p('run')), eq(o.n, p('n'))))
      .orderBy(asc(o.account))
      .prepare('payouts_parts_of'),
    /** What runs have taken that are not in the ledger yet. */
    payoutsReserved: db
      .select({ member: i.member, account: o.account, amount: o.amount })
      .from(r)
      .innerJoin(i, eq(i.run, r.id))
      .innerJoin(o, and(eq(o.run, i.run), eq(o.n, i.n)))
      .where(sql`${r.state} in ('prepared', 'approved')`)
      .prepare('payouts_reserved'),
    /** The last transfer to each of them that came back, with the account it went to. */
    payoutsCameBack: db
      .select({ member: i.member, iban: i.iban })
      .from(i)
      .where(and(sql`${i.returned} <> ''`, d.inNumbers(i.member, 'members')))
      .prepare('payouts_came_back'),
  };
}

function yearQueries({ db, t, d }: Context) {
  const { payouts_years: y, payouts_interest: i, register_persons: n } = t;
  return {
    payoutsYearsAdd: d.insertMany<typeof y.$inferInsert>(y),
    payoutsInterestAdd: d.insertMany<typeof i.$inferInsert>(i),
    payoutsYear: db
      .select()
      .from(y)
      .where(eq(y.year, p('year')))
      .prepare('payouts_year'),
    payoutsYearLast: db.select().from(y).orderBy(sql`${y.year} desc`).limit(1).prepare('payouts_year_last'),
    payoutsYears: db.select().from(y).orderBy(sql`${y.year} desc`).limit(pageRows).prepare('payouts_years'),
    payoutsInterest: db
      .select()
      .from(i)
      .where(and(eq(i.year, p('year')), gt(i.member, p('after'))))
      .orderBy(asc(i.member))
      .limit(pageRows)
      .prepare('payouts_interest'),
    payoutsInterestOf: db
      .select()
      .from(i)
      .where(eq(i.member, p('member')))
      .orderBy(sql`${i.year} desc`)
      .limit(pageRows)
      .prepare('payouts_interest_of'),
    /** Interest that was attributed in a calendar year, with what a tax slip says of the member. */
    payoutsSlips: db
      .select({
        ...{ year: i.year, member: i.member, gross: i.gross, levied: i.levied, net: i.net, day: y.day },
        ...{ kind: n.kind, name: n.name, birth: n.birth, address: n.address, country: n.country },
      })
      .from(y)
      .innerJoin(i, eq(i.year, y.year))
      .leftJoin(n, eq(n.number, i.member))
      .where(
        and(
          sql`${y.day} >= ${p('from')}`,
          sql`${y.day} < ${p('until')}`,
          sql`(${i.year} > ${p('afterYear')} or (${i.year} = ${p('afterYear')} and ${i.member} > ${p('after')}))`,
        ),
      )
      .orderBy(asc(i.year), asc(i.member))
      .limit(pageRows)
      .prepare('payouts_slips'),
  };
}

/** Who is paid, and where to. */
function payeeQueries({ db, t, d }: Context) {
  const { register_persons: n } = t;
  return {
    payoutsPayees: db
      .select({
        ...{ member: n.number, name: n.name, holder: n.holder, iban: n.iban, ibanChanged: n.ibanChanged },
        /** Where the last run that has its file pays them. */
        paidTo: sql<
          string | null
        >`(select i."iban" from "payouts_items" i join "payouts_runs" r on r."id" = i."run" where i."member" = "register_persons"."number" and r."state" in ('exported', 'settled') order by i."run" desc limit 1)`,
      })
      .from(n)
      .where(d.inNumbers(n.number, 'members'))
      .prepare('payouts_payees'),
  };
}

/** What is read of the ledger: what stood, or stands, on accounts of members. */
function ledgerSums({ db, t }: Context) {
  const { ledger_entries: e, ledger_postings: o, ledger_accounts: a, ledger_balances: b } = t;
  const later = db
    .select({ account: o.account, moved: sql<number>`sum(${o.amount})`.as('moved') })
    .from(e)
    .innerJoin(o, eq(o.seq, e.seq))
    .where(and(gt(e.month, p('month')), eq(o.asset, coinAsset)))
    .groupBy(o.account)
    .as('later');
  return {
    /**
     * Coins that stood on members' accounts at the end of a month. What was shared out was converted then: what is left of months
     * before is below zero, as of coins that were taken back after they were converted.
     */
    payoutsCoins: db
      .select({
        member: a.owner,
        coins: sql<number>`cast(coalesce(${later.moved}, 0) - ${b.amount} as bigint)`,
      })
      .from(a)
      .innerJoin(b, eq(b.account, a.id))
      .leftJoin(later, eq(later.account, a.id))
      .where(and(gt(a.owner, 0), eq(b.asset, coinAsset), sql`${a.name} like 'coins:%'`))
      .orderBy(asc(a.owner))
      .prepare('payouts_coins'),
    /** What is owed to members on accounts of theirs, as it is today. */
    payoutsOwed: db
      .select({ member: a.owner, account: a.name, amount: sql<number>`-${b.amount}` })
      .from(a)
      .innerJoin(b, eq(b.account, a.id))
      .where(
        and(
          gt(a.owner, 0),
          sql`(${a.owner} = cast(${p('member')} as bigint) or cast(${p('member')} as bigint) = 0)`,
          eq(b.asset, p('asset')),
          lt(b.amount, 0),
        ),
      )
      .orderBy(asc(a.owner), asc(a.id))
      .prepare('payouts_owed'),
  };
}

/** What a year is reckoned from. */
function yearSums({ db, t }: Context) {
  const { ledger_entries: e, ledger_postings: o, ledger_accounts: a, ledger_balances: b } = t;
  const { register_lines: l, register_persons: x, register_head: h } = t;
  return {
    /** Income and expenses of a span of days, by account; what closed another year is neither. */
    payoutsResult: db
      .select({ account: a.name, amount: sql<number>`cast(sum(${o.amount}) as bigint)` })
      .from(e)
      .innerJoin(o, eq(o.seq, e.seq))
      .innerJoin(a, eq(a.id, o.account))
      .where(
        and(
          sql`${e.date} >= ${p('from')}`,
          sql`${e.date} < ${p('until')}`,
          ne(e.kind, 'year.result'),
          eq(o.asset, p('asset')),
          eq(a.owner, 0),
          sql`(${a.name} like 'income:%' or ${a.name} like 'expense:%')`,
        ),
      )
      .groupBy(a.name)
      .orderBy(asc(a.name))
      .prepare('payouts_result'),
    /**
     * How paid-up capital of persons changed, by the days from which movements are effective, before a day; above zero is more. Who
     * is erased is number 0: they are paid nothing any more, and their capital was there.
     */
    payoutsCapital: db
      .select({
        member: sql<number>`cast(case when ${x.erased} = 0 then ${l.person} else 0 end as bigint)`,
        day: l.on,
        change: sql<number>`cast(sum(${l.shares} * ${h.nominal} - ${l.uncalled}) as bigint)`,
      })
      .from(l)
      .innerJoin(x, eq(x.number, l.person))
      .innerJoin(h, eq(h.id, 1))
      .where(lt(l.on, p('until')))
      .groupBy(sql`1`, l.on)
      .orderBy(sql`1`, asc(l.on))
      .prepare('payouts_capital'),
    /** What reserves hold today; credit below zero. */
    payoutsReserves: db
      .select({ account: a.name, amount: b.amount })
      .from(a)
      .innerJoin(b, eq(b.account, a.id))
      .where(and(eq(a.owner, 0), eq(b.asset, p('asset')), sql`${a.name} like 'reserve:%'`))
      .prepare('payouts_reserves'),
  };
}

export const payoutsQueries = (context: Context) => ({
  ...checkQueries(context),
  ...monthQueries(context),
  ...runQueries(context),
  ...yearQueries(context),
  ...payeeQueries(context),
  ...ledgerSums(context),
  ...yearSums(context),
});

export type PayoutsQueries = ReturnType<typeof payoutsQueries>;

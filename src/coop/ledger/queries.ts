import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  lt,
  lte,
  ne,
  type QueryContext,
  type SQL,
  sql,
} from '../../storage/index.ts';
import { ownRows, pageRows, stepRows } from './limits.ts';
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
      .values({ id: 1, coop: bound('coop'), seq: 0, hash: bound('start') })
      .onConflictDoUpdate({ target: h.id, set: { seq: sql`${h.seq}` } })
      .returning({ coop: h.coop, seq: h.seq, hash: h.hash })
      .prepare('ledger_head'),
    ledgerHeadMove: db
      .update(h)
      .set({ seq: number('seq'), hash: bound('hash') })
      .where(eq(h.id, 1))
      .prepare('ledger_head_move'),
    ledgerHeadRead: db
      .select({ coop: h.coop, seq: h.seq, hash: h.hash })
      .from(h)
      .where(eq(h.id, 1))
      .prepare('ledger_head_read'),
  };
}

/** What stands at a place of each row of the JSON bound to `rows`. */
const json = {
  sqlite: {
    from: sql`json_each(${p('rows')}) as row where true`,
    text: (at: number) => sql.raw(`row.value->>${at}`),
    int: (at: number) => sql.raw(`row.value->>${at}`),
    bytes: (at: number) => sql.raw(`unhex(row.value->>${at})`),
    nextAccount: sql.raw('null'),
    colon: (text: unknown) => sql`instr(${text}, ':')`,
  },
  postgres: {
    from: sql`json_array_elements(cast(${p('rows')} as json)) as row(value)`,
    text: (at: number) => sql.raw(`row.value->>${at}`),
    int: (at: number) => sql.raw(`cast(row.value->>${at} as bigint)`),
    bytes: (at: number) => sql.raw(`decode(row.value->>${at}, 'hex')`),
    nextAccount: sql.raw(`nextval(pg_get_serial_sequence('ledger_accounts', 'id'))`),
    colon: (text: unknown) => sql`position(':' in ${text})`,
  },
} as const;

function accountQueries({ db, t, d }: Context) {
  const a = t.ledger_accounts;
  const b = t.ledger_balances;
  const { from, text, int, bytes, nextAccount, colon } = json[d.dialect];
  const named = { id: a.id, name: a.name, shown: a.shown };
  const row = { ...named, owner: a.owner, salt: a.salt };
  return {
    ledgerAccountsNamed: db
      .select(named)
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
    /** `rows`: JSON, [[name, owner, salt in hex, shown], …]. */
    ledgerAccountsAdd: db
      .insert(a)
      .select(sql`select ${nextAccount}, ${text(0)}, ${int(1)}, ${bytes(2)}, ${text(3)} from ${from}`)
      .returning(named)
      .prepare('ledger_accounts_add'),
    /** Takes the salt and the name away from all accounts of a person. */
    ledgerAccountsErase: db
      .update(a)
      .set({
        name: sql`substr(${a.name}, 1, ${colon(a.name)}) || 'erased-' || ${a.id}`,
        ...{ owner: 0, salt: Buffer.alloc(0) },
      })
      .where(and(eq(a.owner, p('owner')), gt(a.owner, 0)))
      .returning({ id: a.id })
      .prepare('ledger_accounts_erase'),
    /** `rows`: JSON, [[account, asset, amount], …], each account and asset once. */
    ledgerBalancesMove: db
      .insert(b)
      .select(sql`select ${int(0)}, ${text(1)}, ${int(2)} from ${from}`)
      .onConflictDoUpdate({
        target: [b.account, b.asset],
        set: { amount: sql`${b.amount} + excluded."amount"` },
      })
      .returning({ asset: b.asset, amount: b.amount })
      .prepare('ledger_balances_move'),
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
    /** Of accounts, after an entry, with what their entries say. */
    ledgerPostingsOf: db
      .select({
        ...{ seq: o.seq, date: e.date, kind: e.kind, memo: e.memo, hash: e.hash, sealed: e.sealed },
        ...{ account: o.account, asset: o.asset, amount: o.amount },
      })
      .from(o)
      .innerJoin(e, eq(e.seq, o.seq))
      .where(and(d.inNumbers(o.account, 'ids'), gt(o.seq, p('after'))))
      .orderBy(asc(o.seq), asc(o.n))
      .limit(ownRows)
      .prepare('ledger_postings_of'),
    ledgerPostings: db
      .select()
      .from(o)
      .where(and(gt(o.seq, p('after')), lte(o.seq, p('until'))))
      .orderBy(asc(o.seq), asc(o.n))
      .prepare('ledger_postings'),
    /** The last month that takes nothing more. */
    ledgerMonthClosed: db
      .select({ month: c.month })
      .from(c)
      .orderBy(desc(c.month))
      .limit(1)
      .prepare('ledger_month_closed'),
    ledgerMonthClose: db
      .insert(c)
      .values({ month: bound('month'), closed: bound('now') })
      .onConflictDoNothing()
      .prepare('ledger_month_close'),
  };
}

/** Of what `myco verify` adds up again. */
function checkQueries({ db, t, d }: Context) {
  const e = t.ledger_entries;
  const o = t.ledger_postings;
  const a = t.ledger_accounts;
  const b = t.ledger_balances;
  const kindOf = (kind: string) => sql`${a.name} like ${sql.raw(`'${kind}:%'`)}`;
  const held = (which: SQL) => sql`coalesce(sum(case when ${which} then ${b.amount} else 0 end), 0)`;
  const whole = (sum: unknown) => sql<number>`cast(${sum} as bigint)`;
  return {
    ledgerEntriesStep: db
      .select()
      .from(e)
      .where(gt(e.seq, p('after')))
      .orderBy(asc(e.seq))
      .limit(stepRows)
      .prepare('ledger_entries_step'),
    ledgerAccountsStep: db
      .select()
      .from(a)
      .where(gt(a.id, p('after')))
      .orderBy(asc(a.id))
      .limit(stepRows)
      .prepare('ledger_accounts_step'),
    ledgerSums: db
      .select({ account: o.account, asset: o.asset, amount: whole(sql`sum(${o.amount})`).as('amount') })
      .from(o)
      .where(d.inNumbers(o.account, 'ids'))
      .groupBy(o.account, o.asset)
      .prepare('ledger_sums'),
    ledgerSumsOn: db
      .select({ account: o.account, asset: o.asset, amount: whole(sql`sum(${o.amount})`).as('amount') })
      .from(o)
      .innerJoin(e, eq(e.seq, o.seq))
      .where(and(d.inNumbers(o.account, 'ids'), lte(e.date, p('day'))))
      .groupBy(o.account, o.asset)
      .prepare('ledger_sums_on'),
    ledgerHeld: db.select().from(b).where(d.inNumbers(b.account, 'ids')).prepare('ledger_held'),
    ledgerTotals: db
      .select({ asset: b.asset, amount: whole(sql`sum(${b.amount})`).as('amount') })
      .from(b)
      .groupBy(b.asset)
      .prepare('ledger_totals'),
    ledgerCoins: db
      .select({
        issued: whole(held(kindOf('mycoin'))).as('issued'),
        held: whole(sql`-${held(kindOf('coins'))}`).as('held'),
        strayed: whole(
          sql`coalesce(sum(case when ${b.amount} = 0 or ${kindOf('mycoin')} or ${kindOf('coins')} then 0 else 1 end), 0)`,
        ).as('strayed'),
      })
      .from(b)
      .innerJoin(a, eq(a.id, b.account))
      .where(eq(b.asset, p('asset')))
      .prepare('ledger_coins'),
  };
}

function treeQueries({ db, t, d }: Context) {
  const e = t.ledger_entries;
  const c = t.ledger_checkpoints;
  const n = t.ledger_nodes;
  return {
    /** Of the chain, from after one entry up to another. */
    ledgerHashes: db
      .select({ seq: e.seq, hash: e.hash })
      .from(e)
      .where(and(gt(e.seq, p('after')), lte(e.seq, p('until'))))
      .orderBy(asc(e.seq))
      .limit(stepRows)
      .prepare('ledger_hashes'),
    ledgerCheckpointLast: db
      .select()
      .from(c)
      .orderBy(desc(c.size))
      .limit(1)
      .prepare('ledger_checkpoint_last'),
    /** The first of this size or more. */
    ledgerCheckpointFrom: db
      .select()
      .from(c)
      .where(gte(c.size, p('size')))
      .orderBy(asc(c.size))
      .limit(1)
      .prepare('ledger_checkpoint_from'),
    ledgerCheckpointBefore: db
      .select()
      .from(c)
      .where(lt(c.size, p('size')))
      .orderBy(desc(c.size))
      .limit(1)
      .prepare('ledger_checkpoint_before'),
    ledgerCheckpoints: db
      .select()
      .from(c)
      .where(gt(c.size, p('after')))
      .orderBy(asc(c.size))
      .limit(pageRows)
      .prepare('ledger_checkpoints'),
    ledgerCheckpointAdd: db
      .insert(c)
      .values({
        ...{ size: bound('size'), root: bound('root'), peaks: bound('peaks') },
        ...{ at: bound('at'), note: bound('note') },
      })
      .prepare('ledger_checkpoint_add'),
    ledgerNodesAdd: d.insertMany<{ height: number; n: number; hash: string }>(n),
    ledgerNodes: db
      .select({ n: n.n, hash: n.hash })
      .from(n)
      .where(and(eq(n.height, p('height')), gte(n.n, p('from')), lt(n.n, p('until'))))
      .orderBy(asc(n.n))
      .prepare('ledger_nodes'),
  };
}

export const ledgerQueries = (context: Context) => ({
  ...headQueries(context),
  ...accountQueries(context),
  ...entryQueries(context),
  ...treeQueries(context),
  ...checkQueries(context),
});

export type LedgerQueries = ReturnType<typeof ledgerQueries>;

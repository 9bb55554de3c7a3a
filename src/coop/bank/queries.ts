import { and, asc, eq, gt, lt, lte, type QueryContext, sql } from '../../storage/index.ts';
import type { ledgerTables } from '../ledger/tables.ts';
import { pageRows, stepRows } from './limits.ts';
import type { bankTables } from './tables.ts';

type Context = QueryContext<(typeof bankTables)['postgres'] & (typeof ledgerTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

function expectedQueries({ db, t }: Context) {
  const e = t.bank_expected;
  const row = {
    ...{ id: e.id, reference: e.reference, purpose: e.purpose, subject: e.subject },
    ...{ amount: e.amount, received: e.received, cancelled: e.cancelled },
  };
  return {
    bankExpect: db
      .insert(e)
      .values({
        ...{ reference: bound('reference'), purpose: bound('purpose'), subject: bound('subject') },
        ...{ amount: bound('amount'), received: 0, cancelled: 0, created: bound('now') },
      })
      .returning(row)
      .prepare('bank_expect'),
    bankExpectedByReference: db
      .select(row)
      .from(e)
      .where(eq(e.reference, p('reference')))
      .prepare('bank_expected_by_reference'),
    bankExpectedById: db
      .select(row)
      .from(e)
      .where(eq(e.id, p('id')))
      .prepare('bank_expected_by_id'),
    bankExpectOther: db
      .update(e)
      .set({ amount: number('amount') })
      .where(and(eq(e.reference, p('reference')), sql`${e.received} <= ${number('amount')}`))
      .returning(row)
      .prepare('bank_expect_other'),
    bankExpectNothing: db
      .update(e)
      .set({ cancelled: 1 })
      .where(eq(e.reference, p('reference')))
      .prepare('bank_expect_nothing'),
    bankExpectedReceive: db
      .update(e)
      .set({ received: sql`${e.received} + ${number('amount')}` })
      .where(eq(e.id, p('id')))
      .returning(row)
      .prepare('bank_expected_receive'),
    bankExpectedPage: db
      .select(row)
      .from(e)
      .where(gt(e.id, p('after')))
      .orderBy(asc(e.id))
      .limit(bound('max'))
      .prepare('bank_expected_page'),
  };
}

function statementQueries({ db, t }: Context) {
  const f = t.bank_files;
  const s = t.bank_statements;
  return {
    /** Answers nothing where the file is known. */
    bankFileAdd: db
      .insert(f)
      .values({ hash: bound('hash'), size: bound('size'), at: bound('now'), by: bound('by') })
      .onConflictDoNothing()
      .returning({ id: f.id })
      .prepare('bank_file_add'),
    bankFilesPage: db
      .select()
      .from(f)
      .where(lt(f.id, p('before')))
      .orderBy(sql`${f.id} desc`)
      .limit(bound('max'))
      .prepare('bank_files_page'),
    bankStatementNamed: db
      .select()
      .from(s)
      .where(and(eq(s.account, p('account')), eq(s.name, p('name'))))
      .prepare('bank_statement_named'),
    bankStatementAdd: db
      .insert(s)
      .values({
        ...{ file: bound('file'), account: bound('account'), name: bound('name'), first: bound('first') },
        ...{ last: bound('last'), opening: bound('opening'), closing: bound('closing') },
      })
      .returning({ id: s.id })
      .prepare('bank_statement_add'),
    bankStatementGrow: db
      .update(s)
      .set({
        first: bound('first'),
        last: bound('last'),
        opening: bound('opening'),
        closing: bound('closing'),
      })
      .where(eq(s.id, p('id')))
      .prepare('bank_statement_grow'),
    /** In the order of their days. */
    bankStatementsOf: db
      .select()
      .from(s)
      .where(eq(s.account, p('account')))
      .orderBy(asc(s.last), asc(s.first), asc(s.id))
      .prepare('bank_statements_of'),
    bankStatementsPage: db
      .select()
      .from(s)
      .where(lt(s.id, p('before')))
      .orderBy(sql`${s.id} desc`)
      .limit(bound('max'))
      .prepare('bank_statements_page'),
    bankStatementsAfter: db
      .select()
      .from(s)
      .where(gt(s.id, p('after')))
      .orderBy(asc(s.id))
      .limit(stepRows)
      .prepare('bank_statements_after'),
  };
}

function lineQueries({ db, t, d }: Context) {
  const l = t.bank_lines;
  return {
    bankLineAdd: db
      .insert(l)
      .values({
        ...{ statement: bound('statement'), account: bound('account'), reference: bound('reference') },
        ...{ n: bound('n'), day: bound('day'), amount: bound('amount'), left: bound('left') },
        ...{ endToEndId: bound('endToEndId'), payment: bound('payment'), rf: bound('rf') },
        ...{ remittance: bound('remittance'), name: bound('name'), iban: bound('iban') },
        ...{ returned: bound('returned'), state: bound('state'), reason: bound('reason') },
      })
      .returning()
      .prepare('bank_line_add'),
    bankLinesOf: db
      .select()
      .from(l)
      .where(eq(l.statement, p('statement')))
      .orderBy(asc(l.id))
      .prepare('bank_lines_of'),
    bankLinesKnown: db
      .select({ statement: l.statement, reference: l.reference, n: l.n, day: l.day, amount: l.amount })
      .from(l)
      .where(and(eq(l.account, p('account')), d.inTexts(l.reference, 'references')))
      .prepare('bank_lines_known'),
    bankLine: db
      .select()
      .from(l)
      .where(eq(l.id, p('id')))
      .prepare('bank_line'),
    /** Locks the line: of two who match it the second sees what the first left. */
    bankLineLock: db
      .update(l)
      .set({ left: l.left })
      .where(eq(l.id, p('id')))
      .returning()
      .prepare('bank_line_lock'),
    bankLineSet: db
      .update(l)
      .set({ left: bound('left'), state: bound('state'), reason: bound('reason') })
      .where(eq(l.id, p('id')))
      .returning()
      .prepare('bank_line_set'),
    bankLinesWaiting: db
      .select()
      .from(l)
      .where(and(eq(l.state, 'queued'), gt(l.id, p('after'))))
      .orderBy(asc(l.id))
      .limit(bound('max'))
      .prepare('bank_lines_waiting'),
    /** Lines of days up to one that wait for a person. */
    bankLinesWaitingUpTo: db
      .select({ lines: sql<number>`cast(count(*) as bigint)` })
      .from(l)
      .where(and(eq(l.state, 'queued'), lte(l.day, p('day'))))
      .prepare('bank_lines_waiting_up_to'),
    bankLinesAfter: db
      .select()
      .from(l)
      .where(gt(l.id, p('after')))
      .orderBy(asc(l.id))
      .limit(stepRows)
      .prepare('bank_lines_after'),
    bankLinesPage: db
      .select()
      .from(l)
      .where(gt(l.id, p('after')))
      .orderBy(asc(l.id))
      .limit(pageRows)
      .prepare('bank_lines_page'),
  };
}

function checkQueries({ db, t, d }: Context) {
  const [l, m, e, x] = [t.bank_lines, t.bank_matches, t.bank_expected, t.ledger_entries];
  // A column of a query over one table is written without its table, which in here would be another one's.
  const done = sql`(select sum(m.amount) from bank_matches m where m.expected = bank_expected.id and m.state = 'done')`;
  return {
    /** With what the ledger says of the bank's account under the key of the line; null where it has no such entry. */
    bankLinesChecked: db
      .select({
        ...{ id: l.id, amount: l.amount, left: l.left, state: l.state },
        booked: sql<number | null>`max(${t.ledger_postings.amount})`,
      })
      .from(l)
      .leftJoin(x, sql`${x.key} = 'bank:' || ${l.id}`)
      .leftJoin(t.ledger_postings, and(eq(t.ledger_postings.seq, x.seq), eq(t.ledger_postings.n, 1)))
      .where(gt(l.id, p('after')))
      .groupBy(l.id)
      .orderBy(asc(l.id))
      .limit(stepRows)
      .prepare('bank_lines_checked'),
    bankMatchSums: db
      .select({ line: m.line, amount: sql<number>`sum(${m.amount})`.mapWith(Number) })
      .from(m)
      .where(and(d.inNumbers(m.line, 'lines'), eq(m.state, 'done')))
      .groupBy(m.line)
      .prepare('bank_match_sums'),
    bankExpectedChecked: db
      .select({ id: e.id, received: e.received, matched: sql<number | null>`${done}` })
      .from(e)
      .where(sql`${e.received} <> coalesce(${done}, 0)`)
      .limit(stepRows)
      .prepare('bank_expected_checked'),
    bankLeft: db
      .select({ left: sql<number>`coalesce(sum(${l.left}), 0)`.mapWith(Number) })
      .from(l)
      .prepare('bank_left'),
    bankClearing: db
      .select({ amount: t.ledger_balances.amount })
      .from(t.ledger_balances)
      .innerJoin(t.ledger_accounts, eq(t.ledger_accounts.id, t.ledger_balances.account))
      .where(eq(t.ledger_accounts.name, p('account')))
      .prepare('bank_clearing'),
  };
}

function matchQueries({ db, t }: Context) {
  const m = t.bank_matches;
  return {
    bankMatchAdd: db
      .insert(m)
      .values({
        ...{ line: bound('line'), expected: bound('expected'), account: bound('account') },
        ...{ run: bound('run'), items: bound('items') },
        ...{ amount: bound('amount'), memo: bound('memo'), state: 'proposed', by: bound('by') },
        ...{ at: bound('now'), second: 0, decided: 0 },
      })
      .returning()
      .prepare('bank_match_add'),
    bankMatch: db
      .select()
      .from(m)
      .where(eq(m.id, p('id')))
      .prepare('bank_match'),
    bankMatchDecide: db
      .update(m)
      .set({ state: bound('state'), second: bound('second'), decided: bound('now') })
      .where(and(eq(m.id, p('id')), eq(m.state, 'proposed')))
      .returning()
      .prepare('bank_match_decide'),
    bankMatchesOf: db
      .select()
      .from(m)
      .where(eq(m.line, p('line')))
      .orderBy(asc(m.id))
      .prepare('bank_matches_of'),
    bankMatchesProposed: db
      .select()
      .from(m)
      .where(and(eq(m.state, 'proposed'), gt(m.id, p('after'))))
      .orderBy(asc(m.id))
      .limit(bound('max'))
      .prepare('bank_matches_proposed'),
  };
}

export const bankQueries = (context: Context) => ({
  ...expectedQueries(context),
  ...statementQueries(context),
  ...lineQueries(context),
  ...matchQueries(context),
  ...checkQueries(context),
});

export type BankQueries = ReturnType<typeof bankQueries>;

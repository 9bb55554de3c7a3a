import { and, asc, eq, gt, lt, type QueryContext, sql } from '../../storage/index.ts';
import { pageRows, stepRows } from './limits.ts';
import type { bankTables } from './tables.ts';

type Context = QueryContext<(typeof bankTables)['postgres']>;
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
    bankFileAdd: db
      .insert(f)
      .values({ hash: bound('hash'), size: bound('size'), at: bound('now'), by: bound('by') })
      .onConflictDoUpdate({ target: f.hash, set: { hash: sql`${f.hash}` } })
      .returning({ id: f.id, at: f.at })
      .prepare('bank_file_add'),
    bankStatementNamed: db
      .select()
      .from(s)
      .where(and(eq(s.account, p('account')), eq(s.name, p('name'))))
      .prepare('bank_statement_named'),
    bankStatementAdd: db
      .insert(s)
      .values({
        ...{ file: bound('file'), account: bound('account'), name: bound('name'), first: bound('first') },
        ...{ last: bound('last'), opening: bound('opening'), closing: bound('closing'), gap: bound('gap') },
      })
      .returning({ id: s.id })
      .prepare('bank_statement_add'),
    bankStatementLast: db
      .select()
      .from(s)
      .where(and(eq(s.account, p('account')), sql`${s.closing} is not null`))
      .orderBy(sql`${s.last} desc`, sql`${s.id} desc`)
      .limit(1)
      .prepare('bank_statement_last'),
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
        ...{ returned: bound('returned'), state: bound('state'), reason: bound('reason'), entry: 0 },
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
    bankLineBooked: db
      .update(l)
      .set({ entry: bound('entry') })
      .where(eq(l.id, p('id')))
      .prepare('bank_line_booked'),
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

function matchQueries({ db, t }: Context) {
  const m = t.bank_matches;
  return {
    bankMatchAdd: db
      .insert(m)
      .values({
        ...{ line: bound('line'), expected: bound('expected'), account: bound('account') },
        ...{ amount: bound('amount'), memo: bound('memo'), state: 'proposed', by: bound('by') },
        ...{ at: bound('now'), second: 0, decided: 0, entry: 0 },
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
      .set({ state: bound('state'), second: bound('second'), decided: bound('now'), entry: bound('entry') })
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
});

export type BankQueries = ReturnType<typeof bankQueries>;

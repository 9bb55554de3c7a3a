import { defineTables, type Guard } from '../../storage/index.ts';
import type { Amount, Purpose, RunState } from './types.ts';

/** Days and months are texts, times ms since 1970, amounts minor units of the co-op's currency, coins whole. */
export const payoutsTables = defineTables((kit) => ({
  /** What counts as turnover, by the day on which it was received (or, below zero, credited). */
  payouts_turnover: kit.table(
    'payouts_turnover',
    {
      id: kit.id(),
      /** What it comes from: `receipt:7`, `credit:3`; counted once. */
      source: kit.text().notNull(),
      month: kit.text().notNull(),
      day: kit.text().notNull(),
      amount: kit.int().notNull(),
    },
    { unique: [['source']], index: [['month']] },
  ),
  /** A month that was shared out; the columns are those of `ClosedMonth`. */
  payouts_months: kit.table(
    'payouts_months',
    {
      month: kit.text().notNull(),
      received: kit.int().notNull(),
      credited: kit.int().notNull(),
      turnoverBefore: kit.int().notNull(),
      turnover: kit.int().notNull(),
      poolBefore: kit.int().notNull(),
      pool: kit.int().notNull(),
      coins: kit.int().notNull(),
      coinsLeft: kit.int().notNull(),
      members: kit.int().notNull(),
      paid: kit.int().notNull(),
      root: kit.text().notNull(),
      entry: kit.int().notNull(),
      linesWaiting: kit.int().notNull(),
      despite: kit.text().notNull(),
      closed: kit.int().notNull(),
      by: kit.int().notNull(),
    },
    { primaryKey: ['month'], rowid: false },
  ),
  /** What a member's coins of a month came to. */
  payouts_shares: kit.table(
    'payouts_shares',
    {
      month: kit.text().notNull(),
      member: kit.int().notNull(),
      coins: kit.int().notNull(),
      paid: kit.int().notNull(),
      salt: kit.bytes().notNull(),
      /** The place of their leaf in the tree of sums. */
      place: kit.int().notNull(),
    },
    { primaryKey: ['month', 'member'], index: [['member', 'month']], rowid: false },
  ),
  /** The tree of sums of a month, in stretches of its levels. */
  payouts_tree: kit.table(
    'payouts_tree',
    {
      month: kit.text().notNull(),
      level: kit.int().notNull(),
      chunk: kit.int().notNull(),
      nodes: kit.bytes().notNull(),
    },
    { primaryKey: ['month', 'level', 'chunk'] },
  ),
  /** A payment run: what is taken to the bank in one file. */
  payouts_runs: kit.table(
    'payouts_runs',
    {
      id: kit.id(),
      purpose: kit.text().$type<Purpose>().notNull(),
      /** The month, the year or the member's number that it is for. */
      about: kit.text().notNull(),
      state: kit.text().$type<RunState>().notNull(),
      total: kit.int().notNull(),
      count: kit.int().notNull(),
      prepared: kit.int().notNull(),
      preparedBy: kit.text().notNull(),
      approved: kit.int().notNull(),
      exported: kit.int().notNull(),
      exportedBy: kit.text().notNull(),
      /** What the bank calls the file, and on which day it is to pay. */
      file: kit.text().notNull(),
      day: kit.text().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      entry: kit.int().notNull(),
    },
    { index: [['state', 'id'], ['file']] },
  ),
  /** A transfer of a run. Name and IBAN are those of the moment when it was prepared: that is what persons approve. */
  payouts_items: kit.table(
    'payouts_items',
    {
      run: kit.int().notNull(),
      n: kit.int().notNull(),
      member: kit.int().notNull(),
      amount: kit.int().notNull(),
      name: kit.text().notNull(),
      iban: kit.text().notNull(),
      /** Since when the IBAN is another one than was paid last; '' where it is the same. */
      ibanChanged: kit.text().notNull(),
      endToEndId: kit.text().notNull(),
      /** Days on which the bank booked that it went, and that it came back; '' for not. */
      settled: kit.text().notNull(),
      returned: kit.text().notNull(),
      reason: kit.text().notNull(),
    },
    { primaryKey: ['run', 'n'], unique: [['endToEndId']], index: [['member', 'run']], rowid: false },
  ),
  /** Of which accounts of the member a transfer is made up. */
  payouts_parts: kit.table(
    'payouts_parts',
    {
      run: kit.int().notNull(),
      n: kit.int().notNull(),
      account: kit.text().notNull(),
      amount: kit.int().notNull(),
    },
    { primaryKey: ['run', 'n', 'account'], rowid: false },
  ),
  payouts_approvals: kit.table(
    'payouts_approvals',
    {
      run: kit.int().notNull(),
      /** `member:7`, or `account:3` of who is none: somebody with two accounts is one person. */
      person: kit.text().notNull(),
      at: kit.int().notNull(),
    },
    { primaryKey: ['run', 'person'], rowid: false },
  ),
  /** A fiscal year whose result was allocated; the columns are those of `ClosedYear`. */
  payouts_years: kit.table(
    'payouts_years',
    {
      year: kit.text().notNull(),
      from: kit.text().notNull(),
      until: kit.text().notNull(),
      result: kit.int().notNull(),
      covered: kit.int().notNull(),
      allocated: kit.json<readonly Amount[]>().notNull(),
      distributable: kit.int().notNull(),
      capital: kit.int().notNull(),
      interestMost: kit.int().notNull(),
      interest: kit.int().notNull(),
      levied: kit.json<readonly Amount[]>().notNull(),
      net: kit.int().notNull(),
      members: kit.int().notNull(),
      free: kit.int().notNull(),
      decision: kit.text().notNull(),
      linesWaiting: kit.int().notNull(),
      despite: kit.text().notNull(),
      day: kit.text().notNull(),
      closed: kit.int().notNull(),
      by: kit.int().notNull(),
    },
    { primaryKey: ['year'], index: [['day']], rowid: false },
  ),
  /** Interest of a member for a year, and what was kept back of it. */
  payouts_interest: kit.table(
    'payouts_interest',
    {
      year: kit.text().notNull(),
      member: kit.int().notNull(),
      /** Paid-up capital times the days for which it was, minor units. */
      weight: kit.int().notNull(),
      gross: kit.int().notNull(),
      levied: kit.json<readonly Amount[]>().notNull(),
      net: kit.int().notNull(),
    },
    { primaryKey: ['year', 'member'], index: [['member', 'year']], rowid: false },
  ),
}));

const stays = (table: string, what: string): readonly Guard[] =>
  (['UPDATE', 'DELETE'] as const).map((on) => ({
    ...{ name: `${table}_${on.toLowerCase()}`, table, on, refuse: '1 = 1' },
    message: `immutable: ${what} stays as it is`,
  }));

const kept = (table: string, columns: readonly string[], what: string): Guard => ({
  ...{ name: `${table}_update`, table, on: 'UPDATE', message: `immutable: ${what}` },
  refuse: columns.map((column) => `NEW."${column}" <> OLD."${column}"`).join(' OR '),
});

const isFixed = (run: string) =>
  `NOT EXISTS (SELECT 1 FROM "payouts_runs" WHERE "id" = ${run} AND "state" = 'prepared') OR EXISTS (SELECT 1 FROM "payouts_approvals" WHERE "run" = ${run})`;

/** What was shared out stays, and nothing is counted into a month that is over. */
export const payoutsGuards: readonly Guard[] = [
  ...stays('payouts_turnover', 'what counted as turnover'),
  ...stays('payouts_months', 'a month that was shared out'),
  ...stays('payouts_shares', 'what coins came to'),
  ...stays('payouts_tree', 'the tree of a month'),
  {
    ...{ name: 'payouts_turnover_open', table: 'payouts_turnover', on: 'INSERT' },
    message: 'closed: the month was shared out',
    refuse: 'EXISTS (SELECT 1 FROM "payouts_months" WHERE "month" >= NEW."month")',
  },
  kept(
    'payouts_runs',
    ['id', 'purpose', 'about', 'total', 'count', 'prepared', 'preparedBy'],
    'a run is not another',
  ),
  {
    ...{ name: 'payouts_runs_file', table: 'payouts_runs', on: 'UPDATE' },
    message: 'exported: a run has one file',
    refuse: `OLD."hash" <> '' AND (NEW."hash" <> OLD."hash" OR NEW."file" <> OLD."file" OR NEW."day" <> OLD."day" OR NEW."entry" <> OLD."entry")`,
  },
  {
    ...{ name: 'payouts_runs_stay', table: 'payouts_runs', on: 'DELETE', refuse: '1 = 1' },
    message: 'immutable: runs stay',
  },
  kept(
    'payouts_items',
    ['run', 'n', 'member', 'amount', 'name', 'iban', 'ibanChanged', 'endToEndId'],
    'a transfer is not another',
  ),
  {
    ...{ name: 'payouts_items_once', table: 'payouts_items', on: 'UPDATE' },
    message: 'booked: a transfer goes once and comes back once',
    refuse: `(OLD."settled" <> '' AND NEW."settled" <> OLD."settled") OR (OLD."returned" <> '' AND NEW."returned" <> OLD."returned")`,
  },
  {
    ...{ name: 'payouts_items_stay', table: 'payouts_items', on: 'DELETE', refuse: '1 = 1' },
    message: 'immutable: transfers stay',
  },
  {
    ...{ name: 'payouts_items_late', table: 'payouts_items', on: 'INSERT' },
    message: 'prepared: what is approved takes no more transfers',
    refuse: isFixed('NEW."run"'),
  },
  ...stays('payouts_parts', 'what a transfer is made up of'),
  {
    ...{ name: 'payouts_parts_late', table: 'payouts_parts', on: 'INSERT' },
    message: 'prepared: what is approved takes no more transfers',
    refuse: isFixed('NEW."run"'),
  },
  ...stays('payouts_approvals', 'who approved'),
  ...stays('payouts_years', 'a year that was allocated'),
  ...stays('payouts_interest', 'interest of a year'),
];

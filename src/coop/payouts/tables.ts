import { defineTables, type Guard } from '../../storage/index.ts';

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
      key: kit.text().notNull(),
      received: kit.int().notNull(),
      credited: kit.int().notNull(),
      turnoverBefore: kit.int().notNull(),
      turnover: kit.int().notNull(),
      poolBefore: kit.int().notNull(),
      pool: kit.int().notNull(),
      coins: kit.int().notNull(),
      members: kit.int().notNull(),
      paid: kit.int().notNull(),
      root: kit.text().notNull(),
      entry: kit.int().notNull(),
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
}));

const stays = (table: string, what: string): readonly Guard[] =>
  (['UPDATE', 'DELETE'] as const).map((on) => ({
    ...{ name: `${table}_${on.toLowerCase()}`, table, on, refuse: '1 = 1' },
    message: `immutable: ${what} stays as it is`,
  }));

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
];

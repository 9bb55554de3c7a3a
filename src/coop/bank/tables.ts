import { defineTables, type Guard } from '../../storage/index.ts';
import type { LineState, MatchState, Purpose, WaitReason } from './types.ts';

/** Days are texts, times ms since 1970, amounts minor units of the co-op's currency: above zero what came, below what went. */
export const bankTables = defineTables((kit) => ({
  /** Who is to pay for what, by the reference that they were given. */
  bank_expected: kit.table(
    'bank_expected',
    {
      id: kit.id(),
      /** What stands behind `RF18`. */
      reference: kit.text().notNull(),
      purpose: kit.text().$type<Purpose>().notNull(),
      /** What the purpose's room calls it by number: an application, an invoice. */
      subject: kit.int().notNull(),
      amount: kit.int().notNull(),
      received: kit.int().notNull(),
      cancelled: kit.int().notNull(),
      created: kit.int().notNull(),
    },
    { unique: [['reference']], index: [['purpose', 'subject']] },
  ),
  /** Files that were imported, by what is in them. */
  bank_files: kit.table(
    'bank_files',
    {
      id: kit.id(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      at: kit.int().notNull(),
      by: kit.int().notNull(),
    },
    { unique: [['hash']] },
  ),
  bank_statements: kit.table(
    'bank_statements',
    {
      id: kit.id(),
      file: kit.int().notNull(),
      /** `main`: the account is `bank:main`. */
      account: kit.text().notNull(),
      /** What the bank calls it. */
      name: kit.text().notNull(),
      /** First and last day that it is about. */
      first: kit.text().notNull(),
      last: kit.text().notNull(),
      opening: kit.int(),
      closing: kit.int(),
    },
    { unique: [['account', 'name']], index: [['account', 'last', 'first', 'id']] },
  ),
  bank_lines: kit.table(
    'bank_lines',
    {
      id: kit.id(),
      statement: kit.int().notNull(),
      account: kit.text().notNull(),
      /** What the bank calls the entry, and which transaction of it this is. */
      reference: kit.text().notNull(),
      n: kit.int().notNull(),
      day: kit.text().notNull(),
      amount: kit.int().notNull(),
      /** What of the amount nobody has said yet for what it is. */
      left: kit.int().notNull(),
      endToEndId: kit.text().notNull(),
      payment: kit.text().notNull(),
      rf: kit.text().notNull(),
      remittance: kit.text().notNull(),
      name: kit.text().notNull(),
      iban: kit.text().notNull(),
      returned: kit.text().notNull(),
      state: kit.text().$type<LineState>().notNull(),
      reason: kit.text().$type<WaitReason | ''>().notNull(),
    },
    {
      unique: [['statement', 'reference', 'n']],
      index: [
        ['account', 'reference'],
        ['state', 'id'],
      ],
    },
  ),
  /** What a line is for: decided by its reference (`by` 0), or by persons. */
  bank_matches: kit.table(
    'bank_matches',
    {
      id: kit.id(),
      line: kit.int().notNull(),
      /** What was expected, or 0; then `account` says where it belongs. */
      expected: kit.int().notNull(),
      account: kit.text().notNull(),
      /** The payment run that it is of, or 0; and which of its transfers. */
      run: kit.int().notNull(),
      items: kit.json<readonly number[]>().notNull(),
      amount: kit.int().notNull(),
      memo: kit.text().notNull(),
      state: kit.text().$type<MatchState>().notNull(),
      by: kit.int().notNull(),
      at: kit.int().notNull(),
      /** Who confirmed or refused it; 0 where nobody has, or need. */
      second: kit.int().notNull(),
      decided: kit.int().notNull(),
    },
    { index: [['line'], ['expected'], ['state', 'id']] },
  ),
}));

const changed = (columns: readonly string[]) =>
  columns.map((column) => `NEW."${column}" <> OLD."${column}"`).join(' OR ');
const said = [
  'id',
  'statement',
  'account',
  'reference',
  'n',
  'day',
  'amount',
  'endToEndId',
  'rf',
  'returned',
];
const decided = ['id', 'line', 'expected', 'account', 'run', 'items', 'amount', 'by', 'at'];

/** What a bank said stays as it was said, and a decision that was carried out stays. */
export const bankGuards: readonly Guard[] = [
  {
    ...{ name: 'bank_lines_kept', table: 'bank_lines', on: 'UPDATE' },
    message: 'immutable: what the bank booked stays as it is',
    refuse: changed(said),
  },
  {
    ...{ name: 'bank_lines_left', table: 'bank_lines', on: 'UPDATE' },
    message: 'spent: a line is matched once, and by no more than it is worth',
    refuse:
      '(OLD."amount" > 0 AND (NEW."left" < 0 OR NEW."left" > OLD."left")) OR (OLD."amount" < 0 AND (NEW."left" > 0 OR NEW."left" < OLD."left"))',
  },
  {
    ...{ name: 'bank_lines_stay', table: 'bank_lines', on: 'DELETE', refuse: '1 = 1' },
    message: 'immutable: what the bank booked stays',
  },
  {
    ...{ name: 'bank_matches_kept', table: 'bank_matches', on: 'UPDATE' },
    message: 'immutable: a decision about a line is not changed',
    refuse: `OLD."state" <> 'proposed' OR ${changed(decided)}`,
  },
  {
    ...{ name: 'bank_matches_stay', table: 'bank_matches', on: 'DELETE', refuse: '1 = 1' },
    message: 'immutable: decisions about lines stay',
  },
  {
    ...{ name: 'bank_expected_stay', table: 'bank_expected', on: 'DELETE', refuse: '1 = 1' },
    message: 'immutable: what was expected stays',
  },
];

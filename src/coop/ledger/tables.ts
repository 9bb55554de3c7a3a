import { always, defineTables, type Guard } from '../../storage/index.ts';

/** Days and months are texts, times ms since 1970, hashes hex, amounts minor units; flags are 0 or 1 so that guards can read them. */
export const ledgerTables = defineTables((kit) => ({
  /** One row: the last entry. Who appends changes it first, so that appends stand in line. */
  ledger_head: kit.table(
    'ledger_head',
    {
      id: kit.int().notNull(),
      /** What the chain begins with. */
      coop: kit.text().notNull(),
      seq: kit.int().notNull(),
      hash: kit.text().notNull(),
    },
    { primaryKey: ['id'] },
  ),
  ledger_accounts: kit.table(
    'ledger_accounts',
    {
      id: kit.id(),
      /** `member:17`; of a person who was erased `member:erased-5`, by the id. */
      name: kit.text().notNull(),
      /** The member's number where the kind is personal, else 0. */
      owner: kit.int().notNull(),
      /** Empty where the account is nobody's. */
      salt: kit.bytes().notNull(),
      /** What stands for it in the chain: its name, or the commitment. */
      shown: kit.text().notNull(),
    },
    { unique: [['name']], index: [['owner']] },
  ),
  ledger_entries: kit.table(
    'ledger_entries',
    {
      seq: kit.int().notNull(),
      date: kit.text().notNull(),
      month: kit.text().notNull(),
      kind: kit.text().notNull(),
      key: kit.text().notNull(),
      memo: kit.text().notNull(),
      /** Of what was asked, as it stands in the chain: to tell a repetition from another thing under the same key. */
      draft: kit.text().notNull(),
      hash: kit.text().notNull(),
      reverses: kit.int().notNull(),
      sealed: kit.int().notNull(),
      isSealed: kit.int().notNull(),
    },
    { primaryKey: ['seq'], unique: [['key']], index: [['month', 'seq']], indexAboveZero: ['reverses'] },
  ),
  ledger_postings: kit.table(
    'ledger_postings',
    {
      seq: kit.int().notNull(),
      n: kit.int().notNull(),
      account: kit.int().notNull(),
      asset: kit.text().notNull(),
      amount: kit.int().notNull(),
    },
    { primaryKey: ['seq', 'n'], index: [['account', 'asset', 'seq', 'amount']], rowid: false },
  ),
  /** What follows from the postings; `myco verify` adds up again. */
  ledger_balances: kit.table(
    'ledger_balances',
    { account: kit.int().notNull(), asset: kit.text().notNull(), amount: kit.int().notNull() },
    { primaryKey: ['account', 'asset'], rowid: false },
  ),
  /** A month that takes nothing more; all before it are closed as well. */
  ledger_closed: kit.table(
    'ledger_closed',
    { month: kit.text().notNull(), closed: kit.int().notNull() },
    { primaryKey: ['month'], rowid: false },
  ),
  ledger_checkpoints: kit.table(
    'ledger_checkpoints',
    {
      size: kit.int().notNull(),
      root: kit.text().notNull(),
      /** The whole subtrees, so that the next one reads only what came since. */
      peaks: kit.json<readonly string[]>().notNull(),
      at: kit.int().notNull(),
      note: kit.text().notNull(),
    },
    { primaryKey: ['size'] },
  ),
  /** Roots of whole subtrees of the heights of `nodeHeights`, so that a proof reads few leaves. */
  ledger_nodes: kit.table(
    'ledger_nodes',
    { height: kit.int().notNull(), n: kit.int().notNull(), hash: kit.text().notNull() },
    { primaryKey: ['height', 'n'], rowid: false },
  ),
}));

const never = { refuse: always } as const;
const postingsOf = (entry: string) => `SELECT 1 FROM "ledger_postings" WHERE "seq" = ${entry}."seq"`;
const kept = ['seq', 'date', 'month', 'kind', 'key', 'memo', 'draft', 'hash', 'reverses', 'sealed'];

/** What the database refuses whoever asks (docs/MONEY.md, "An entry"). */
export const ledgerGuards: readonly Guard[] = [
  {
    ...{
      name: 'ledger_entries_gap',
      table: 'ledger_entries',
      on: 'INSERT',
      message: 'gap: entries have no gap',
    },
    refuse: 'NEW."seq" <> (SELECT COALESCE(MAX("seq"), 0) + 1 FROM "ledger_entries")',
  },
  {
    ...{ name: 'ledger_entries_open', table: 'ledger_entries', on: 'INSERT' },
    message: 'sealed: an entry is sealed when its postings are there',
    refuse: 'NEW."isSealed" <> 0',
  },
  {
    ...{
      name: 'ledger_entries_month',
      table: 'ledger_entries',
      on: 'INSERT',
      message: 'closed: the month is closed',
    },
    refuse: 'EXISTS (SELECT 1 FROM "ledger_closed" WHERE "month" >= NEW."month")',
  },
  {
    ...{ name: 'ledger_entries_kept', table: 'ledger_entries', on: 'UPDATE' },
    message: 'immutable: a sealed entry is not changed',
    refuse: `OLD."isSealed" = 1 OR ${kept.map((column) => `NEW."${column}" <> OLD."${column}"`).join(' OR ')}`,
  },
  {
    ...{ name: 'ledger_entries_balance', table: 'ledger_entries', on: 'UPDATE' },
    message: 'unbalanced: the postings of an entry add up to nothing in each asset',
    refuse: `(SELECT COUNT(*) FROM "ledger_postings" WHERE "seq" = NEW."seq") < 2 OR EXISTS (${postingsOf('NEW')} GROUP BY "asset" HAVING SUM("amount") <> 0)`,
  },
  {
    ...never,
    name: 'ledger_entries_stay',
    table: 'ledger_entries',
    on: 'DELETE',
    message: 'immutable: entries stay',
  },
  {
    ...{ name: 'ledger_postings_late', table: 'ledger_postings', on: 'INSERT' },
    message: 'sealed: an entry that is sealed takes no posting',
    refuse: 'NOT EXISTS (SELECT 1 FROM "ledger_entries" WHERE "seq" = NEW."seq" AND "isSealed" = 0)',
  },
  {
    ...never,
    name: 'ledger_postings_kept',
    table: 'ledger_postings',
    on: 'UPDATE',
    message: 'immutable: postings stay as they are',
  },
  {
    ...never,
    name: 'ledger_postings_stay',
    table: 'ledger_postings',
    on: 'DELETE',
    message: 'immutable: postings stay',
  },
  {
    ...never,
    name: 'ledger_closed_kept',
    table: 'ledger_closed',
    on: 'UPDATE',
    message: 'immutable: what is closed stays closed',
  },
  {
    ...never,
    name: 'ledger_closed_stay',
    table: 'ledger_closed',
    on: 'DELETE',
    message: 'immutable: what is closed stays closed',
  },
  {
    ...never,
    name: 'ledger_checkpoints_kept',
    table: 'ledger_checkpoints',
    on: 'UPDATE',
    message: 'immutable: checkpoints stay as they are',
  },
  {
    ...never,
    name: 'ledger_checkpoints_stay',
    table: 'ledger_checkpoints',
    on: 'DELETE',
    message: 'immutable: checkpoints stay',
  },
  {
    ...never,
    name: 'ledger_nodes_kept',
    table: 'ledger_nodes',
    on: 'UPDATE',
    message: 'immutable: the tree stays as it is',
  },
  {
    ...never,
    name: 'ledger_nodes_stay',
    table: 'ledger_nodes',
    on: 'DELETE',
    message: 'immutable: the tree stays as it is',
  },
  {
    ...{ name: 'ledger_head_back', table: 'ledger_head', on: 'UPDATE' },
    message: 'immutable: the ledger does not go back',
    refuse: 'NEW."seq" < OLD."seq" OR NEW."coop" <> OLD."coop"',
  },
  {
    ...never,
    name: 'ledger_head_stay',
    table: 'ledger_head',
    on: 'DELETE',
    message: 'immutable: the ledger does not go back',
  },
  {
    ...{ name: 'ledger_accounts_kept', table: 'ledger_accounts', on: 'UPDATE' },
    message: 'immutable: an account is not renamed but to nobody',
    refuse:
      'NEW."shown" <> OLD."shown" OR NEW."id" <> OLD."id" OR (NEW."name" <> OLD."name" AND (NEW."owner" <> 0 OR OLD."owner" = 0))',
  },
  {
    ...never,
    name: 'ledger_accounts_stay',
    table: 'ledger_accounts',
    on: 'DELETE',
    message: 'immutable: accounts stay',
  },
];

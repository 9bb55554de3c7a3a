import { defineTables, type Guard } from '../../storage/index.ts';

/** Times ms since 1970, days and hashes texts. Accounts are those of myco, by id; members by number, 0 for none. */
export const actsTables = defineTables((kit) => ({
  /** One row: the last act. Who acts changes it first, so that acts stand in line. */
  acts_head: kit.table(
    'acts_head',
    { id: kit.int().notNull(), n: kit.int().notNull(), hash: kit.text().notNull() },
    { primaryKey: ['id'] },
  ),
  acts_log: kit.table(
    'acts_log',
    {
      n: kit.int().notNull(),
      at: kit.int().notNull(),
      account: kit.int().notNull(),
      member: kit.int().notNull(),
      via: kit.text().notNull(),
      /** Those that the actor had then, in their order, with a space between. */
      roles: kit.text().notNull(),
      verb: kit.text().notNull(),
      subject: kit.text().notNull(),
      key: kit.text().notNull(),
      body: kit.text().notNull(),
      /** Of this act and the one before. */
      hash: kit.text().notNull(),
      /** What was answered, as JSON; '' until it is known. No part of the hash. */
      answer: kit.text().notNull(),
    },
    { primaryKey: ['n'], unique: [['account', 'key']], index: [['subject', 'n']] },
  ),
  /** What was decided; movements and entries refer to it. */
  acts_decisions: kit.table(
    'acts_decisions',
    {
      act: kit.int().notNull(),
      reference: kit.text().notNull(),
      kind: kit.text().notNull(),
      day: kit.text().notNull(),
      title: kit.text().notNull(),
      document: kit.text().notNull(),
    },
    { primaryKey: ['act'], unique: [['reference']] },
  ),
  /** Accounts that an administrator said are one person's: those of one `person` are, which is the act that said it last. */
  acts_same: kit.table(
    'acts_same',
    { account: kit.int().notNull(), person: kit.int().notNull() },
    { primaryKey: ['account'], index: [['person']] },
  ),
  /** Who is what, today; the log says since when and by whom. */
  acts_roles: kit.table(
    'acts_roles',
    { account: kit.int().notNull(), role: kit.text().notNull(), act: kit.int().notNull() },
    { primaryKey: ['account', 'role'], rowid: false },
  ),
}));

const never = { refuse: '1 = 1' } as const;
const kept = ['n', 'at', 'account', 'member', 'via', 'roles', 'verb', 'subject', 'key', 'body', 'hash'];

/** What the database refuses whoever asks. */
export const actsGuards: readonly Guard[] = [
  {
    ...{ name: 'acts_log_gap', table: 'acts_log', on: 'INSERT', message: 'gap: acts have no gap' },
    refuse: 'NEW."n" <> (SELECT COALESCE(MAX("n"), 0) + 1 FROM "acts_log")',
  },
  {
    ...{ name: 'acts_log_kept', table: 'acts_log', on: 'UPDATE' },
    message: 'immutable: what was done stays as it is',
    refuse: `OLD."answer" <> '' OR ${kept.map((column) => `NEW."${column}" <> OLD."${column}"`).join(' OR ')}`,
  },
  {
    ...never,
    ...{ name: 'acts_log_stay', table: 'acts_log', on: 'DELETE', message: 'immutable: acts stay' },
  },
  {
    ...never,
    ...{ name: 'acts_decisions_kept', table: 'acts_decisions', on: 'UPDATE' },
    message: 'immutable: a decision stays as it was taken',
  },
  {
    ...never,
    ...{ name: 'acts_decisions_stay', table: 'acts_decisions', on: 'DELETE' },
    message: 'immutable: decisions stay',
  },
];

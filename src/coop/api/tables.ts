import { defineTables } from '../../storage/index.ts';

export const apiTables = defineTables((kit) => ({
  /** What a write was answered with, by the account that asked and its key. */
  api_answers: kit.table(
    'api_answers',
    {
      account: kit.int().notNull(),
      key: kit.text().notNull(),
      /** Of what was asked: method, address, body. */
      print: kit.text().notNull(),
      status: kit.int().notNull(),
      location: kit.text().notNull(),
      body: kit.text().notNull(),
      /** Whom the body names, by number; 0: nobody. */
      person: kit.int().notNull(),
      at: kit.int().notNull(),
    },
    { primaryKey: ['account', 'key'], index: [['at'], ['person']], rowid: false },
  ),
}));

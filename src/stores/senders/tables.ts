import { defineTables } from '../../storage/index.ts';

/** Times are ms since 1970, 0 for never. */
export const senderTables = defineTables((kit) => ({
  senders: kit.table(
    'senders',
    {
      /** A hash of who and whom: no address can be read from it. */
      key: kit.text().notNull(),
      first: kit.int().notNull(),
      seen: kit.int().notNull(),
      passed: kit.int().notNull(),
    },
    { primaryKey: ['key'], index: [['seen']], rowid: false },
  ),
}));

import { defineTables } from '../../storage/index.ts';

/** Times are ms since 1970. */
export const policyTables = defineTables((kit) => ({
  stsPolicies: kit.table(
    'sts_policies',
    {
      domain: kit.text().notNull(),
      /** Of the TXT record. */
      id: kit.text().notNull(),
      /** The policy file, as we would write it. */
      policy: kit.text().notNull(),
      fetched: kit.int().notNull(),
      ends: kit.int().notNull(),
    },
    { primaryKey: ['domain'], index: [['ends']], rowid: false },
  ),
}));

import { defineTables } from '../../storage/index.ts';

/** Times are ms since 1970. */
export const pushTables = defineTables((kit) => ({
  push_registrations: kit.table(
    'push_registrations',
    {
      token: kit.text().notNull(),
      member: kit.int().notNull(),
      account: kit.int().notNull(),
      place: kit.text().notNull(),
      resource: kit.text().notNull(),
      /** SHA-256 of `resource`. */
      digest: kit.text().notNull(),
      publicKey: kit.text().notNull(),
      authSecret: kit.text().notNull(),
      /** -1: not asked for. */
      contentDepth: kit.int().notNull(),
      properties: kit.bool().notNull(),
      expires: kit.int().notNull(),
    },
    {
      primaryKey: ['token'],
      unique: [['account', 'place', 'member', 'digest']],
      index: [['account', 'place', 'token'], ['member'], ['expires']],
      rowid: false,
    },
  ),
}));

export type PushTables = (typeof pushTables)['postgres'];

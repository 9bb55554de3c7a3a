import { defineTables } from '../../../storage/index.ts';
import type { ArchivePreferences } from './types.ts';

/** Times are ms since 1970. */
export const rosterTables = defineTables((kit) => ({
  conversation_contacts: kit.table(
    'conversation_contacts',
    {
      account: kit.int().notNull(),
      contact: kit.text().notNull(),
      listed: kit.bool().notNull(),
      /** It was listed once, and is no more. */
      removed: kit.bool().notNull(),
      name: kit.text().notNull(),
      groups: kit.json<readonly string[]>().notNull(),
      subscription: kit.text().$type<'none' | 'to' | 'from' | 'both'>().notNull(),
      ask: kit.bool().notNull(),
      pendingIn: kit.bool().notNull(),
      approved: kit.bool().notNull(),
      /** '' for none. */
      request: kit.text().notNull(),
      ver: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'contact'],
      index: [
        ['account', 'removed', 'ver'],
        ['contact', 'account'],
      ],
      rowid: false,
    },
  ),
  conversation_homes: kit.table(
    'conversation_homes',
    {
      account: kit.int().notNull(),
      verFloor: kit.int().notNull(),
      preferences: kit.json<ArchivePreferences>(),
      /** 0 for never. */
      lastAt: kit.int().notNull(),
      lastStatus: kit.text().notNull(),
      /** Of which news of the member's own the member hears in chat: words of `noticeKinds`, with spaces between. */
      notices: kit.text().notNull(),
    },
    { primaryKey: ['account'], rowid: false },
  ),
  conversation_blocked: kit.table(
    'conversation_blocked',
    { account: kit.int().notNull(), jid: kit.text().notNull() },
    { primaryKey: ['account', 'jid'], rowid: false },
  ),
  conversation_private: kit.table(
    'conversation_private',
    {
      account: kit.int().notNull(),
      ns: kit.text().notNull(),
      name: kit.text().notNull(),
      xml: kit.text().notNull(),
    },
    { primaryKey: ['account', 'ns', 'name'] },
  ),
}));

export type RosterTables = (typeof rosterTables)['postgres'];

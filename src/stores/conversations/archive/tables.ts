import { defineTables } from '../../../storage/index.ts';

/** `firstAt` of an archive without rows. */
export const noFirst = Number.MAX_SAFE_INTEGER;

/**
 * Every key leads with the archive: twice the account, or twice the room and one more. Times are ms since 1970 and never go
 * back as ids go on, so a time is found by halving. Yes is 1, no is 0.
 */
export const archiveTables = defineTables((kit) => ({
  conversation_archives: kit.table(
    'conversation_archives',
    {
      archive: kit.int().notNull(),
      /** 0: of an account; 1: of a room. */
      kind: kit.int().notNull(),
      lastId: kit.int().notNull(),
      lastAt: kit.int().notNull(),
      /** What `lastAt` was before the last write. */
      beforeAt: kit.int().notNull(),
      /** Those that queries answer. */
      rows: kit.int().notNull(),
      /** Those of them that are of type groupchat. */
      groupchat: kit.int().notNull(),
      /** Those in `conversation_offline`. */
      offline: kit.int().notNull(),
      /** The index of words holds rows up to this id; so many with a body are above it. */
      indexed: kit.int().notNull(),
      unindexed: kit.int().notNull(),
      /** Of the oldest row, of whatever kind. */
      firstAt: kit.int().notNull(),
    },
    { primaryKey: ['archive'], index: [['kind', 'firstAt']], rowid: false },
  ),
  conversation_messages: kit.table(
    'conversation_messages',
    {
      archive: kit.int().notNull(),
      id: kit.int().notNull(),
      at: kit.int().notNull(),
      peer: kit.text().notNull(),
      resource: kit.text().notNull(),
      outgoing: kit.int().notNull(),
      type: kit.int().notNull(),
      hidden: kit.int().notNull(),
      redacted: kit.int().notNull(),
      messageId: kit.text(),
      /** Null where it is the same as `messageId`. */
      originId: kit.text(),
      occupantId: kit.text(),
      body: kit.text(),
      stanza: kit.text().notNull(),
    },
    {
      primaryKey: ['archive', 'id'],
      index: [
        ['archive', 'peer', 'id'],
        ['archive', 'messageId'],
      ],
      indexPresent: [['archive', 'originId']],
      rowid: false,
      expected: {
        'archive id': [10_000, 1],
        'archive peer id': [10_000, 500, 1],
        'archive messageId': [10_000, 2],
        'archive originId': [10_000, 5],
      },
    },
  ),
  conversation_offline: kit.table(
    'conversation_offline',
    { account: kit.int().notNull(), id: kit.int().notNull() },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  /** Words, folded, as octets: both engines order them in the same way. */
  conversation_words: kit.table(
    'conversation_words',
    { archive: kit.int().notNull(), word: kit.bytes().notNull(), id: kit.int().notNull() },
    {
      primaryKey: ['archive', 'word', 'id'],
      rowid: false,
      expected: { 'archive word id': [100_000, 50, 1] },
    },
  ),
}));

export type ArchiveTables = (typeof archiveTables)['postgres'];

/** Limits of the mail store. */
export const limits = {
  mailboxesMax: 10_000,
  mailboxNameBytesMax: 1_000,
  /** Mailboxes or names that those who watch an account are told of one by one. */
  accountNewsMax: 1_000,
  nameEventsPerChangeMax: 1_000,
  /** Names' events are kept while the account sees so many more changes. */
  nameEventsKeptCount: 10_000,
  mailboxDepthMax: 32,
  keywordsPerMessageMax: 128,
  keywordBytesMax: 128,
  /** Keywords of a mailbox that clients are told of. */
  keywordsListedMax: 100,
  /** RFC 9051 §2.3.1.1: UIDs are 32 bit. */
  uidMax: 0xffff_ffff,
  /** Rows read at once for a scan. */
  pageRows: 2_000,
  /** More UIDs or contents than this are read in a reader thread. */
  pointReadsMax: 200,
  /** Rows held in memory of mailboxes that are read often: of one, of all (some 150 bytes each); fewer are not worth it. */
  cachedBoxRowsMax: 50_000,
  cacheableRowsMin: 10,
  cachedRowsMax: 200_000,
  /** Mailboxes of which it is counted how often they are read. */
  cachedBoxesMax: 10_000,
  /** Held in memory of what mailboxes are sorted and threaded by; of each message threads that are worked out take so much more. */
  cachedOrdersBytesMax: 32 * 1024 * 1024,
  threadsKeptBytes: 60,
  /** Held in memory of the envelope fields of emails that were searched lately. */
  cachedFieldsBytesMax: 24 * 1024 * 1024,
  /** In so many messages envelope fields are compared one by one; only in more of them the index is asked first. */
  comparedFieldsCount: 20_000,
  /** Searches that look through all rows of a mailbox make up one reading of it. */
  passesPerReadingCount: 8,
  /** Messages of all mailboxes together: small ones cost rows, however little space they use. */
  messagesPerAccountMax: 10_000_000,
  /** Held in memory of contents and of headers that were read lately. */
  cachedContentsBytesMax: 24 * 1024 * 1024,
  cachedHeadsBytesMax: 48 * 1024 * 1024,
  /** A longer piece of a message is read each time. */
  cachedHeadBytesMax: 8 * 1024,
  /** Mailboxes whose first unseen message is remembered while nothing changes there. */
  cachedUnseenCount: 10_000,
  /** Messages that one statement of a change of many works on, and the uids it spans where they are listed. */
  stepRows: 5_000,
  stepUidsCount: 8_192,
  /** Stretches of at least so many neighbours, on average, are named by their ends and not uid by uid. */
  neighbourUidsMin: 8,
  /** After a restore ids go on this much higher than the backup's. */
  restoreMailboxesCount: 10_000,
  restoreEmailsCount: 1_000_000,
  /** What is parsed or hashed in one go before others get a turn. */
  sliceBytes: 256 * 1024,
  /** Characters of a folded header and body that are kept for searches; of a longer message the bytes are read again. */
  storedTextCharsMax: 64 * 1024,
  storedFieldsCharsMax: 4 * 1024,
  /** A message up to this size is read in one piece for the index. */
  indexedWholeBytesMax: 256 * 1024,
  /** Text of a body, encoded; a longer one is not in the index, every search reads it. */
  indexedBodyBytesMax: 2 * 1024 * 1024,
  /** Columns of the index for one header or body; one that needs more is read by every search. */
  indexedColumnsMax: 256,
  /** Emails that go into the index with one transaction. */
  indexedEmailsCount: 32,
  /** Bytes of messages that are read at once for the index. */
  indexedPortionBytes: 4 * 1024 * 1024,
  /** News are gathered so long before they are indexed. */
  indexGatherMs: 500,
  /** Indexing goes on when at most so many changes came within that time; it waits no longer than the last of these. */
  indexCalmMs: 50,
  indexCalmHintsMax: 5,
  indexCalmMaxMs: 2_000,
  /** After a failure the index is tried again so much later. */
  indexRetryMs: 5_000,
  searchThreadMemoryBytes: 256 * 1024 * 1024,
  /** A thread without work this long is let go. */
  searchThreadRestMs: 30_000,
  /** Blocks of the index looked at in one go for emails that are gone. */
  blocksLookedAtCount: 16,
  /** Blocks whose slices a search holds at once, and bits of a needle that it looks up together. */
  blocksSearchedCount: 64,
  bitsLookedUpCount: 6,
  /** Texts that a search compares in one go. */
  textsComparedCount: 100,
  /** The index is asked where at least one of so many messages of the account is searched; fewer are compared. */
  narrowedFractionMax: 100,
  /** What is kept of an address or a display name to sort by; beyond it messages are in the order they came. */
  orderKeyCharsMax: 128,
  /** Rows read at once to make threads. */
  threadPageRows: 10_000,
  /** Message ids of one THREAD; beyond it of each message only the nearest ancestor counts. */
  threadIdsMax: 2_000_000,
  baseSubjectCharsMax: 998,
  /** Lines of all ACLs of an account: they are what others' LIST reads. */
  grantsMax: 5_000,
  /** Annotations of one owner on one mailbox; RFC 5464 §4.1 asks for 10. */
  metadataEntriesMax: 100,
  /** All annotations that one member wrote for itself, and all shared ones of one account. */
  metadataBytesMax: 4 * 1024 * 1024,
  /** The header of a part whose encoding is changed. */
  reencodedHeaderBytesMax: 256 * 1024,
} as const;

/** Limits of the mail store. */
export const limits = {
  mailboxesMax: 10_000,
  mailboxNameBytesMax: 1_000,
  mailboxDepthMax: 32,
  keywordsPerMessageMax: 128,
  keywordBytesMax: 128,
  /** RFC 9051 §2.3.1.1: UIDs are 32 bit. */
  uidMax: 0xffff_ffff,
  /** Rows read at once for a scan. */
  pageRows: 2_000,
  /** More UIDs or contents than this are read in a reader thread. */
  pointReadsMax: 200,
  /** After a restore ids go on this much higher than the backup's. */
  restoreMailboxesCount: 10_000,
  restoreEmailsCount: 1_000_000,
  /** What is parsed or hashed in one go before others get a turn. */
  sliceBytes: 256 * 1024,
  /** A longer search text is not kept beside the message: writing it twice costs more than reading the message again. */
  storedTextCharsMax: 4 * 1024,
} as const;

/**
 * Bounds of a session; what one command may hold is in `wire/limits.ts`. The settings may replace any of them.
 */
export interface ImapLimits {
  /** Largest message APPEND takes; told as APPENDLIMIT (RFC 7889). */
  readonly appendBytesMax: number;
  /** Messages of one APPEND (RFC 3502): what was parsed of them is held until the last has come. */
  readonly appendMessagesMax: number;
  /** A message literal up to this size is read whole; a longer one streams into the store. */
  readonly appendBufferedBytesMax: number;
  /** Bytes of such messages that may be on their way into the store while the next is read. */
  readonly appendUnderWayBytesMax: number;
  /** A refused literal that the client sends anyway is read and dropped up to this size (RFC 7888 §4), else BYE. */
  readonly discardBytesMax: number;
  readonly discardUnauthenticatedBytesMax: number;
  /** RFC 9051 §5.4: at least 30 minutes. */
  readonly autologoutMs: number;
  /** Sessions of one account at once (THREATS 14); a client with many folders opens five to ten. */
  readonly sessionsPerAccountMax: number;
  /** How often silent sessions are looked for; one timer serves them all. */
  readonly sweepIntervalMs: number;
  readonly authFailuresMax: number;
  /** Each failed login of a connection waits so much longer than the one before. */
  readonly authFailureDelayMs: number;
  /** Syntax faults in a row; something else than an IMAP client is talking. */
  readonly badCommandsMax: number;
  readonly badCommandsUnauthenticatedMax: number;
  /** During IDLE the mailbox is looked at so often even where no hint came. */
  readonly idleRecheckMs: number;
  /** How often a session asks whether its member may still be here. */
  readonly memberCheckMs: number;
  /** Mailboxes that one NOTIFY may name; who wants more asks for a subtree. */
  readonly notifyNamesMax: number;
  /** Answers that are held for sessions which ask the same in one moment. */
  readonly sharedNewsMax: number;
  readonly fetchRowsMax: number;
  /** Rows whose content (envelope, structure) is loaded at once. */
  readonly fetchContentsMax: number;
  /** Bytes of messages held at once for one FETCH; a longer section streams. */
  readonly fetchBytesMax: number;
  /** FETCH sends what it has made once that is so much. */
  readonly sendBytesMin: number;
  /** Bytes handed to the connection before it is asked whether the client keeps up. */
  readonly writeBytesMax: number;
  readonly storeRowsMax: number;
  readonly searchRowsMax: number;
  /** Fewer messages than this are searched without asking the index. */
  readonly searchNarrowedMin: number;
  /** Texts of one SEARCH for which the index is asked; its answers are held. */
  readonly searchNeedlesMax: number;
  /** Messages whose headers or texts a SEARCH holds at once. */
  readonly searchContentsMax: number;
  /** Of so few messages SORT and THREAD read the keys one by one; of more those of the whole mailbox. */
  readonly sortedFewMax: number;
  /** Steps that THREAD takes to find out whether links would make a loop; then links that are hard to check are left out. */
  readonly threadStepsMax: number;
  /** Searches of a session that are kept up to date (RFC 5267), and the messages they hold together. */
  readonly contextsMax: number;
  readonly contextMessagesMax: number;
  /** A sorted result of more messages is not kept up to date: its places are worked out anew with each change. */
  readonly contextSortedMessagesMax: number;
  /** Wildcards of all patterns of one LIST or LSUB. */
  readonly listWildcardsMax: number;
  /** Work without letting others run. */
  readonly sliceMs: number;
  /** One annotation; RFC 5464 §4.1 asks for 1,024. */
  readonly metadataValueBytesMax: number;
  /** Messages SELECT looks at for UNSEEN (RFC 3501 §6.3.1); beyond that it is left out, as the RFC allows. */
  readonly unseenRowsMax: number;
  /** A command that takes longer tells how far it is, and again at this interval (RFC 9585). */
  readonly progressMs: number;
  /** Ranges of one answer to UIDBATCHES; RFC 10022 §3.1.5 wants batches of 100,000 messages at least. */
  readonly uidBatchesMax: number;
}

export const defaultImapLimits: ImapLimits = {
  appendBytesMax: 50 * 1024 * 1024,
  appendMessagesMax: 100,
  appendBufferedBytesMax: 64 * 1024,
  appendUnderWayBytesMax: 512 * 1024,
  discardBytesMax: 64 * 1024 * 1024,
  discardUnauthenticatedBytesMax: 64 * 1024,
  autologoutMs: 30 * 60_000,
  sessionsPerAccountMax: 60,
  sweepIntervalMs: 5_000,
  authFailuresMax: 5,
  authFailureDelayMs: 1_000,
  badCommandsMax: 30,
  badCommandsUnauthenticatedMax: 5,
  idleRecheckMs: 60_000,
  memberCheckMs: 60_000,
  notifyNamesMax: 1_000,
  sharedNewsMax: 64,
  fetchRowsMax: 1_000,
  fetchContentsMax: 200,
  fetchBytesMax: 1024 * 1024,
  sendBytesMin: 192 * 1024,
  writeBytesMax: 256 * 1024,
  storeRowsMax: 5_000,
  searchRowsMax: 1_000,
  searchNarrowedMin: 50,
  searchNeedlesMax: 16,
  searchContentsMax: 64,
  sortedFewMax: 2_000,
  threadStepsMax: 20_000_000,
  contextsMax: 10,
  contextMessagesMax: 200_000,
  contextSortedMessagesMax: 10_000,
  listWildcardsMax: 100,
  sliceMs: 10,
  metadataValueBytesMax: 64 * 1024,
  unseenRowsMax: 2_000,
  progressMs: 10_000,
  uidBatchesMax: 10_000,
};

/** What is remembered of the name that a client gives itself with ID. */
export const clientNameCharsMax = 256;

/** Keywords that a client is told of in one mailbox, beside those that all share. */
export const toldKeywordsMax = 100;
/** Combinations of keywords that a session remembers as told. */
export const toldKeywordTextsMax = 1_000;

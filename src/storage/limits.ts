/** Limits of the storage layer; sizes in bytes, times in milliseconds. */
export const limits = {
  /** How long a statement waits for another process's lock (an operator's sqlite3 shell). */
  lockWaitMs: 5_000,
  /** The write-ahead log is cut back to this after a checkpoint. */
  journalBytesMax: 64 * 1024 * 1024,
  /** Pages of 4 KiB in the log before they are moved into the database: a page changed often is moved once. */
  checkpointPagesMax: 12_000,
  readerCacheBytes: 4 * 1024 * 1024,
  writerCacheBytes: 16 * 1024 * 1024,
  /** Units of work in one commit. */
  batchUnitsMax: 512,
  /** From this many waiting units on a batch takes half of them. */
  halvedUnitsMin: 16,
  /** Units that wait for the writer; one more is refused with 'unavailable'. */
  waitingUnitsMax: 50_000,
  /** Scans that wait for a reader thread. */
  waitingScansMax: 10_000,
  /** Answers of point reads that are kept, and what stands in their lists, counted together. */
  recalledAnswersMax: 200_000,
  /** Connections to PostgreSQL. */
  postgresConnectionsMax: 10,
  /** How often a script is run again after a serialization failure or deadlock. */
  retriesMax: 8,
  /** Hints of changes are gathered this long before other processes are told. */
  hintsGatherMs: 5,
  /** Listeners re-check this often where another process may have written. */
  recheckMs: 30_000,
  /** NOTIFY carries less than 8,000 bytes. */
  notifyBytesMax: 7_500,
  /** Accounts or rows that one step of a walk over all of them takes in. */
  walkRows: 500,
  /** Files that an operator is told of for one content. */
  ownersNamedMax: 5,
  /** After a restore modseqs go on this much higher than the backup's. */
  restoreModseqCount: 1_000_000_000,
  /** After this long the writer thread gives back the memory that starting took. */
  settleMs: 2_000,
  /** A reader thread without work this long is let go. */
  readerRestMs: 30_000,
  /** A thread that died is started again after this long. */
  restartMs: 200,
} as const;

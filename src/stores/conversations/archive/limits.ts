/** Limits of archives of messages; sizes in bytes, times in milliseconds. */
export const limits = {
  /** Rows of one `append`, and the text of one of them. */
  rowsPerAppendMax: 2_000,
  stanzaBytesMax: 512 * 1024,
  /** UTF-8 of what a row is found by: a bare JID is at most 2,047, ids are the clients' own. */
  peerBytesMax: 2_047,
  resourceBytesMax: 1_023,
  idBytesMax: 1_024,
  /** Rows that one query answers, and that one may name. */
  pageRowsMax: 250,
  idsPerQueryMax: 250,
  /** Messages that look alike and are told apart by their sender: so many of the newest are looked at. */
  sameIdRowsMax: 20,
  /** Rows that wait for an account's next session. */
  offlineRowsMax: 2_000,
  /** Of a body, in UTF-16 units: so much of it is found by its words. */
  searchedCharsMax: 8_192,
  wordCharsMax: 24,
  /** Of a query for words. */
  textCharsMax: 1_024,
  queryWordsMax: 16,
  /** Bodies that may wait for the index of words: a search reads them one by one. */
  unindexedRowsMax: 2_000,
  /** Rows that are indexed, looked at by a search or dropped in one step. */
  indexedRowsCount: 200,
  searchedRowsCount: 250,
  stepRows: 200,
  /** After a restore ids go on this much higher than the backup's, and above the time in milliseconds. */
  restoreIdsCount: 1_000_000_000,
} as const;

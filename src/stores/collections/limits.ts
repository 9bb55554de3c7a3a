/** Limits of calendars and address books; sizes in bytes, times in milliseconds. */
export const limits = {
  /** UTF-8, of a collection, an item or an attachment. */
  nameBytesMax: 255,
  uidBytesMax: 1_024,
  digestBytesMax: 64 * 1024,
  /** Of one home, the inbox among them. */
  collectionsPerHomeMax: 500,
  itemsPerCollectionMax: 100_000,
  /** All details of one collection, as JSON. */
  detailsBytesMax: 256 * 1024,
  /** Dead properties of one thing, bytes of one, of all of one thing, and of all of an account. */
  propertiesPerNodeMax: 250,
  propertyBytesMax: 64 * 1024,
  propertyBytesPerNodeMax: 256 * 1024,
  propertyBytesPerAccountMax: 64 * 1024 * 1024,
  /** Names that are read at once with their bytes. */
  namesPerReadMax: 1_000,
  /** Rows of one page; of one step of a clean-up. */
  pageRowsMax: 1_000,
  stepRows: 500,
  /** Items whose bytes are read at once when they are verified. */
  checkedItemsMax: 20,
  /** Bytes of items that are read at once; one item at least. */
  pageBytesMax: 4 * 1024 * 1024,
  /** Items that one transaction of `putMany` takes, and bytes. */
  batchItemsMax: 200,
  batchBytesMax: 4 * 1024 * 1024,
  /** Names that were removed are remembered so long for clients that ask for changes, and so many of an account. */
  tombstonesMs: 180 * 86_400_000,
  tombstonesPerAccountMax: 200_000,
  /** Of one job, as JSON, and of its key; of all jobs of one write. */
  jobBytesMax: 16 * 1024 * 1024,
  jobKeyBytesMax: 1_024,
  jobBytesPerWriteMax: 64 * 1024 * 1024,
  jobsPerWriteMax: 2_000,
  /** What is put off by more than this is put aside. */
  jobsAsideMs: 30 * 86_400_000,
  /** That one look takes, one at least. */
  jobsPerTakeMax: 100,
  jobBytesPerTakeMax: 16 * 1024 * 1024,
  /** Receivers of one collection, members and groups; delegates of one account for each of the two rights. */
  sharesPerCollectionMax: 500,
  delegatesPerAccountMax: 200,
  summaryBytesMax: 4 * 1024,
  /** Of one item; the type of one. */
  attachmentsPerItemMax: 100,
  typeCharsMax: 255,
  /** After a restore ids go on this much higher than the backup's. */
  restoreIdsCount: 10_000_000,
} as const;

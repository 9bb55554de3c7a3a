/** Limits of the trees of files; sizes in bytes, times in milliseconds. */
export const limits = {
  /** UTF-8; what the file systems of members' machines can hold. */
  nameBytesMax: 255,
  /** UTF-8; of what a program calls a file: there is room for a number behind it. Of its suffix, the dot among them. */
  offeredNameBytesMax: 200,
  suffixCharsMax: 16,
  /** Names of a path. */
  pathDepthMax: 100,
  typeCharsMax: 255,
  checksumCharsMax: 200,
  /** Files and folders of one account. */
  nodesPerAccountMax: 10_000_000,
  /** Files and folders that one transaction copies; what is more goes in steps, out of sight until all of it is there. */
  copiedNodesMax: 1_000,
  /** A MOVE into another account begins again so often because what it takes away has changed meanwhile. */
  moveAttemptsMax: 3,
  /** Rows that one step of a walk, a copy or a clean-up takes in. */
  stepRows: 500,
  /** Rows of one page of a folder or of its changes. */
  pageRowsMax: 1_000,
  /** Dead properties of one thing, bytes of one, of all of one thing, and of all of an account. */
  propertiesPerNodeMax: 250,
  propertyBytesMax: 256 * 1024,
  propertyBytesPerNodeMax: 1024 * 1024,
  propertyBytesPerAccountMax: 256 * 1024 * 1024,
  /** Bytes of dead properties that are read at once. */
  propertyBytesPerPageMax: 1024 * 1024,
  /** Locks that an owner holds in their tree at a time, the same of all others together, and of one of those. */
  locksPerAccountMax: 2_000,
  locksPerGuestMax: 200,
  lockSecondsMax: 7 * 86_400,
  lockOwnerBytesMax: 8 * 1024,
  lockRootCharsMax: 32 * 1024,
  /** Names that were removed are remembered so long for clients that ask for changes, and so many of an account. */
  tombstonesMs: 180 * 86_400_000,
  tombstonesPerAccountMax: 200_000,
  /** Rows that one search looks at, and results that it answers. */
  searchedRowsMax: 500_000,
  searchResultsMax: 10_000,
  /** Steps of one search, each a character looked at or an operator asked; of one row before its texts; between turns. */
  searchStepsMax: 200_000_000,
  searchRowStepsCount: 50,
  searchTurnStepsMax: 50_000,
  /** Numbers tried for a name that is taken. */
  freeNamesMax: 1_000,
  /** After a restore ids go on this much higher than the backup's. */
  restoreNodesCount: 10_000_000,
} as const;

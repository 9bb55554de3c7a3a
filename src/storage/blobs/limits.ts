/** Limits of the blob store, in bytes unless the name says otherwise. */
export const limits = {
  /** A larger blob gets a file of its own. */
  segmentBlobBytesMax: 1024 * 1024,
  /** A segment is sealed beyond this. */
  segmentBytesMax: 64 * 1024 * 1024,
  /** Appended by one write and one fsync at most. */
  groupBytesMax: 16 * 1024 * 1024,
  openFilesMax: 64,
  /** Blobs smaller than this are not worth compressing. */
  compressBytesMin: 256,
  zstdLevel: 3,
  /** Bytes that nobody asked for are read along, up to so many at one place, where that saves a read. */
  gapBytesMax: 8 * 1024,
  /** Read at once for several blobs. */
  runBytesMax: 1024 * 1024,
  /** Read by the main thread itself, that is without waiting: at once, and of packed blobs as they are stored. */
  readNowBytesMax: 256 * 1024,
  unpackNowBytesMax: 64 * 1024,
  /** What such a read may take each time, milliseconds; what goes beyond it adds up. */
  quickReadMs: 0.05,
  /** So much of that, and the disk is slow: */
  slowReadsMs: 2,
  /** so many reads after it go through the pool of threads. */
  pooledReadsCount: 100,
  /** Blobs whose place is remembered; some 200 bytes each. */
  knownPlacesMax: 20_000,
  /** Places looked up at once. */
  placesFoundMax: 500,
  /** Rows rewritten in one transaction. */
  movesMax: 200,
} as const;

import type { Readable } from 'node:stream';

/** Where a blob's bytes lie; written into the database by the transaction that first refers to it. */
export interface BlobPlace {
  /** Segment number, or 0 for a file of its own named by its hash. */
  readonly segment: number;
  readonly offset: number;
  /** Bytes as stored (after the codec). */
  readonly length: number;
  /** 0 as it came, 1 zstd. */
  readonly codec: number;
}

/** A blob that is durable on disk but not yet referred to. Hash: SHA-256 of the content, lower-case hex. */
export interface StoredBlob {
  readonly hash: string;
  readonly size: number;
  /** Null when the content was already there: only its reference count grows. */
  readonly place: BlobPlace | null;
}

/** Bytes [start, end) of a blob, or all of it. */
export interface BlobWant {
  readonly hash: string;
  readonly range?: readonly [start: number, end: number];
}

/**
 * Content-addressed bytes: segments and files on this machine, or S3. `put` resolves when the bytes are durable,
 * BEFORE the row that refers to them commits; until that commit (or `release`) the sweep leaves them alone.
 * Rejects with StoreError 'no-space', 'too-large' or 'unavailable'; nothing half-written is ever visible.
 */
export interface BlobStore {
  put(data: Buffer | AsyncIterable<Uint8Array>, options?: { readonly sizeMax?: number }): Promise<StoredBlob>;
  /** The referring transaction committed, or was given up; either way the pin of `put` ends. */
  release(blob: StoredBlob): void;
  /** The bytes [start, end) or all; StoreError 'not-found' or 'corrupt'. */
  read(hash: string, range?: readonly [start: number, end: number]): Promise<Buffer>;
  /** The same of several, in their order; what lies close together is read at once. Hold no more than you can. */
  readMany(wants: readonly BlobWant[]): Promise<Buffer[]>;
  /** Finds out where blobs are, for `readNow`; what is not there is left to `read`. */
  locate(hashes: readonly string[]): Promise<void>;
  /** Whether `readNow` of so many bytes is likely to answer true. */
  isAtHand(hash: string, bytes: number): boolean;
  /**
   * Fills `target` with the bytes from `start` on and answers true, where nothing has to be waited for: at most
   * `readNowBytesMax`, of a blob that was read or located lately, from a disk that is quick. False: `read` says what there is.
   */
  readNow(hash: string, start: number, target: Buffer): boolean;
  /** The same as a stream, for what may be large. */
  stream(hash: string, range?: readonly [start: number, end: number]): Readable;
  /**
   * Removes what nothing refers to since before `olderThanMs` (wall time); answers the bytes freed. `between` is awaited
   * between steps; what it throws ends the work, here and in `compact`.
   */
  sweep(olderThanMs: number, between?: () => Promise<void>): Promise<number>;
  /** Rewrites sealed segments of which less than half is live; answers the bytes freed. */
  compact(between?: () => Promise<void>): Promise<number>;
  /** Reads every blob that is referred to and compares its hash; one line per fault. */
  verify(progress?: (done: number) => void): Promise<string[]>;
  /** Nothing is removed while `work` runs: a backup takes the database first, then the bytes it names. */
  keepWhile<T>(work: () => Promise<T>): Promise<T>;
  /** Copies what is not yet in `dir`; sealed segments and files never change, so this is incremental. */
  backup(dir: string): Promise<void>;
  close(): Promise<void>;
}

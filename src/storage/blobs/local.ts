import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type Clock, messageOf, Recent, StoreError, systemClock } from '../../base/index.ts';
import { type BlobRow, coreOperations } from '../core/module.ts';
import type { Database } from '../database.ts';
import { Appender } from './appender.ts';
import { compactSegments } from './compact.ts';
import { diskFault } from './disk.ts';
import { BlobFiles, hashOf } from './files.ts';
import { limits } from './limits.ts';
import { Pins } from './pins.ts';
import { QuickReads } from './quick-reads.ts';
import { isShort, rangeOf, readRow, readRowNow, readTogether, runsOf } from './read.ts';
import { spool } from './spool.ts';
import type { BlobPlace, BlobStore, BlobWant, StoredBlob } from './types.ts';

export interface LocalBlobOptions {
  readonly folder: string;
  readonly database: Database;
  /** Only for the control of the crash test. */
  readonly unsafeNoSync?: boolean;
  /** By which it is known how quick the disk is. */
  readonly clock?: Clock;
}

/** Blobs in segments and files on this machine. */
class LocalBlobs implements BlobStore {
  readonly #database: Database;
  readonly #files: BlobFiles;
  readonly #appender: Appender;
  readonly #pins = new Pins();
  readonly #held = new WeakSet<StoredBlob>();
  /** What has been said to be durable is never removed while this is above zero. */
  #keeping = 0;
  /** Where blobs were found lately. A record says what it is, so an old place is noticed and looked up again. */
  readonly #places = new Recent<string, BlobRow>(limits.knownPlacesMax);
  readonly #quick: QuickReads;
  #cleaning: Promise<unknown> = Promise.resolve();

  constructor(options: LocalBlobOptions) {
    this.#database = options.database;
    this.#files = new BlobFiles(options.folder);
    this.#quick = new QuickReads(options.clock ?? systemClock);
    const next = () => this.#files.nextSegment('raw');
    this.#appender = new Appender(this.#files.segments, 'raw', next, { noSync: options.unsafeNoSync });
  }

  async put(
    data: Buffer | AsyncIterable<Uint8Array>,
    options: { sizeMax?: number } = {},
  ): Promise<StoredBlob> {
    const sizeMax = options.sizeMax ?? Number.MAX_SAFE_INTEGER;
    if (Buffer.isBuffer(data) && data.length <= limits.segmentBlobBytesMax) {
      if (data.length > sizeMax) throw new StoreError('too-large', 'the content is too large', { sizeMax });
      const hash = hashOf(data);
      return this.#pinned(hash, data.length, () => this.#append(hash, data));
    }
    const source = Buffer.isBuffer(data) ? [data] : data;
    const spooled = await spool(asAsync(source), sizeMax, () => this.#files.temporary());
    const { hash, size } = spooled;
    if ('bytes' in spooled) return this.#pinned(hash, size, () => this.#append(hash, spooled.bytes));
    try {
      return await this.#pinned(hash, size, async () => {
        await this.#files.adopt(spooled.file, hash);
        return { segment: 0, offset: 0, length: size, codec: 0 };
      });
    } finally {
      await rm(spooled.file, { force: true });
    }
  }

  #append(hash: string, bytes: Buffer): Promise<BlobPlace> {
    return this.#appender.append({ hash, size: bytes.length, length: bytes.length, codec: 0 }, bytes);
  }

  /** Writes a content once, however many ask at the same moment, and holds it until each has released it. */
  async #pinned(hash: string, size: number, write: () => Promise<BlobPlace>): Promise<StoredBlob> {
    try {
      const place = await this.#pins.take(hash, async () => {
        const row = await this.#database.call(coreOperations.findBlob, { hash });
        return row === null ? write() : null;
      });
      const blob = { hash, size, place };
      this.#held.add(blob);
      return blob;
    } catch (error) {
      throw diskFault(error);
    }
  }

  release(blob: StoredBlob): void {
    // A second release of the same blob must not end somebody else's hold.
    if (!this.#held.delete(blob)) return;
    const place = this.#pins.release(blob.hash);
    if (place?.segment === 0) this.#removeUnnamed(blob.hash);
  }

  /** A file of its own that was given up goes at once: refused uploads must not fill the disk until the next clean-up. */
  #removeUnnamed(hash: string): void {
    const turn = this.#cleaning.then(async () => {
      if (this.#keeping === 0) await this.#removeStrayFile(hash);
    });
    // What fails here is found by `compact`.
    this.#cleaning = turn.catch(() => {});
  }

  async #find(hash: string): Promise<BlobRow> {
    const known = this.#places.get(hash);
    if (known !== undefined) return known;
    const row = await this.#database.call(coreOperations.findBlob, { hash });
    if (row !== null) {
      this.#places.set(hash, row);
      return row;
    }
    const place = await this.#pins.placeOf(hash);
    if (!place) throw new StoreError('not-found', 'there is no such blob');
    return { hash, size: place.length, ...place };
  }

  async locate(hashes: readonly string[]): Promise<void> {
    if (!this.#quick.areQuick) return;
    const places = new Map<number | string, BlobRow>();
    for (let at = 0; at < hashes.length; at += limits.placesFoundMax) {
      const some = hashes.slice(at, at + limits.placesFoundMax);
      for (const row of await this.#findMany(some)) {
        const file = row.segment === 0 ? row.hash : row.segment;
        if (this.#files.descriptorOf(row.segment, row.hash) === null) places.set(file, row);
      }
    }
    const opened = [...places.values()].map(({ segment, hash }) =>
      this.#files.withFile(segment, hash, async () => {}).catch(() => {}),
    );
    await Promise.all(opened);
  }

  async #findMany(hashes: readonly string[]): Promise<BlobRow[]> {
    const found: BlobRow[] = [];
    const unknown = hashes.filter((hash) => {
      const known = this.#places.get(hash);
      if (known !== undefined) found.push(known);
      return known === undefined;
    });
    if (unknown.length === 0) return found;
    for (const row of await this.#database.call(coreOperations.findBlobs, { hashes: unknown })) {
      this.#places.set(row.hash, row);
      found.push(row);
    }
    return found;
  }

  isAtHand(hash: string, bytes: number): boolean {
    if (bytes > limits.readNowBytesMax || !this.#quick.areQuick) return false;
    const row = this.#places.get(hash);
    return row !== undefined && isShort(row) && this.#files.descriptorOf(row.segment, hash) !== null;
  }

  readNow(hash: string, start: number, target: Buffer): boolean {
    if (target.length > limits.readNowBytesMax || !this.#quick.areQuick) return false;
    const row = this.#places.get(hash);
    if (row === undefined) return false;
    const descriptor = this.#files.descriptorOf(row.segment, hash);
    if (descriptor === null) return false;
    try {
      return readRowNow(this.#quick, descriptor, row, start, target);
    } catch {
      // What is wrong is found, and mended where it can be, by who waits for it.
      return false;
    }
  }

  async read(hash: string, range?: readonly [start: number, end: number]): Promise<Buffer> {
    this.#quick.pooled(1);
    for (let attempt = 1; ; attempt++) {
      const row = await this.#find(hash);
      try {
        return await this.#readAt(row, range);
      } catch (error) {
        // Compaction may have moved it between the look-up and the read; its new place is in the database.
        const fault = diskFault(error);
        this.#places.delete(hash);
        if (attempt >= 3 || !(fault instanceof StoreError) || fault.reason !== 'corrupt') throw fault;
      }
    }
  }

  async #readAt(row: BlobRow, range?: readonly [start: number, end: number]): Promise<Buffer> {
    const [start, end] = rangeOf(row, range);
    return this.#files.withFile(row.segment, row.hash, (file) => readRow(file, row, start, end));
  }

  async readMany(wants: readonly BlobWant[]): Promise<Buffer[]> {
    this.#quick.pooled(wants.length);
    await this.#findMany(wants.slice(0, limits.placesFoundMax).map(({ hash }) => hash));
    const rows = await Promise.all(wants.map(({ hash }) => this.#find(hash)));
    const found: Buffer[] = [];
    await Promise.all(
      runsOf(rows, wants).map(async (run) => {
        const buffers = await this.#files
          .withFile(run.segment, '', (file) => readTogether(file, run))
          .catch(() => null);
        // Where one of them has moved meanwhile, each is looked for again.
        for (const [i, { at }] of run.pieces.entries()) {
          const { hash, range } = wants[at] as BlobWant;
          found[at] = buffers?.[i] ?? (await this.read(hash, range));
        }
      }),
    );
    for (const [at, { hash, range }] of wants.entries()) found[at] ??= await this.read(hash, range);
    return found;
  }

  stream(hash: string, range?: readonly [start: number, end: number]): Readable {
    const read = this.read.bind(this);
    const find = this.#find.bind(this);
    async function* pieces() {
      const { size } = await find(hash);
      const end = Math.min(range?.[1] ?? size, size);
      for (let at = range?.[0] ?? 0; at < end; at += limits.segmentBlobBytesMax) {
        yield await read(hash, [at, Math.min(end, at + limits.segmentBlobBytesMax)]);
      }
    }
    return Readable.from(pieces(), { objectMode: false, highWaterMark: limits.segmentBlobBytesMax });
  }

  sweep(olderThanMs: number, between?: () => Promise<void>): Promise<number> {
    return this.#cleanUp(async () => {
      let freed = 0;
      for (;;) {
        const idle = await this.#database.call(coreOperations.idleBlobs, { before: olderThanMs });
        const free = idle.filter((row) => this.#pins.startSweep(row.hash));
        if (free.length === 0) return freed;
        try {
          const hashes = free.map((row) => row.hash);
          const gone = new Set(await this.#database.call(coreOperations.forgetBlobs, { hashes }));
          for (const row of free) {
            if (!gone.has(row.hash)) continue;
            freed += row.segment === 0 ? await this.#files.removeFile(row.hash) : row.length;
          }
        } finally {
          for (const row of free) this.#pins.endSweep(row.hash);
        }
        await between?.();
      }
    });
  }

  compact(between?: () => Promise<void>): Promise<number> {
    return this.#cleanUp(async () => {
      const freed = await compactSegments({
        database: this.#database,
        files: this.#files,
        growing: () => this.#appender.segment,
        pinnedIn: (segment) => this.#pins.anyIn(segment),
        readAt: (row) => this.#readAt(row),
        between,
      });
      return freed + (await this.#removeStrayFiles(between));
    });
  }

  /** Files of their own that no row names and nobody holds: a crash came between the file and its commit. */
  async #removeStrayFiles(between?: () => Promise<void>): Promise<number> {
    let freed = 0;
    for await (const names of this.#files.ownFiles()) {
      for (const hash of names) freed += await this.#removeStrayFile(hash);
      await between?.();
    }
    return freed;
  }

  async #removeStrayFile(hash: string): Promise<number> {
    if (!this.#pins.startSweep(hash)) return 0;
    try {
      const row = await this.#database.call(coreOperations.findBlob, { hash });
      return row === null || row.segment !== 0 ? await this.#files.removeFile(hash) : 0;
    } finally {
      this.#pins.endSweep(hash);
    }
  }

  /** One clean-up at a time, and none while a backup copies. */
  async #cleanUp(work: () => Promise<number>): Promise<number> {
    const turn = this.#cleaning.then(async () => {
      if (this.#keeping > 0) return 0;
      try {
        return await work();
      } finally {
        // What was swept is not found any more, though its bytes may still be there.
        this.#places.clear();
      }
    });
    this.#cleaning = turn.catch(() => {});
    return turn;
  }

  async keepWhile<T>(work: () => Promise<T>): Promise<T> {
    this.#keeping++;
    try {
      await this.#cleaning;
      return await work();
    } finally {
      this.#keeping--;
    }
  }

  async verify(progress: (done: number) => void = () => {}): Promise<string[]> {
    const faults: string[] = [];
    let [after, done] = ['', 0];
    for (;;) {
      const page = await this.#database.call(coreOperations.allBlobs, { after });
      const last = page.at(-1);
      if (!last) return faults;
      for (const row of page) {
        const fault = await this.#faultOf(row);
        if (fault) faults.push(`blob ${row.hash}: ${fault}`);
        progress(++done);
      }
      after = last.hash;
    }
  }

  async #faultOf(row: BlobRow & { readonly refs: number }): Promise<string | null> {
    if (row.refs < 0) return `referred to ${row.refs} times`;
    const hash = createHash('sha256');
    try {
      for await (const piece of this.stream(row.hash)) hash.update(piece as Buffer);
    } catch (error) {
      if (!(error instanceof StoreError)) return messageOf(error);
      // Swept while the page was being read: no fault.
      return error.reason === 'not-found' ? null : error.message;
    }
    return hash.digest('hex') === row.hash ? null : 'its bytes are not what they were';
  }

  backup(dir: string): Promise<void> {
    return this.keepWhile(() => this.#files.copyTo(dir));
  }

  async close(): Promise<void> {
    await this.#cleaning;
    await this.#appender.close();
    await this.#files.close();
  }
}

async function* asAsync(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* source;
}

/** Opens the blob store in `folder`, making it where it is missing. */
export function openLocalBlobs(options: LocalBlobOptions): BlobStore {
  return new LocalBlobs(options);
}

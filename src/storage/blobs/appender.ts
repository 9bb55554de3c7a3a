import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../../base/index.ts';
import { diskFault, syncFolder } from './disk.ts';
import { limits } from './limits.ts';
import { encodeHeader, headerBytes, type RecordHeader, segmentName } from './segment-file.ts';
import type { BlobPlace } from './types.ts';

interface Waiting {
  readonly record: RecordHeader;
  readonly bytes: Buffer;
  readonly resolve: (place: BlobPlace) => void;
  readonly reject: (error: unknown) => void;
}

/** What is asked of a segment that grows; tests hand in one that fails. */
export type SegmentFile = Pick<FileHandle, 'writev' | 'datasync' | 'truncate' | 'close'>;

export interface AppenderOptions {
  readonly noSync?: boolean | undefined;
  readonly open?: (path: string) => Promise<SegmentFile>;
}

/**
 * Appends records to the newest segment, many by one write and one fsync. At most one group is under way; what
 * arrives meanwhile makes the next. After a failed fsync the file is never written again: the kernel may have
 * dropped the pages it could not write.
 */
export class Appender {
  readonly #folder: string;
  readonly #kind: 'raw' | 'zst';
  readonly #noSync: boolean;
  readonly #nextSegment: () => number;
  readonly #open: (path: string) => Promise<SegmentFile>;
  readonly #queue: Waiting[] = [];
  #file: SegmentFile | null = null;
  #segment = 0;
  #offset = 0;
  #busy: Promise<void> | null = null;

  constructor(folder: string, kind: 'raw' | 'zst', nextSegment: () => number, options: AppenderOptions = {}) {
    this.#folder = folder;
    this.#kind = kind;
    this.#nextSegment = nextSegment;
    this.#noSync = options.noSync ?? false;
    this.#open = options.open ?? ((path) => open(path, 'wx', 0o600));
  }

  /** The segment that may still grow, from the moment it has a number; 0 while there is none. */
  get segment(): number {
    return this.#segment;
  }

  /** Resolves when the record is durable. */
  append(record: RecordHeader, bytes: Buffer): Promise<BlobPlace> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, bytes, resolve, reject });
      this.#busy ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // One turn of the event loop gathers what the same moment brought.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const group = this.#take();
      try {
        const places = await this.#write(group);
        for (const [at, waiting] of group.entries()) waiting.resolve(places[at] as BlobPlace);
      } catch (error) {
        for (const waiting of group) waiting.reject(diskFault(error));
      }
    }
    this.#busy = null;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      bytes += waiting.bytes.length + headerBytes;
      if (count > 0 && bytes > limits.groupBytesMax) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #write(group: readonly Waiting[]): Promise<BlobPlace[]> {
    const file = await this.#current();
    const buffers: Buffer[] = [];
    const places: BlobPlace[] = [];
    let offset = this.#offset;
    for (const { record, bytes } of group) {
      buffers.push(encodeHeader(record), bytes);
      places.push({ segment: this.#segment, offset, length: record.length, codec: record.codec });
      offset += headerBytes + bytes.length;
    }
    try {
      const { bytesWritten } = await file.writev(buffers, this.#offset);
      if (bytesWritten !== offset - this.#offset) throw new StoreError('no-space', 'the disk is full');
    } catch (error) {
      // What was half written is cut off, so that the space is free again for what can be stored.
      await file.truncate(this.#offset).catch(() => this.#abandon());
      throw error;
    }
    try {
      if (!this.#noSync) await file.datasync();
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    this.#offset = offset;
    return places;
  }

  async #current(): Promise<SegmentFile> {
    if (this.#file && this.#offset < limits.segmentBytesMax) return this.#file;
    await this.seal();
    // Before its file is there: whoever removes segments that hold nothing must not take it for one that is done with.
    this.#segment = this.#nextSegment();
    const path = join(this.#folder, segmentName(this.#segment, this.#kind));
    try {
      this.#file = await this.#create(path);
    } catch (error) {
      this.#segment = 0;
      throw error;
    }
    this.#offset = 0;
    return this.#file;
  }

  async #create(path: string): Promise<SegmentFile> {
    const file = await this.#open(path);
    try {
      await syncFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => {});
      await rm(path, { force: true }).catch(() => {});
      throw error;
    }
    return file;
  }

  async #abandon(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#segment = 0;
    await file?.close().catch(() => {});
  }

  /** No record is added to the newest segment any more. */
  async seal(): Promise<void> {
    await this.#abandon();
  }

  async close(): Promise<void> {
    while (this.#busy) await this.#busy;
    await this.seal();
  }
}

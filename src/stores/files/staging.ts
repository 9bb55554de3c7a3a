import { StoreError } from '../../base/index.ts';
import type { BlobStore, StoredBlob } from '../../storage/index.ts';
import type { Reserve } from './reserves.ts';
import type { Staged } from './types.ts';

/** Content that is durable and held. */
export class StagedContent implements Staged {
  readonly blob: StoredBlob;
  readonly #blobs: BlobStore;
  readonly #reserve: Reserve;

  constructor(blobs: BlobStore, blob: StoredBlob, reserve: Reserve) {
    this.#blobs = blobs;
    this.blob = blob;
    this.#reserve = reserve;
  }

  get hash(): string {
    return this.blob.hash;
  }

  get size(): number {
    return this.blob.size;
  }

  /** A file has it: the quota counts it there. */
  settle(): void {
    this.#reserve.end();
  }

  release(): void {
    this.#reserve.end();
    this.#blobs.release(this.blob);
  }
}

async function* metered(
  data: AsyncIterable<Uint8Array>,
  room: number,
  reserve: Reserve,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of data) {
    bytes += piece.length;
    reserve.cover(bytes, room);
    yield piece;
  }
}

/** Takes bytes in as long as there is room for them, beside what others bring. `declared`: bytes that are said to come; null: nobody knows. */
export async function stage(
  blobs: BlobStore,
  data: Buffer | AsyncIterable<Uint8Array>,
  a: {
    readonly declared: number | null;
    readonly room: number;
    readonly sizeMax: number;
    readonly reserve: Reserve;
  },
): Promise<StagedContent> {
  const { room, sizeMax, reserve } = a;
  const known = Buffer.isBuffer(data) ? data.length : (a.declared ?? 0);
  if (known > sizeMax) throw new StoreError('too-large', 'the file is too large', { sizeMax });
  if (room === Infinity) return new StagedContent(blobs, await blobs.put(data, { sizeMax }), reserve);
  try {
    reserve.cover(known, room);
    const source = Buffer.isBuffer(data) ? data : metered(data, room, reserve);
    return new StagedContent(blobs, await blobs.put(source, { sizeMax }), reserve);
  } catch (error) {
    reserve.end();
    throw error;
  }
}

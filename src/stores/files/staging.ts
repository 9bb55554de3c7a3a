import { StoreError } from '../../base/index.ts';
import type { BlobStore, StoredBlob } from '../../storage/index.ts';
import type { Staged } from './types.ts';

/** Content that is durable and held. */
export class StagedContent implements Staged {
  readonly blob: StoredBlob;
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore, blob: StoredBlob) {
    this.#blobs = blobs;
    this.blob = blob;
  }

  get hash(): string {
    return this.blob.hash;
  }

  get size(): number {
    return this.blob.size;
  }

  release(): void {
    this.#blobs.release(this.blob);
  }
}

const tooMuch = (room: number) => new StoreError('over-quota', 'there is no room left', { room });

async function* metered(data: AsyncIterable<Uint8Array>, room: number): AsyncGenerator<Uint8Array> {
  let left = room;
  for await (const piece of data) {
    left -= piece.length;
    if (left < 0) throw tooMuch(room);
    yield piece;
  }
}

/** Takes bytes in as long as there is room for them. `declared`: bytes that are said to come; null: nobody knows. */
export async function stage(
  blobs: BlobStore,
  data: Buffer | AsyncIterable<Uint8Array>,
  a: { readonly declared: number | null; readonly room: number; readonly sizeMax: number },
): Promise<StagedContent> {
  const { room, sizeMax } = a;
  const known = Buffer.isBuffer(data) ? data.length : (a.declared ?? 0);
  if (known > sizeMax) throw new StoreError('too-large', 'the file is too large', { sizeMax });
  if (known > room) throw tooMuch(room);
  const source = Buffer.isBuffer(data) || room === Infinity ? data : metered(data, room);
  return new StagedContent(blobs, await blobs.put(source, { sizeMax }));
}

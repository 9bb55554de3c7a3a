import { StoreError } from '../../../base/index.ts';

/**
 * Takes a source apart into pieces. Where the source breaks off, the piece that is under way ends with what had
 * arrived, and `fault` says why; so it is beyond `bytesMax`, of which nothing is taken.
 */
export class Inlet {
  readonly #source: AsyncIterator<Uint8Array>;
  #left: number;
  #pending: Uint8Array | null = null;
  #ended = false;
  #fault: { readonly error: unknown } | null = null;

  constructor(data: AsyncIterable<Uint8Array>, bytesMax: number) {
    this.#source = data[Symbol.asyncIterator]();
    this.#left = bytesMax;
  }

  /** Why it ended early; null where it did not. */
  get fault(): { readonly error: unknown } | null {
    return this.#fault;
  }

  /** Whether there is another piece. */
  async more(): Promise<boolean> {
    while (!this.#ended && this.#pending === null) {
      const chunk = await this.#next();
      if (chunk !== null && chunk.length > 0) this.#pending = chunk;
    }
    return this.#pending !== null;
  }

  async *piece(bytesMax: number): AsyncGenerator<Uint8Array> {
    let room = bytesMax;
    while (room > 0 && (await this.more())) {
      const chunk: Uint8Array = this.#pending ?? new Uint8Array();
      this.#pending = chunk.length > room ? chunk.subarray(room) : null;
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      room -= part.length;
      yield part;
    }
  }

  async #next(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.#source.next();
      if (done) {
        this.#ended = true;
        return null;
      }
      if (value.length <= this.#left) {
        this.#left -= value.length;
        return value;
      }
      const fits = value.subarray(0, this.#left);
      this.#left = 0;
      this.#end(new StoreError('too-large', 'more arrives than the upload was to have'));
      return fits;
    } catch (error) {
      this.#end(error);
      return null;
    }
  }

  #end(error: unknown): void {
    this.#ended = true;
    this.#fault = { error };
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

import { constants, deflateRawSync } from 'node:zlib';
import { compressBatchBytesMax, compressHistoryBytesMax } from './limits.ts';

/** Measured on FETCH answers: a batch of 64 KiB in 0.2 ms, a line in 0.02 ms, within 10 % of the best that zlib does. */
const options = { level: 3, windowBits: 14, memLevel: 6, finishFlush: constants.Z_SYNC_FLUSH } as const;

/**
 * What is sent, as one DEFLATE stream (RFC 1951). Every batch is compressed by itself, with the last bytes before it
 * as its dictionary, and ends at a byte: whole blocks follow each other, which is a stream to whoever inflates it.
 * So a session that says nothing holds its history and no compressor, and nothing waits for another thread.
 */
export class Deflater {
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #history: Buffer = Buffer.alloc(0);

  /** True where enough waits to be taken before the turn of the loop ends. */
  get full(): boolean {
    return this.#waitingBytes >= compressBatchBytesMax;
  }

  add(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** All that waits, compressed and complete up to its last byte; null where nothing does. */
  take(): Buffer | null {
    if (this.#waitingBytes === 0) return null;
    const batch = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (batch === undefined) return null;
    const dictionary = this.#history;
    this.#remember(batch);
    return deflateRawSync(batch, dictionary.length === 0 ? options : { ...options, dictionary });
  }

  #remember(batch: Buffer): void {
    const before = Math.min(this.#history.length, Math.max(0, compressHistoryBytesMax - batch.length));
    const after = Math.min(batch.length, compressHistoryBytesMax);
    // A buffer of its own: a slice would keep the whole batch, or a shared pool.
    const history = Buffer.allocUnsafeSlow(before + after);
    this.#history.copy(history, 0, this.#history.length - before);
    batch.copy(history, before, batch.length - after);
    this.#history = history;
  }
}

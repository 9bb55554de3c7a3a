import { wireLimits } from './limits.ts';

/**
 * Blocks that long answers are written into, used again and again: fresh memory costs more than what is written into
 * it. A block that is never given back is the collector's.
 */
export class BlockPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(wireLimits.longBlockBytesMax);
  }

  /** Only what nobody reads any more. */
  give(blocks: readonly Buffer[]): void {
    for (const block of blocks) if (this.#free.length < wireLimits.freeBlocksMax) this.#free.push(block);
  }

  /** Blocks that wait to be used again. */
  get free(): number {
    return this.#free.length;
  }
}

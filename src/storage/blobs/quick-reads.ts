import { readvSync } from 'node:fs';
import type { Clock } from '../../base/index.ts';
import { limits } from './limits.ts';

/** As `readvSync`: how many bytes came. */
export type ReadVector = (descriptor: number, buffers: readonly Buffer[], position: number) => number;

/**
 * Reads in the main thread. From the kernel's memory a mail comes in microseconds, by way of another thread in a
 * hundred; but a read that has to wait for the disk holds everybody. So time is taken: once reads were slower than
 * they may be by `slowReadsMs` in all, `pooledReadsCount` reads are left to the pool, then it is tried again.
 */
export class QuickReads {
  readonly #clock: Clock;
  readonly #read: ReadVector;
  #slowMs = 0;
  #pooled = 0;

  constructor(clock: Clock, read: ReadVector = readvSync) {
    this.#clock = clock;
    this.#read = read;
  }

  get areQuick(): boolean {
    return this.#pooled === 0;
  }

  /** Fills all buffers from `position` on; false where the file has not that much. Throws as `readvSync` does. */
  read(descriptor: number, buffers: readonly Buffer[], position: number): boolean {
    const from = this.#clock.monotonicMs();
    let wanted = 0;
    for (const { length } of buffers) wanted += length;
    const came = this.#read(descriptor, buffers, position);
    this.#took(this.#clock.monotonicMs() - from);
    return came === wanted;
  }

  #took(ms: number): void {
    this.#slowMs = Math.max(0, this.#slowMs + ms - limits.quickReadMs);
    if (this.#slowMs < limits.slowReadsMs) return;
    this.#slowMs = 0;
    this.#pooled = limits.pooledReadsCount;
  }

  /** So many reads went through the pool. */
  pooled(reads: number): void {
    this.#pooled = Math.max(0, this.#pooled - reads);
  }
}

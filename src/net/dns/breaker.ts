import type { Clock } from '../../base/index.ts';
import { probeMs, silentRoundsMax } from './limits.ts';

/** Whether it is worth asking: mail waits for a dead DNS once, not for each message. */
export class Breaker {
  readonly #clock: Clock;
  #silent = 0;
  #probeAtMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while questions fail without being asked. */
  get open(): boolean {
    return this.#probeAtMs !== null;
  }

  /** True for one caller each `probeMs`: it finds out whether anybody is there again. */
  mayProbe(): boolean {
    const now = this.#clock.monotonicMs();
    if (this.#probeAtMs === null || now < this.#probeAtMs) return false;
    this.#probeAtMs = now + probeMs;
    return true;
  }

  /** A server spoke. True where that ends a silence. */
  heard(): boolean {
    const ends = this.open;
    this.#silent = 0;
    this.#probeAtMs = null;
    return ends;
  }

  /** No server had a word for a question. True where it is time to find out whether they have one for any. */
  silence(): boolean {
    return ++this.#silent >= silentRoundsMax;
  }

  trip(): void {
    this.#probeAtMs = this.#clock.monotonicMs() + probeMs;
  }
}

import type { Clock } from '../../base/index.ts';
import type { ChatLimits } from '../limits.ts';

/** Monotonic time is all that it needs. */
export type PaceClock = Pick<Clock, 'monotonicMs'>;

export type PaceLimits = Pick<
  ChatLimits,
  'stanzasPerSecondMax' | 'charactersPerSecondMax' | 'burstSecondsMax'
>;

/**
 * How fast a client may go on. Who is faster for longer than a burst is not read until it is not any more: it is told
 * nothing, and loses nothing.
 */
export class Pace {
  readonly #clock: PaceClock;
  readonly #stanzaMs: number;
  readonly #characterMs: number;
  readonly #burstMs: number;
  /** When what was taken would have been taken at the pace; monotonic ms. */
  #dueMs = 0;

  constructor(
    clock: PaceClock,
    { stanzasPerSecondMax, charactersPerSecondMax, burstSecondsMax }: PaceLimits,
  ) {
    this.#clock = clock;
    this.#stanzaMs = 1_000 / stanzasPerSecondMax;
    this.#characterMs = 1_000 / charactersPerSecondMax;
    this.#burstMs = burstSecondsMax * 1_000;
  }

  /** Nothing is left of what came faster than the pace. */
  get isCaughtUp(): boolean {
    return this.#dueMs <= this.#clock.monotonicMs();
  }

  /** Counts an element of so many characters; answers for how many ms no other is taken, mostly 0. */
  take(characters: number): number {
    const nowMs = this.#clock.monotonicMs();
    const costMs = Math.max(this.#stanzaMs, characters * this.#characterMs);
    this.#dueMs = Math.max(this.#dueMs, nowMs) + costMs;
    return Math.max(0, Math.ceil(this.#dueMs - nowMs - this.#burstMs));
  }
}

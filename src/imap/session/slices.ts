import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../base/index.ts';

/** Long work in slices: `if (slices.due) await slices.next()` lets every other session run in between. */
export class Slices {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  #endMs: number;

  constructor(clock: Clock, sliceMs: number) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
    this.#endMs = clock.monotonicMs() + sliceMs;
  }

  get due(): boolean {
    return this.#clock.monotonicMs() >= this.#endMs;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#endMs = this.#clock.monotonicMs() + this.#sliceMs;
  }

  /** Work that yields where others may run. */
  async drive<T>(work: Generator<void, T>): Promise<T> {
    for (;;) {
      const turn = work.next();
      if (turn.done) return turn.value;
      if (this.due) await this.next();
    }
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../base/index.ts';

/**
 * Many sessions that wake in one moment take turns: what they do together in one turn of the loop is bounded, whatever
 * their number. `while (turns.due) await turns.next()` right before a piece of work.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  /** Resolves in the next turn of the loop; null where none is waited for. */
  #turn: Promise<void> | null = null;
  #endMs = 0;

  constructor(clock: Clock, sliceMs: number) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
  }

  /** Whether this turn has had its share. */
  get due(): boolean {
    if (this.#turn === null) {
      this.#endMs = this.#clock.monotonicMs() + this.#sliceMs;
      this.#turn = nextTurn().then(() => {
        this.#turn = null;
      });
    }
    return this.#clock.monotonicMs() >= this.#endMs;
  }

  async next(): Promise<void> {
    await this.#turn;
  }
}

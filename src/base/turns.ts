import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** How long one answer is worked on before whatever else the process has to do comes first. */
export const turnMsMax = 8;

/** The turns of one long piece of work in a process that has others: mail and calendars live in one event loop. */
export class Turns {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #sinceMs: number;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Between two steps of it. Null: go on; else it is others' turn, and to be awaited. */
  rest(): Promise<void> | null {
    return this.#clock.monotonicMs() - this.#sinceMs < turnMsMax ? null : this.#others();
  }

  async #others(): Promise<void> {
    await nextTurn();
    this.#sinceMs = this.#clock.monotonicMs();
  }
}

import type { Clock } from '../../base/index.ts';

/** What is dear and comes from many at once takes so much of one turn of the event loop; then others are served. */
export const turnMsMax = 10;

/** Shares the event loop between what is dear, as entering a room of thousands, and all the rest. */
export class Turns {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #waiting: (() => void)[] = [];
  #begunMs: number | null = null;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Undefined: there is time left in this turn. Else it resolves in a later one, in the order in which it was asked. */
  next(): Promise<void> | undefined {
    this.#begunMs ??= this.#begin();
    if (this.#waiting.length === 0 && this.#clock.monotonicMs() - this.#begunMs < turnMsMax) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): number {
    setImmediate(this.#over);
    return this.#clock.monotonicMs();
  }

  readonly #over = (): void => {
    const first = this.#waiting.shift();
    this.#begunMs = first === undefined ? null : this.#begin();
    first?.();
  };
}

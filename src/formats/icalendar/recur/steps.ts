import { stepsPerObjectMax } from '../limits.ts';

/** Thrown where too much would have to be looked at; who asks of an object says what that means for the answer. */
export class StepsSpent extends Error {}

/**
 * How much may be looked at to answer a request: days that rules are tried on, and times that come of them. Of one object at
 * most `stepsPerObjectMax`, so that one that is heavy does not take what the others need.
 */
export class Steps {
  #left: number;
  #ofObject: number;
  readonly #perObjectMax: number;

  constructor(max = Number.POSITIVE_INFINITY, perObjectMax = stepsPerObjectMax) {
    this.#left = max;
    this.#ofObject = perObjectMax;
    this.#perObjectMax = perObjectMax;
  }

  /** Nothing more can be found out for this request. */
  get spent(): boolean {
    return this.#left < 0;
  }

  /** The next object is asked. */
  begin(): this {
    this.#ofObject = this.#perObjectMax;
    return this;
  }

  /** Throws StepsSpent. */
  take(count: number): void {
    this.#left -= count;
    this.#ofObject -= count;
    if (this.#left < 0 || this.#ofObject < 0) throw new StepsSpent('too much would have to be looked at');
  }
}

/** What `look` finds; `instead` where it would have to look at too much. */
export function within<T>(look: () => T, instead: T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof StepsSpent) return instead;
    throw error;
  }
}

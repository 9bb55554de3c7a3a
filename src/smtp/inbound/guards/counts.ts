import { type Clock, Recent } from '../../../base/index.ts';
import { countedMax, windowMs } from './limits.ts';

export type Counted = 'messages' | 'recipients' | 'unknown';

interface Counts {
  startedMs: number;
  readonly now: Record<Counted, number>;
  readonly before: Record<Counted, number>;
}

const none = (): Record<Counted, number> => ({ messages: 0, recipients: 0, unknown: 0 });

/**
 * How often something happened in the last hour, by key: the count of this window and the share of the one before that
 * still lies within an hour. Bounded: whoever was not seen for long is forgotten.
 */
export class SlidingCounts {
  readonly #clock: Clock;
  readonly #counts = new Recent<string, Counts>(countedMax);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one more; answers how many that are. */
  add(key: string, what: Counted): number {
    const counts = this.#of(key);
    counts.now[what]++;
    return this.#sum(counts, what);
  }

  count(key: string, what: Counted): number {
    return this.#sum(this.#of(key), what);
  }

  #of(key: string): Counts {
    const now = this.#clock.monotonicMs();
    const counts = this.#counts.get(key);
    const age = counts ? now - counts.startedMs : Number.POSITIVE_INFINITY;
    if (counts && age < windowMs) return counts;
    const next: Counts = {
      startedMs: counts && age < 2 * windowMs ? counts.startedMs + windowMs : now,
      now: none(),
      before: counts && age < 2 * windowMs ? counts.now : none(),
    };
    this.#counts.set(key, next);
    return next;
  }

  #sum(counts: Counts, what: Counted): number {
    const share = 1 - (this.#clock.monotonicMs() - counts.startedMs) / windowMs;
    return counts.now[what] + Math.floor(counts.before[what] * Math.max(0, share));
  }
}

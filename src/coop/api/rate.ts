import { type Clock, Recent } from '../../base/index.ts';
import { callersMax, requestsBurstMax, requestsPerMinuteMax } from './limits.ts';

interface Bucket {
  left: number;
  atMs: number;
}

/** How often one caller may ask: a bucket each, which fills by the minute. In memory, bounded. */
export class Rate {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #buckets = new Recent<string, Bucket>(callersMax);

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** 0 where the caller may ask now, else the milliseconds until they may. */
  take(caller: string, weight = 1): number {
    const nowMs = this.#clock.monotonicMs();
    const perMs = requestsPerMinuteMax / 60_000;
    const bucket = this.#buckets.get(caller) ?? { left: requestsBurstMax, atMs: nowMs };
    const left = Math.min(requestsBurstMax, bucket.left + (nowMs - bucket.atMs) * perMs);
    const allowed = left >= weight;
    this.#buckets.set(caller, { left: allowed ? left - weight : left, atMs: nowMs });
    return allowed ? 0 : Math.ceil((weight - left) / perMs);
  }
}

import type { Clock } from '../base/index.ts';
import {
  accountDelayMs,
  accountDelayMsMax,
  accountForgetMs,
  accountFreeFailuresCount,
  pairBlockMs,
  pairBlockMsMax,
  pairForgetMs,
  pairFreeFailuresCount,
  remoteBlockMs,
  remoteBlockMsMax,
  remoteForgetMs,
  remoteFreeFailuresCount,
  throttleEntriesMax,
} from './limits.ts';
import { remoteKey } from './remote.ts';

/** One failure more than `free` costs `waitMs`, each further one twice as much up to `waitMsMax`. */
export interface Ladder {
  readonly free: number;
  readonly waitMs: number;
  readonly waitMsMax: number;
  /** After so long without another, waiting not counted, one failure is forgotten. */
  readonly forgetMs: number;
}

interface Bucket {
  failures: number;
  /** Since when nothing failed, waiting not counted, and until when the next attempt is refused; monotonic ms. */
  at: number;
  until: number;
}

/** `void`: the guess was not looked at. */
export type Outcome = 'succeeded' | 'failed' | 'void';

/** Failures by key, in bounded memory: where it is full, the key that was seen longest ago is forgotten. */
export class Failures {
  readonly #ladder: Ladder;
  readonly #clock: Clock;
  readonly #entriesMax: number;
  /** More would not make the wait longer, only the forgetting. */
  readonly #failuresMax: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(ladder: Ladder, clock: Clock, entriesMax = throttleEntriesMax) {
    this.#ladder = ladder;
    this.#clock = clock;
    this.#entriesMax = entriesMax;
    this.#failuresMax = ladder.free + 1 + Math.ceil(Math.log2(ladder.waitMsMax / ladder.waitMs));
  }

  /** How long this key has to wait, ms; 0 for not at all. */
  waitMs(key: string): number {
    const bucket = this.#buckets.get(key);
    return bucket ? Math.max(0, Math.ceil(bucket.until - this.#clock.monotonicMs())) : 0;
  }

  /** How many failures are not forgotten yet. */
  count(key: string): number {
    const bucket = this.#buckets.get(key);
    if (!bucket) return 0;
    const quietMs = Math.max(0, this.#clock.monotonicMs() - bucket.at);
    return Math.max(0, bucket.failures - Math.floor(quietMs / this.#ladder.forgetMs));
  }

  /** Counts one failure more. */
  add(key: string): void {
    const now = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key) ?? { failures: 0, at: now, until: 0 };
    bucket.failures = Math.min(this.count(key) + 1, this.#failuresMax);
    const steps = bucket.failures - this.#ladder.free - 1;
    if (steps >= 0) bucket.until = now + Math.min(this.#ladder.waitMsMax, this.#ladder.waitMs * 2 ** steps);
    bucket.at = Math.max(now, bucket.until);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#entriesMax) break;
      this.#buckets.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#buckets.delete(key);
  }

  get size(): number {
    return this.#buckets.size;
  }
}

/**
 * Slows guessing down. An account is refused only to the address that failed on it, so nobody can lock a member out
 * from elsewhere; over all addresses, failures on one account merely delay the answer.
 */
export class Throttle {
  readonly #pairs: Failures;
  readonly #remotes: Failures;
  readonly #accounts: Failures;
  /** Attempts being checked, by pair; an entry lives as long as its attempts. */
  readonly #underWay = new Map<string, number>();

  constructor(clock: Clock, entriesMax = throttleEntriesMax) {
    this.#pairs = new Failures(
      { free: pairFreeFailuresCount, waitMs: pairBlockMs, waitMsMax: pairBlockMsMax, forgetMs: pairForgetMs },
      clock,
      entriesMax,
    );
    this.#remotes = new Failures(
      {
        free: remoteFreeFailuresCount,
        waitMs: remoteBlockMs,
        waitMsMax: remoteBlockMsMax,
        forgetMs: remoteForgetMs,
      },
      clock,
      entriesMax,
    );
    this.#accounts = new Failures(
      {
        free: accountFreeFailuresCount,
        waitMs: accountDelayMs,
        waitMsMax: accountDelayMsMax,
        forgetMs: accountForgetMs,
      },
      clock,
      entriesMax,
    );
  }

  /** How long an attempt from there on this account is refused, ms. `account`: the same for all its names. */
  refusedMs(remote: string, account: string): number {
    const place = remoteKey(remote);
    return Math.max(this.#remotes.waitMs(place), this.#pairs.waitMs(`${place} ${account}`));
  }

  /**
   * Admits an attempt, answering 0, or refuses it, answering how long to wait. An admitted one ends with `settle`.
   * Guesses under way count as failures, so that a hundred at once get no further than one after the other.
   */
  begin(remote: string, account: string): number {
    const refused = this.refusedMs(remote, account);
    if (refused > 0) return refused;
    const pair = `${remoteKey(remote)} ${account}`;
    const underWay = this.#underWay.get(pair) ?? 0;
    if (underWay >= Math.max(1, pairFreeFailuresCount - this.#pairs.count(pair))) return pairBlockMs;
    this.#underWay.set(pair, underWay + 1);
    return 0;
  }

  /**
   * `succeeded`: the member is there, what failed before was mistyped; failures on other accounts still count for
   * the address.
   */
  settle(remote: string, account: string, outcome: Outcome): void {
    const place = remoteKey(remote);
    const pair = `${place} ${account}`;
    const underWay = (this.#underWay.get(pair) ?? 0) - 1;
    if (underWay > 0) this.#underWay.set(pair, underWay);
    else this.#underWay.delete(pair);
    if (outcome === 'succeeded') this.#pairs.forget(pair);
    if (outcome !== 'failed') return;
    this.#remotes.add(place);
    this.#pairs.add(pair);
    this.#accounts.add(account);
  }

  /** The same for an attempt that needed no checking. */
  succeeded(remote: string, account: string): void {
    this.#pairs.forget(`${remoteKey(remote)} ${account}`);
  }

  /** How long the answer to an attempt on this account is put off, ms; at most `accountDelayMsMax`. */
  delayMs(account: string): number {
    return this.#accounts.waitMs(account);
  }

  get size(): number {
    return this.#pairs.size + this.#remotes.size + this.#accounts.size + this.#underWay.size;
  }
}

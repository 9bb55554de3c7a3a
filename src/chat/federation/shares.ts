import { Pace, type PaceClock, type PaceLimits } from '../stream/pace.ts';

/** What all streams of one domain, or of one address, have together. */
export interface Share<Member> {
  readonly pace: Pace;
  /** Those that are open now, the oldest first. */
  readonly members: Set<Member>;
}

/**
 * Shares by name: whoever opens many streams is heard no more than by one. A share outlives its streams until what they
 * brought is within the pace again, so that coming back is no way around it.
 */
export class Shares<Member> {
  readonly #clock: PaceClock;
  readonly #limits: PaceLimits;
  readonly #sharesMax: number;
  readonly #all = new Map<string, Share<Member>>();

  /** `sharesMax`: of more, those that nobody has a part in are forgotten at once. */
  constructor(clock: PaceClock, limits: PaceLimits, sharesMax: number) {
    this.#clock = clock;
    this.#limits = limits;
    this.#sharesMax = sharesMax;
  }

  get size(): number {
    return this.#all.size;
  }

  join(name: string, member: Member): Share<Member> {
    let share = this.#all.get(name);
    if (share === undefined) {
      share = { pace: new Pace(this.#clock, this.#limits), members: new Set() };
      this.#all.set(name, share);
    }
    share.members.add(member);
    return share;
  }

  leave(name: string, member: Member): void {
    const share = this.#all.get(name);
    if (share === undefined) return;
    share.members.delete(member);
    if (share.members.size === 0 && (share.pace.isCaughtUp || this.#all.size > this.#sharesMax))
      this.#all.delete(name);
  }

  purge(): void {
    for (const [name, { pace, members }] of this.#all)
      if (members.size === 0 && pace.isCaughtUp) this.#all.delete(name);
  }
}

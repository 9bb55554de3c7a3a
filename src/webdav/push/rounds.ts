import type { Clock } from '../../base/index.ts';

export interface RoundsOptions {
  readonly atOnceMax: number;
  readonly perMemberMax: number;
  readonly clock: Clock;
  memberOf(token: string): number;
  /** Answers in how many milliseconds the same token may have its turn again; null: not unless it is wanted. Must not reject. */
  run(token: string): Promise<number | null>;
}

/** Turns of tokens: each at most once at a time, no sooner than its last turn said, so many at once, and few of one member. */
export class Rounds {
  readonly #options: RoundsOptions;
  /** May have their turn now, in order. */
  readonly #ready = new Set<string>();
  /** Not before. */
  readonly #later = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #ofMember = new Map<number, number>();
  #timer: NodeJS.Timeout | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** It is to have a turn as soon as it may; one that waits, or is under way and comes again, has it anyhow. */
  want(token: string): void {
    if (this.#later.has(token) || this.#underWay.has(token)) return;
    this.#ready.add(token);
    this.#next();
  }

  /** Nobody has a turn any more; resolves when those under way ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await Promise.all(this.#underWay.values());
  }

  #next(): void {
    const { atOnceMax, perMemberMax, memberOf } = this.#options;
    for (const token of this.#ready) {
      if (this.#stopped || this.#underWay.size >= atOnceMax) return;
      const member = memberOf(token);
      const busy = this.#ofMember.get(member) ?? 0;
      if (busy >= perMemberMax) continue;
      this.#ready.delete(token);
      this.#ofMember.set(member, busy + 1);
      this.#underWay.set(token, this.#turn(token, member));
    }
  }

  async #turn(token: string, member: number): Promise<void> {
    const again = await this.#options.run(token);
    this.#underWay.delete(token);
    const busy = (this.#ofMember.get(member) ?? 1) - 1;
    if (busy === 0) this.#ofMember.delete(member);
    else this.#ofMember.set(member, busy);
    if (again !== null) this.#wait(token, this.#options.clock.nowMs() + again);
    this.#next();
  }

  #wait(token: string, dueMs: number): void {
    this.#later.set(token, dueMs);
    this.#wake(dueMs);
  }

  /** One timer for all: at the first that is due. */
  #wake(dueMs: number): void {
    if (this.#stopped || dueMs >= this.#timerDueMs) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, dueMs - this.#options.clock.nowMs()));
    this.#timer.unref();
  }

  #ring(): void {
    this.#timer = null;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const now = this.#options.clock.nowMs();
    let first = Number.POSITIVE_INFINITY;
    for (const [token, dueMs] of this.#later) {
      if (dueMs > now) first = Math.min(first, dueMs);
      else {
        this.#later.delete(token);
        this.#ready.add(token);
      }
    }
    if (first !== Number.POSITIVE_INFINITY) this.#wake(first);
    this.#next();
  }
}

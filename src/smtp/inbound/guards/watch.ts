import { type Clock, sleep as realSleep } from '../../../base/index.ts';
import type { Log } from '../../../observability/index.ts';
import type { SessionGuard } from '../../session/types.ts';
import type { Path } from '../../wire/path.ts';
import { closing, type Reply, reply } from '../../wire/reply.ts';
import { fruitlessCommandsMax, lookUpsMsMax, pointsMsMax, tarpitsMax } from './limits.ts';
import type { GuardCounter } from './metrics.ts';
import { networkOf } from './network-of.ts';
import { type Guard, type Named, type Step, steps, type Verdict, type Visitor } from './types.ts';

const busy = closing(reply(421, '4.7.1', 'Too many unknown recipients; come again later'));

const fruitless = closing(reply(421, '4.7.1', 'Too many commands without a recipient of ours'));

/** What all sessions of the door share. */
export interface WatchParts {
  readonly guards: readonly Guard[];
  /** Whether points from the DNS are worth waiting for. */
  readonly answering: () => boolean;
  readonly count: GuardCounter;
  /** Sessions that are held back at the moment. */
  readonly held: { count: number };
  readonly log: Log;
  readonly clock: Clock;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** What guards found at one step; forgotten when the step is taken again. */
interface Found {
  points: number;
  unsure: boolean;
  refusal: Reply | null;
  readonly pending: Set<Promise<void>>;
  readonly awaited: Set<Promise<void>>;
}

const nothing = (): Found => ({
  points: 0,
  unsure: false,
  refusal: null,
  pending: new Set(),
  awaited: new Set(),
});

/** Runs the guards over one session. */
export class Watch implements SessionGuard {
  readonly #parts: WatchParts;
  readonly #address: string;
  readonly #network: string;
  readonly #over = new AbortController();
  readonly #found: Record<Step, Found> = { connect: nothing(), hello: nothing(), mail: nothing() };
  #hello = '';
  #sender: Path | null = null;
  #welcome: Step | null = null;
  #mailAtMs = 0;
  #fruitless = 0;

  constructor(address: string, parts: WatchParts) {
    this.#parts = parts;
    this.#address = address;
    this.#network = networkOf(address);
  }

  connect(): Reply | null {
    return this.#step('connect');
  }

  hello(name: string): Reply | null {
    this.#hello = name;
    this.#sender = null;
    return this.#step('hello');
  }

  mail(sender: Path): Reply | null {
    this.#sender = sender;
    // From here on, for all recipients together.
    this.#mailAtMs = this.#parts.clock.monotonicMs();
    return this.#step('mail');
  }

  async rcpt(address: string, known: boolean, waits: () => Promise<void>): Promise<Reply | null> {
    if (this.#welcome === 'connect') return null;
    if (known) this.#fruitless = 0;
    const recipient: Named = { address, known };
    // RFC 5321 §4.5.1: who is turned away may ask why.
    const isOpen = /^(?:postmaster|abuse)@/i.test(address);
    if (known && !isOpen && this.#welcome === null) {
      await this.#settle(waits);
      for (const { refusal } of Object.values(this.#found)) if (refusal) return refusal;
    }
    for (const guard of this.#parts.guards) {
      if (!guard.rcpt || ((isOpen || this.#welcome !== null) && !guard.counts)) continue;
      const verdict = await guard.rcpt(this.#visitor(), recipient);
      this.#parts.count(guard.name, verdict.kind);
      if (verdict.kind === 'refuse') return this.#refused(guard, verdict.reply);
      if (verdict.kind === 'slow' && !(await this.#hold(verdict.ms, waits))) return busy;
    }
    return null;
  }

  end(): void {
    this.#over.abort();
  }

  #step(step: Step): Reply | null {
    for (const later of steps.slice(steps.indexOf(step))) {
      this.#found[later] = nothing();
      if (this.#welcome === later) this.#welcome = null;
    }
    if (this.#welcome === 'connect') return null;
    if (step !== 'connect' && ++this.#fruitless > fruitlessCommandsMax) return fruitless;
    for (const guard of this.#parts.guards) {
      if (this.#welcome !== null && !guard.counts) continue;
      const answer = guard[step]?.(this.#visitor());
      if (answer === undefined) continue;
      if (answer instanceof Promise) {
        this.#await(guard, step, answer);
        continue;
      }
      this.#parts.count(guard.name, answer.kind);
      if (answer.kind === 'refuse') return this.#refused(guard, answer.reply);
      if (answer.kind === 'welcome') {
        this.#welcome = step;
        continue;
      }
      this.#take(this.#found[step], answer);
    }
    return null;
  }

  #await(guard: Guard, step: Step, answer: Promise<Verdict>): void {
    const found = this.#found[step];
    const done = answer.then((verdict) => {
      this.#parts.count(guard.name, verdict.kind);
      if (verdict.kind === 'refuse') found.refusal ??= this.#refused(guard, verdict.reply);
      this.#take(found, verdict);
      found.pending.delete(done);
      found.awaited.delete(done);
    });
    (guard.waits ? found.awaited : found.pending).add(done);
  }

  #take(found: Found, verdict: Verdict): void {
    if (verdict.kind === 'suspicious') found.points += verdict.points;
    if (verdict.kind === 'unknown') found.unsure = true;
  }

  /** Waits for look-ups that may refuse; for those that give points, while the DNS answers and not for long. */
  async #settle(waits: () => Promise<void>): Promise<void> {
    const found = Object.values(this.#found);
    const refusing = found.flatMap(({ awaited }) => [...awaited]);
    await this.#within(lookUpsMsMax, refusing, waits);
    if (!this.#parts.answering()) return;
    const giving = found.flatMap(({ pending }) => [...pending]);
    await this.#within(pointsMsMax, giving, waits);
  }

  /** Until all are done, or so long after MAIL. */
  async #within(ms: number, work: readonly Promise<void>[], waits: () => Promise<void>): Promise<void> {
    const { clock, sleep = realSleep } = this.#parts;
    const left = this.#mailAtMs + ms - clock.monotonicMs();
    if (work.length === 0 || left <= 0) return;
    await waits();
    const done = new AbortController();
    await Promise.race([Promise.all(work), sleep(left, AbortSignal.any([done.signal, this.#over.signal]))]);
    done.abort();
  }

  #visitor(): Visitor {
    const found = Object.values(this.#found);
    return {
      address: this.#address,
      network: this.#network,
      hello: this.#hello,
      sender: this.#sender,
      points: found.reduce((sum, { points }) => sum + points, 0),
      unsure: found.some(({ unsure, pending }) => unsure || pending.size > 0),
    };
  }

  /** False where so many are held back that one more would cost us more than the peer. */
  async #hold(ms: number, waits: () => Promise<void>): Promise<boolean> {
    const { held, sleep = realSleep } = this.#parts;
    if (held.count >= tarpitsMax) return false;
    held.count++;
    try {
      await waits();
      await sleep(ms, this.#over.signal);
      return true;
    } finally {
      held.count--;
    }
  }

  #refused(guard: Guard, refusal: Reply): Reply {
    this.#parts.log.info('smtp guard refused', {
      step: guard.name,
      code: refusal.code,
      remote: this.#address,
    });
    return refusal;
  }
}

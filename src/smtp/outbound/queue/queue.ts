import { type Clock, messageOf, sleep, systemClock } from '../../../base/index.ts';
import type { Log, Metrics } from '../../../observability/index.ts';
import type { Claimed, Claims, Lane, Outbox, RowOutcome } from '../../../stores/outbox/index.ts';
import type { Courier } from '../courier/index.ts';
import { type Notices, type Told, wants } from '../notices/index.ts';
import type { Router } from '../route/types.ts';
import {
  lanesPerStepMax,
  leaveMs,
  overdueRowsMax,
  recheckMs,
  renewMs,
  rowsPerLaneMax,
  storeRetryMs,
} from './limits.ts';
import { Lines } from './lines.ts';
import type { LocalDelivery } from './local.ts';
import { queueCounters } from './metrics.ts';
import { Settler } from './settler.ts';
import { type Decided, type HearOfMail, settleTold, type Workshop, work } from './worker.ts';

export interface QueueOptions {
  readonly outbox: Outbox;
  readonly router: Router;
  readonly courier: Courier;
  readonly local: LocalDelivery;
  readonly notices: Notices;
  readonly heard?: HearOfMail;
  readonly connectionsMax: number;
  readonly connectionsPerDestinationMax: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock?: Clock;
}

export interface OutboundQueue {
  /** Takes up what waits, also what a dead process had. */
  start(): Promise<void>;
  /** Transactions under way get so long; then lines are cut. Everything that is not decided waits again. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Takes what is due out of the outbox and sees to it that every row is settled. One step at a time looks at what is due;
 * each lane it takes is a worker of its own.
 */
class Queue implements OutboundQueue {
  readonly #options: QueueOptions;
  readonly #clock: Clock;
  readonly #lines: Lines;
  readonly #shop: Workshop;
  readonly #ended = new AbortController();
  readonly #workers = new Map<Promise<void>, Lane>();
  #claims: Claims | null = null;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #wake = new AbortController();
  #unsubscribe = () => {};
  #renewedMs = 0;

  constructor(options: QueueOptions) {
    const { outbox, router, courier, local, notices, log, metrics } = options;
    const clock = options.clock ?? systemClock;
    this.#options = options;
    this.#clock = clock;
    this.#lines = new Lines(router, courier, clock, options.connectionsMax);
    const connections = () => this.#lines.count;
    this.#shop = {
      outbox,
      local,
      notices,
      heard: options.heard ?? null,
      lines: this.#lines,
      settler: new Settler(() => this.#held, log, this.#ended.signal),
      counters: queueCounters(metrics, { outbox, clock, connections }),
      clock,
      log,
      stopping: () => this.#stopping,
    };
  }

  get #held(): Claims {
    if (this.#claims === null) throw new Error('the queue has not started');
    return this.#claims;
  }

  async start(): Promise<void> {
    await this.#join();
    this.#unsubscribe = this.#options.outbox.onWake((why) => {
      // Who says 'now' means it, whatever did not answer a moment ago.
      if (why === 'changed') this.#lines.forget();
      this.#wake.abort();
    });
    this.#running = this.#run();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe();
    this.#wake.abort();
    // A database that is away holds the loop as it holds workers: the grace counts for both.
    const over = this.#running.then(() => {
      this.#lines.close();
      return Promise.all(this.#workers.keys());
    });
    await within(graceMs, over);
    this.#lines.destroy();
    this.#ended.abort();
    // Who waits for an address to answer is not waited for: its rows are given back here.
    await within(storeRetryMs, over);
    await within(leaveMs, this.#leave());
  }

  async #leave(): Promise<void> {
    await this.#claims?.leave().catch((error: unknown) => {
      this.#options.log.error('outbox cannot be written', { error });
    });
  }

  async #join(): Promise<void> {
    this.#claims = await this.#options.outbox.join();
    this.#renewedMs = this.#clock.monotonicMs();
    const { recovered } = this.#claims;
    if (recovered === 0) return;
    this.#shop.counters.recovered(recovered);
    this.#options.log.warn('mail that may have been sent is sent again', { count: recovered });
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#wake = new AbortController();
      try {
        await this.#renew();
        const found = await this.#step();
        if (!found && !this.#stopping) await sleep(await this.#restMs(), this.#wake.signal);
      } catch (error) {
        this.#options.log.error('outbox cannot be read', { error, reason: messageOf(error) });
        await sleep(storeRetryMs, this.#ended.signal);
      }
    }
  }

  async #renew(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#renewedMs < renewMs) return;
    this.#renewedMs = this.#clock.monotonicMs();
    const before = this.#held.recovered;
    if (!(await this.#held.renew())) return this.#join();
    this.#shop.counters.recovered(this.#held.recovered - before);
  }

  /** Whether there was anything to do. */
  async #step(): Promise<boolean> {
    const late = await this.#held.overdue(overdueRowsMax);
    for (const claimed of late) await this.#decideLate(claimed);
    // Who stops takes nothing more: it may have left by the time that the database answers.
    if (this.#stopping) return false;
    const free = this.#options.connectionsMax - this.#workers.size;
    if (free <= 0) return late.length > 0;
    const lanes = await this.#held.take(this.#busy(), Math.min(free, lanesPerStepMax), rowsPerLaneMax);
    for (const lane of lanes) this.#begin(lane);
    return late.length > 0 || lanes.length > 0;
  }

  #begin(lane: Lane): void {
    const worker = work(this.#shop, lane)
      .catch((error: unknown) => this.#options.log.error('queue worker failed', { error }))
      .finally(() => {
        this.#workers.delete(worker);
        this.#wake.abort();
      });
    this.#workers.set(worker, lane);
  }

  /** Destinations that have as many connections as they may; one that could not be reached is tried by one. */
  #busy(): string[] {
    const counts = new Map<string, number>();
    const most = this.#options.connectionsPerDestinationMax;
    for (const { domain, failures } of this.#workers.values())
      counts.set(domain, (counts.get(domain) ?? 0) + (failures > 0 ? most : 1));
    return [...counts].filter(([, count]) => count >= most).map(([domain]) => domain);
  }

  async #restMs(): Promise<number> {
    if (this.#workers.size >= this.#options.connectionsMax) return recheckMs;
    const due = await this.#options.outbox.nextDue(this.#busy());
    if (due === null) return recheckMs;
    // What is due and was not taken is another's; it is not asked for again and again.
    const wait = due - this.#clock.nowMs();
    return Math.min(wait <= 0 ? storeRetryMs : wait, recheckMs);
  }

  /** Rows whose time is over, or whose sender is to be told that they are late. */
  async #decideLate({ message, recipients }: Claimed): Promise<void> {
    const now = this.#clock.nowMs();
    const told: Told[] = [];
    const outcomes: RowOutcome[] = [];
    const fates: Decided[] = [];
    for (const recipient of recipients) {
      const expired = recipient.expires <= now;
      const action = expired ? 'failed' : 'delayed';
      const answer = recipient.last ?? {
        code: 0,
        status: expired ? '5.4.7' : '4.4.7',
        text: 'It could not be sent in time',
        host: '',
      };
      // RFC 3463: what was of the moment is final now.
      const status = expired ? answer.status.replace(/^4/, '5') : answer.status;
      if (wants(recipient, action)) told.push({ recipient, action, answer: { ...answer, status } });
      if (expired) fates.push({ address: recipient.address, delivered: false, status });
      outcomes.push({ n: recipient.n, kind: expired ? 'failed' : 'warned' });
      this.#shop.counters.notice(expired ? 'expired' : 'delayed');
      this.#options.log.info(expired ? 'mail given up' : 'mail is late', {
        id: `${message.id}.${recipient.n}`,
        kind: message.kind,
        attempts: recipient.attempts,
        code: answer.status,
      });
    }
    await settleTold(this.#shop, message, { outcomes, told, fates });
  }
}

/** Until it is done, or for so long. */
async function within(ms: number, done: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([done, sleep(ms, timer.signal)]);
  timer.abort();
}

export function createQueue(options: QueueOptions): OutboundQueue {
  return new Queue(options);
}

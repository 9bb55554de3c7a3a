import type { Clock } from '../../base/index.ts';
import { type AskOutward, OutwardError } from '../../net/index.ts';
import type { Log, Metrics } from '../../observability/index.ts';
import type { CollectionRow, CollectionsWriter, Job } from '../../stores/collections/index.ts';
import type { CalendarSettings } from '../house.ts';
import {
  feedAgainMs,
  feedAgainMsMax,
  feedBytesMax,
  feedEveryMs,
  feedMsMax,
  feedRedirectsMax,
  feedsAtOnceMax,
} from '../limits.ts';
import { canonical, type Feed, FeedError, readFeed } from './feed.ts';
import { type FeedState, noState, stateChange, stateIn } from './state.ts';

export interface SubscriptionsHouse {
  readonly collections: CollectionsWriter;
  readonly settings: CalendarSettings;
  readonly ask: AskOutward;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** One reading may take so long before another process takes it up. */
const claimMs = 10 * 60_000;
const lookEveryMs = 5_000;

/**
 * Reads subscriptions when they are due. A subscription is a job of the room, so one process reads it at a time, and what
 * a crash interrupts is read again.
 */
export class Subscriptions {
  readonly #house: SubscriptionsHouse;
  readonly #count: (result: 'read' | 'same' | 'failed') => void;
  #underWay: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(house: SubscriptionsHouse) {
    this.#house = house;
    const readings = house.metrics.counter({
      name: 'myco_calendar_subscriptions_total',
      help: 'Calendars read from elsewhere, by what came of it',
      kind: 'counter',
      labels: ['result'],
    });
    this.#count = (result) => readings.with({ result }).inc();
  }

  start(): void {
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#underWay = this.refreshDue()
        .catch((error: unknown) => this.#house.log.error('subscriptions failed', { error }))
        .finally(() => {
          busy = false;
        });
    }, lookEveryMs);
    this.#timer.unref();
  }

  stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    return this.#underWay;
  }

  /** All that are due now. */
  async refreshDue(): Promise<void> {
    const { collections, clock } = this.#house;
    for (;;) {
      const next = await collections.nextJobMs('subscription');
      if (next === null || next > clock.nowMs()) return;
      const jobs = await collections.takeJobs('subscription', feedsAtOnceMax, claimMs);
      if (jobs.length === 0) return;
      await Promise.all(jobs.map((job) => this.#refresh(job)));
    }
  }

  async #refresh(job: Job): Promise<void> {
    const { collections, clock, log } = this.#house;
    const calendar = await this.#calendarOf(job);
    const source = calendar?.details.source;
    if (!calendar || source === undefined) return collections.settleJob(job, 'done');
    let againMs = feedAgainMs;
    try {
      againMs = await this.#read(calendar, source);
    } catch (error) {
      log.error('subscription failed', { error });
    }
    await collections.settleJob(job, { againMs: clock.nowMs() + againMs });
  }

  async #calendarOf({ account, payload }: Job): Promise<CollectionRow | null> {
    const { collection } = payload as { readonly collection?: unknown };
    if (typeof collection !== 'number') return null;
    return this.#house.collections.collectionById(account, collection);
  }

  /** In how long it is read again. */
  async #read(calendar: CollectionRow, source: string): Promise<number> {
    const { account, id } = calendar;
    const { collections } = this.#house;
    const before = stateIn(await collections.properties(account, id));
    try {
      const answer = await this.#fetch(source, before);
      if (answer === null) {
        this.#count('same');
        if (before.failures > 0) await this.#tell(calendar, { ...before, failures: 0, reason: '' });
        return feedEveryMs;
      }
      const feed = await readFeed(answer.body, calendar, this.#house.settings);
      await this.#apply(calendar, feed);
      const { etag, modified } = answer;
      const state = { ...noState, etag, modified };
      if (JSON.stringify(state) !== JSON.stringify(before)) await this.#tell(calendar, state);
      this.#count('read');
      return feed.everyMs;
    } catch (error) {
      if (!(error instanceof FeedError) && !(error instanceof OutwardError)) throw error;
      this.#count('failed');
      const failures = before.failures + 1;
      await this.#tell(calendar, { ...before, failures, reason: error.message });
      return Math.min(feedAgainMs * 2 ** Math.min(failures - 1, 20), feedAgainMsMax);
    }
  }

  /** Null: it is as it was. */
  async #fetch(url: string, { etag, modified }: FeedState) {
    const { status, headers, body } = await this.#house.ask({
      url,
      method: 'GET',
      headers: {
        accept: 'text/calendar, */*;q=0.1',
        ...(etag === '' ? {} : { 'if-none-match': etag }),
        ...(modified === '' ? {} : { 'if-modified-since': modified }),
      },
      redirectsMax: feedRedirectsMax,
      msMax: feedMsMax,
      answerBytesMax: feedBytesMax,
    });
    if (status === 304) return null;
    if (status !== 200) throw new FeedError(`it is answered with ${status}`);
    return { body, etag: headers.etag ?? '', modified: headers['last-modified'] ?? '' };
  }

  async #tell({ account, id }: CollectionRow, state: FeedState): Promise<void> {
    await this.#house.collections.changeProperties(account, id, [stateChange(state)]);
  }

  /** Item by item, so that clients hear of what changed alone. */
  async #apply({ account, id }: CollectionRow, { items }: Feed): Promise<void> {
    const { collections } = this.#house;
    const waiting = new Map(items);
    const gone: string[] = [];
    for await (const page of collections.itemsWithBytes(account, id)) {
      for (const { name, bytes } of page) {
        const item = items.get(name);
        if (item === undefined) gone.push(name);
        else if (canonical(item.bytes.toString()) === canonical(bytes.toString())) waiting.delete(name);
      }
    }
    await collections.putMany(
      account,
      id,
      [...waiting].map(([name, item]) => ({ name, item })),
    );
    for (const name of gone) await collections.remove(account, id, name);
  }
}

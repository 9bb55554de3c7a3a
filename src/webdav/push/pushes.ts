import type { Clock } from '../../base/index.ts';
import { type AskOutward, OutwardError } from '../../net/index.ts';
import type { Log, Metrics } from '../../observability/index.ts';
import type { Registration } from '../../stores/push/index.ts';
import { syncTokenUri } from '../properties/6578-sync-token.ts';
import { mayStillRead } from './access.ts';
import { Courier, type Delivery } from './deliver.ts';
import { Gathered, type Heard, isQuiet } from './gathered.ts';
import type { PushHouse } from './house.ts';
import {
  againMs,
  againMsMax,
  failuresMax,
  gatherMs,
  placesWaitingMax,
  pushEveryMs,
  pushesAtOnceMax,
  pushesPerMemberMax,
  pushesWaitingMax,
} from './limits.ts';
import { both, type News, noNews, pushMessage } from './message.ts';
import { type PushOutcome, pushCounter } from './metrics.ts';
import { Rounds } from './rounds.ts';

export interface PushesHouse extends Omit<PushHouse, 'networks'> {
  readonly ask: AskOutward;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** `mailto:` or `https:`. */
  contact(): string;
  /** In place of the limits, for tests. */
  readonly times?: Partial<typeof usualTimes>;
}

const usualTimes = {
  gatherMs,
  pushEveryMs,
  againMs,
  failuresMax,
  placesWaitingMax,
  pushesWaitingMax,
  pushesAtOnceMax,
  pushesPerMemberMax,
};

/** One device that is told of one place. */
interface Telling {
  registration: Registration;
  news: News;
  /** The place is gone: only its owner is told, and nothing can be asked any more. */
  gone: boolean;
  failures: number;
}

/**
 * Tells devices what this process wrote. What waits is held in memory, so a restart forgets it: a client that heard nothing
 * looks by itself now and then. Of several processes each tells of its own writes, so nothing is told twice.
 */
export class Pushes {
  readonly #house: PushesHouse;
  readonly #times: typeof usualTimes;
  readonly #courier: Courier;
  readonly #count: (outcome: PushOutcome) => void;
  readonly #gathered: Gathered;
  readonly #tellings = new Map<string, Telling>();
  readonly #rounds: Rounds;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #unwatch: (() => void) | null = null;

  constructor(house: PushesHouse) {
    this.#house = house;
    this.#times = { ...usualTimes, ...house.times };
    this.#courier = new Courier(house);
    this.#count = pushCounter(house.metrics);
    this.#gathered = new Gathered(this.#times.placesWaitingMax);
    this.#rounds = new Rounds({
      atOnceMax: this.#times.pushesAtOnceMax,
      perMemberMax: this.#times.pushesPerMemberMax,
      memberOf: (token) => this.#tellings.get(token)?.registration.member ?? 0,
      run: (token) => this.#tell(token),
      clock: house.clock,
    });
  }

  start(): void {
    this.#unwatch = this.#house.collections.watch((moved) => {
      if (!this.#gathered.add(moved)) this.#count('dropped');
      this.#timer ??= setTimeout(() => this.#look(), this.#times.gatherMs);
      this.#timer.unref();
    });
  }

  /** What is under way ends; what waits is not told any more. */
  async stop(): Promise<void> {
    this.#unwatch?.();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#looking;
    await this.#rounds.stop();
  }

  #look(): void {
    this.#timer = null;
    const heard = this.#gathered.take();
    this.#looking = this.#looking.then(async () => {
      for (const each of heard) {
        try {
          await this.#lookAt(each);
        } catch (error) {
          this.#house.log.error('push failed', { error });
        }
      }
    });
  }

  /** Who wants to hear of it. */
  async #lookAt(heard: Heard): Promise<void> {
    const { push } = this.#house;
    const { account, place, gone } = heard;
    for await (const page of push.of(account, place))
      for (const registration of page) {
        const news = newsFor(registration, heard);
        const isOwners = registration.member === account;
        if ((news.content || news.properties) && (!gone || isOwners)) this.#add(registration, news, gone);
      }
    if (gone) await push.removeOf(account, place);
  }

  #add(registration: Registration, news: News, gone: boolean): void {
    const { token } = registration;
    const telling = this.#tellings.get(token);
    if (telling) {
      telling.news = both(telling.news, news);
      telling.gone ||= gone;
      telling.registration = registration;
    } else if (this.#tellings.size >= this.#times.pushesWaitingMax) {
      this.#count('dropped');
      return;
    } else {
      this.#tellings.set(token, { registration, news, gone, failures: 0 });
    }
    this.#rounds.want(token);
  }

  /** In how long it may be told again; null: there is nothing to tell. What fails for our own reasons is not told. */
  async #tell(token: string): Promise<number | null> {
    try {
      return await this.#tellOne(token);
    } catch (error) {
      this.#house.log.error('push failed', { error });
      this.#count('dropped');
      return this.#times.pushEveryMs;
    }
  }

  async #tellOne(token: string): Promise<number | null> {
    const telling = this.#tellings.get(token);
    if (telling === undefined) return null;
    const { news } = telling;
    if (!news.content && !news.properties) {
      this.#tellings.delete(token);
      return null;
    }
    telling.news = noNews;
    const delivery = await this.#send(telling, news);
    if (delivery === null) return this.#end(token, 'revoked');
    if (delivery.outcome === 'gone') return this.#end(token, 'gone');
    if (delivery.outcome === 'delivered') {
      this.#count('delivered');
      telling.failures = 0;
      return this.#times.pushEveryMs;
    }
    telling.failures++;
    this.#count('failed');
    if (telling.failures >= this.#times.failuresMax) return this.#end(token, 'ended');
    telling.news = both(telling.news, news);
    const again = Math.min(this.#times.againMs * 2 ** (telling.failures - 1), againMsMax);
    return Math.max(again, delivery.afterMs);
  }

  async #end(token: string, outcome: PushOutcome): Promise<null> {
    this.#tellings.delete(token);
    this.#count(outcome);
    await this.#house.push.remove(token);
    return null;
  }

  /** Null: nobody is to be told any more. */
  async #send({ registration: seen, gone }: Telling, news: News): Promise<Delivery | null> {
    const { push, keys, log } = this.#house;
    // It may have ended, or been renewed, since.
    const registration = gone ? seen : await push.find(seen.token);
    if (registration === null || !(gone || (await mayStillRead(this.#house, registration)))) return null;
    const made = await keys.get();
    const topic = made.topicOf(registration.account, registration.place);
    const message = pushMessage(topic, news, gone ? null : await this.#syncTokenOf(registration));
    try {
      return await this.#courier.deliver({ registration, topic, news, message }, made);
    } catch (error) {
      if (!(error instanceof OutwardError)) throw error;
      // Where it goes is the member's own to know.
      log.debug('push failed', { reason: error.message });
      return { outcome: 'failed', afterMs: 0 };
    }
  }

  /** A home has none. */
  async #syncTokenOf({ account, place }: Registration): Promise<string | null> {
    const collection = Number(place);
    if (!Number.isInteger(collection)) return null;
    return syncTokenUri(await this.#house.collections.syncToken(account, collection));
  }
}

function newsFor({ token, contentDepth, properties }: Registration, heard: Heard): News {
  const wantsContent = contentDepth === 1 || (contentDepth === 0 && heard.gone);
  return {
    content: wantsContent && heard.content !== undefined && !isQuiet(heard.content, token),
    properties: properties && heard.properties !== undefined && !isQuiet(heard.properties, token),
  };
}

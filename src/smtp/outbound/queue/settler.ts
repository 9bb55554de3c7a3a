import { messageOf, type Reason, StoreError, sleep } from '../../../base/index.ts';
import type { Log } from '../../../observability/index.ts';
import type { Claims, LaneNews, Settlement } from '../../../stores/outbox/index.ts';
import { storeRetryMs } from './limits.ts';

const passing: ReadonlySet<Reason> = new Set(['unavailable', 'no-space']);

export interface Settling {
  readonly settlements: readonly Settlement[];
  readonly lane: LaneNews | undefined;
}

/**
 * Writes down what became of rows. What a server has taken must not be sent again because a disk was full for a moment:
 * the database is asked until it answers, or the process ends.
 */
export class Settler {
  readonly #claims: () => Claims;
  readonly #log: Log;
  readonly #ended: AbortSignal;

  constructor(claims: () => Claims, log: Log, ended: AbortSignal) {
    this.#claims = claims;
    this.#log = log;
    this.#ended = ended;
  }

  /**
   * `make` is asked anew for each attempt; without notices where one of them is at fault, for a row that is never settled
   * is sent again and again. Resolves when it is durable, or when the queue has ended.
   */
  async settle(make: (withNotices: boolean) => Promise<Settling>): Promise<void> {
    for (let withNotices = true; ; ) {
      try {
        const { settlements, lane } = await make(withNotices);
        await this.#claims().settle(settlements, lane);
        return;
      } catch (error) {
        this.#log.error('outbox cannot be written', { error, reason: messageOf(error) });
        withNotices &&= error instanceof StoreError && passing.has(error.reason);
        if (this.#ended.aborted) return;
        await sleep(storeRetryMs, this.#ended);
      }
    }
  }
}

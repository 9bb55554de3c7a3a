import { createHash } from 'node:crypto';
import type { Clock } from '../../base/index.ts';
import { rememberedDeliveriesMax, rememberedMs } from '../limits.ts';

/**
 * Remembers deliveries of which the sender was not told: when some recipients of a message failed and the whole
 * was answered with 451, it comes again, and those who have it must not get it twice. Bounded; oldest go first.
 */
export class DeliveryMemory {
  readonly #until = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(key: string): boolean {
    const until = this.#until.get(key);
    return until !== undefined && until > this.#clock.monotonicMs();
  }

  add(key: string): void {
    this.#until.delete(key);
    this.#until.set(key, this.#clock.monotonicMs() + rememberedMs);
    for (const [oldest, until] of this.#until) {
      if (this.#until.size <= rememberedDeliveriesMax && until > this.#clock.monotonicMs()) break;
      this.#until.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#until.delete(key);
  }

  get size(): number {
    return this.#until.size;
  }
}

/** The same octets from the same sender to the same place: `place` is an account number or a relayed address. */
export function deliveryKey(contentHash: string, sender: string, place: number | string): string {
  return createHash('sha256').update(`${contentHash}\0${sender}\0${place}`).digest('base64');
}

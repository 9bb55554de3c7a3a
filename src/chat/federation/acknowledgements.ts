import { StreamError } from '../errors.ts';
import { Settling } from '../routing/settling.ts';
import type { Outbound } from './outbound.ts';

const modulus = 2 ** 32;

/** What both sides of one session between servers have told each other (XEP-0198 §4); it may outlive its stream (§5). */
export class Acknowledgements {
  /** By which the receiving server knows it; '' where it cannot be resumed. */
  readonly id: string;
  /** What came from the other side. */
  readonly inbound: Settling;
  readonly #unacked: Outbound[] = [];
  #acked = 0;

  constructor(id: string, unsettledMax: number) {
    this.id = id;
    this.inbound = new Settling(unsettledMax);
  }

  sent(outbound: Outbound): void {
    this.#unacked.push(outbound);
  }

  /** In the order in which they were sent. */
  get unacked(): readonly Outbound[] {
    return this.#unacked;
  }

  /** What the other side has handled since it last said so. Throws StreamError for what was never sent. */
  acknowledged(h: string | undefined): readonly Outbound[] {
    const count = /^\d{1,10}$/.test(h ?? '') ? (Number(h) - this.#acked + modulus) % modulus : Number.NaN;
    if (!(count <= this.#unacked.length))
      throw new StreamError('undefined-condition', 'more was acknowledged than was sent');
    this.#acked = (this.#acked + count) % modulus;
    return this.#unacked.splice(0, count);
  }
}

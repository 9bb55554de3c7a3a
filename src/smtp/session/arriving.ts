import { createHash, type Hash } from 'node:crypto';
import { dataTransferMs, idleMs } from '../limits.ts';
import { replies } from '../replies.ts';
import { Interrupted, type Refusal } from './content.ts';
import type { Session } from './session.ts';

/** A message on its way in: what all ways of sending one have in common. */
export class Arriving {
  readonly #session: Session;
  readonly #deadlineMs: number;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #failure: Refusal | Interrupted | null = null;

  constructor(session: Session) {
    this.#session = session;
    this.#deadlineMs = session.services.clock.monotonicMs() + dataTransferMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get failure(): Refusal | Interrupted | null {
    return this.#failure;
  }

  /** Whether so many more would be too many. */
  exceeds(more: number): boolean {
    return this.#bytes + more > this.#session.services.settings.messageBytesMax;
  }

  take(piece: Buffer): void {
    this.#bytes += piece.length;
    this.#hash.update(piece);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  failed<T extends Refusal | Interrupted>(failure: T): T {
    this.#failure = failure;
    return failure;
  }

  /** Some octets, as they come. Throws Interrupted where none do in time. */
  async read(): Promise<Buffer> {
    const { input, services } = this.#session;
    const left = this.#deadlineMs - services.clock.monotonicMs();
    if (left <= 0) throw this.failed(new Interrupted(replies.tooSlow));
    const read = await input.chunk(Math.min(left, idleMs));
    if (read === 'end') throw this.failed(new Interrupted(null));
    if (read === 'timeout') throw this.failed(new Interrupted(replies.tooSlow));
    return read;
  }

  /** What `read` gave and was not used. */
  unread(rest: Buffer): void {
    this.#session.input.unread(rest);
  }
}

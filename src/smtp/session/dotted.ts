import { createHash, type Hash } from 'node:crypto';
import { dataTransferMs, discardedBytesMax, idleMs } from '../limits.ts';
import { replies, replyOfFault } from '../replies.ts';
import { DataDecoder } from '../wire/data-decoder.ts';
import { type Content, Interrupted, Refusal } from './content.ts';
import type { Session } from './session.ts';

/** Content after DATA: dots are doubled, a line with a dot alone ends it (RFC 5321 §4.5.2). */
export class DottedContent implements Content {
  readonly #session: Session;
  readonly #decoder = new DataDecoder();
  readonly #hash: Hash = createHash('sha256');
  readonly #deadlineMs: number;
  #bytes = 0;
  #received = 0;
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

  digest(): string {
    return this.#hash.digest('hex');
  }

  async *pieces(): AsyncGenerator<Buffer> {
    while (!this.#decoder.ended) {
      const pieces: Buffer[] = [];
      await this.#read((piece) => pieces.push(piece));
      // One piece for one chunk: doubled dots would otherwise make one of every line.
      const piece = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
      if (piece.length === 0) continue;
      this.#hash.update(piece);
      yield piece;
    }
  }

  async drain(): Promise<void> {
    const from = this.#received;
    while (!this.#decoder.ended) {
      if (this.#received - from > discardedBytesMax)
        throw this.#failed(new Interrupted(replies.tooMuchDiscarded));
      await this.#next(() => undefined);
    }
  }

  async #read(emit: (piece: Buffer) => void): Promise<void> {
    await this.#next((piece) => {
      this.#bytes += piece.length;
      emit(piece);
    });
    if (this.#decoder.fault !== null) throw this.#failed(new Refusal(replyOfFault[this.#decoder.fault]));
    if (this.#bytes > this.#session.services.settings.messageBytesMax) {
      throw this.#failed(new Refusal(replies.tooLarge));
    }
  }

  async #next(emit: (piece: Buffer) => void): Promise<void> {
    const { input, services } = this.#session;
    const left = this.#deadlineMs - services.clock.monotonicMs();
    if (left <= 0) throw this.#failed(new Interrupted(replies.tooSlow));
    const chunk = await input.chunk(Math.min(left, idleMs));
    if (chunk === 'end') throw this.#failed(new Interrupted(null));
    if (chunk === 'timeout') throw this.#failed(new Interrupted(replies.tooSlow));
    const used = this.#decoder.write(chunk, emit);
    this.#received += used;
    input.unread(chunk.subarray(used));
  }

  #failed<T extends Refusal | Interrupted>(failure: T): T {
    this.#failure = failure;
    return failure;
  }
}

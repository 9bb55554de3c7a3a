import { discardedBytesMax } from '../limits.ts';
import { replies, replyOfFault } from '../replies.ts';
import { DataDecoder } from '../wire/data-decoder.ts';
import { Arriving } from './arriving.ts';
import { type Content, Interrupted, Refusal } from './content.ts';
import type { Session } from './session.ts';

/** Content after DATA: dots are doubled, a line with a dot alone ends it (RFC 5321 §4.5.2). */
export class DottedContent implements Content {
  readonly #arriving: Arriving;
  readonly #decoder = new DataDecoder();
  #received = 0;

  constructor(session: Session) {
    this.#arriving = new Arriving(session);
  }

  get bytes(): number {
    return this.#arriving.bytes;
  }

  get failure(): Refusal | Interrupted | null {
    return this.#arriving.failure;
  }

  digest(): string {
    return this.#arriving.digest();
  }

  async *pieces(): AsyncGenerator<Buffer> {
    while (!this.#decoder.ended) {
      const piece = await this.#read();
      if (piece.length > 0) yield piece;
    }
  }

  async drain(): Promise<void> {
    const from = this.#received;
    while (!this.#decoder.ended) {
      if (this.#received - from > discardedBytesMax)
        throw this.#arriving.failed(new Interrupted(replies.tooMuchDiscarded));
      await this.#next(() => undefined);
    }
  }

  async #read(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    await this.#next((piece) => pieces.push(piece));
    if (this.#decoder.fault !== null) {
      throw this.#arriving.failed(new Refusal(replyOfFault[this.#decoder.fault]));
    }
    // One piece for one chunk: doubled dots would otherwise make one of every line.
    const piece = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
    if (this.#arriving.exceeds(piece.length)) throw this.#arriving.failed(new Refusal(replies.tooLarge));
    this.#arriving.take(piece);
    return piece;
  }

  async #next(emit: (piece: Buffer) => void): Promise<void> {
    const chunk = await this.#arriving.read();
    const used = this.#decoder.write(chunk, emit);
    this.#received += used;
    this.#arriving.unread(chunk.subarray(used));
  }
}

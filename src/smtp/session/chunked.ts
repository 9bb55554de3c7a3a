import { discardedBytesMax } from '../limits.ts';
import { replies, replyOfFault } from '../replies.ts';
import { LineRules } from '../wire/line-rules.ts';
import { Arriving } from './arriving.ts';
import { type Content, Interrupted, Refusal } from './content.ts';
import type { Session } from './session.ts';

/** One BDAT: octets that are still to be read, and whether the message ends with them. */
interface Chunk {
  left: number;
  readonly last: boolean;
  /** All of it was read and taken. */
  done(): void;
}

/**
 * Content that comes in chunks of known length (RFC 3030 §2): BDAT offers each, whoever keeps the message pulls. Between two
 * chunks it waits, until the next one or `abandon`.
 */
export class ChunkedContent implements Content {
  readonly #arriving: Arriving;
  readonly #rules: LineRules | null;
  #chunk: Chunk | null = null;
  #wake: (() => void) | null = null;
  #abandoned = false;

  /** `binary`: lines need not end with CRLF, and NUL may stand anywhere (RFC 3030 §3). */
  constructor(session: Session, options: { readonly binary: boolean }) {
    this.#arriving = new Arriving(session);
    this.#rules = options.binary ? null : new LineRules();
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

  /** Resolves when a chunk that is not the last was read and taken; else never: then the whole is decided. */
  offer(octets: number, last: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#chunk = { left: octets, last, done: resolve };
      this.#wake?.();
    });
  }

  /** RSET, QUIT or the end of the session: the rest will not come. */
  abandon(): void {
    this.#abandoned = true;
    this.#wake?.();
  }

  async *pieces(): AsyncGenerator<Buffer> {
    for (;;) {
      const chunk = await this.#next();
      if (this.#arriving.exceeds(chunk.left)) throw this.#arriving.failed(new Refusal(replies.tooLarge));
      while (chunk.left > 0) {
        const piece = await this.#read(chunk);
        this.#arriving.take(piece);
        this.#rules?.write(piece);
        this.#demandSound();
        yield piece;
      }
      if (chunk.last) break;
      this.#chunk = null;
      chunk.done();
    }
    this.#rules?.end();
    this.#demandSound();
  }

  /** What is left of the chunk at hand; later ones are refused by themselves. */
  async drain(): Promise<void> {
    const chunk = this.#chunk;
    if (chunk === null) return;
    if (chunk.left > discardedBytesMax)
      throw this.#arriving.failed(new Interrupted(replies.tooMuchDiscarded));
    while (chunk.left > 0) await this.#read(chunk);
  }

  async #next(): Promise<Chunk> {
    while (this.#chunk === null && !this.#abandoned) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#chunk === null || this.#abandoned) throw this.#arriving.failed(new Interrupted(null));
    return this.#chunk;
  }

  async #read(chunk: Chunk): Promise<Buffer> {
    const read = await this.#arriving.read();
    const piece = read.subarray(0, chunk.left);
    this.#arriving.unread(read.subarray(piece.length));
    chunk.left -= piece.length;
    return piece;
  }

  #demandSound(): void {
    const fault = this.#rules?.fault ?? null;
    if (fault !== null) throw this.#arriving.failed(new Refusal(replyOfFault[fault]));
  }
}

/** Reads and drops the octets of a chunk that is refused: they are no commands (RFC 3030 §2). */
export async function discardChunk(session: Session, octets: number): Promise<void> {
  const content = new ChunkedContent(session, { binary: true });
  void content.offer(octets, true);
  await content.drain();
}

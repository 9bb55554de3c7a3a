import { createHash, type Hash } from 'node:crypto';
import { dataTransferMs, discardedBytesMax, headerBytesMax, idleMs } from '../limits.ts';
import { replies } from '../replies.ts';
import { type ContentFault, DataDecoder } from '../wire/data-decoder.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { Gathered } from './gathered.ts';
import type { Session } from './session.ts';

/** The message is refused with this reply, once it was read to its end. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reply: Reply;

  constructor(refusal: Reply) {
    super(`refused with ${refusal.code}`);
    this.reply = refusal;
  }
}

/** The peer left or stalled in the middle of the content; `farewell` where it is still worth saying something. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly farewell: Reply | null;

  constructor(farewell: Reply | null) {
    super('the content broke off');
    this.farewell = farewell;
  }
}

const replyOfFault = {
  'bare-cr': replies.bareEnds,
  'bare-lf': replies.bareEnds,
  nul: replies.nul,
  'long-line': replies.longLine,
} as const satisfies Record<ContentFault, Reply>;

/**
 * The content of one message, pulled from the session's input. `pieces` throws Refusal or Interrupted instead of
 * ending well, so whoever stores what it yields cannot take a broken message for a whole one.
 */
export class Content {
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

  /** Octets of content so far, dots undoubled. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why `pieces` threw; a store in between may have put an error of its own in its place. */
  get failure(): Refusal | Interrupted | null {
    return this.#failure;
  }

  /** SHA-256 of the content as it came; asked once, at the end. */
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

  /** Reads what is left of a refused message, keeping nothing: the next command begins after its real end. */
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

/** The header with its empty line, and what was read of the body beyond it. */
export interface Split {
  readonly header: Buffer;
  readonly body: Buffer;
}

const emptyLine = Buffer.from('\r\n\r\n');

/** Reads up to the end of the header. A message without a body, or without a header, is taken as it is. */
export async function splitHeader(pieces: AsyncIterator<Buffer>): Promise<Split> {
  const held = new Gathered();
  // As though a line had just ended: a message that begins with an empty line has an empty header.
  let tail: Buffer = Buffer.from('\r\n');
  for (;;) {
    const next = await pieces.next();
    if (next.done) return { header: held.whole(), body: Buffer.alloc(0) };
    const piece = next.value;
    const window = Buffer.concat([tail, piece]);
    const at = window.indexOf(emptyLine);
    const end = at < 0 ? piece.length : at + emptyLine.length - tail.length;
    held.add(piece.subarray(0, end));
    if (held.length > headerBytesMax) throw new Refusal(headerTooLarge);
    if (at >= 0) return { header: held.whole(), body: piece.subarray(end) };
    tail = window.subarray(-3);
  }
}

const headerTooLarge = reply(552, '5.3.4', 'The header of the message is too large');

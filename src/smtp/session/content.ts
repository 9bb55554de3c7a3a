import { headerBytesMax } from '../limits.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { Gathered } from './gathered.ts';

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

/**
 * The content of one message, pulled from the session's input. `pieces` throws Refusal or Interrupted instead of
 * ending well, so whoever stores what it yields cannot take a broken message for a whole one.
 */
export interface Content {
  /** Octets of content so far, dots undoubled. */
  readonly bytes: number;
  /** Why `pieces` threw; a store in between may have put an error of its own in its place. */
  readonly failure: Refusal | Interrupted | null;
  /** SHA-256 of the content as it came; asked once, at the end. */
  digest(): string;
  pieces(): AsyncGenerator<Buffer>;
  /** Reads what is left of a refused message, keeping nothing: the next command begins after its real end. */
  drain(): Promise<void>;
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

export const headerTooLarge = reply(552, '5.3.4', 'The header of the message is too large');

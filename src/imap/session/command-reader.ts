import { StoreError } from '../../base/index.ts';
import { LineFault } from '../../net/index.ts';
import type { Incoming } from '../../stores/mail/index.ts';
import { Farewell, Gone, Refusal } from '../errors.ts';
import { type CommandPart, Decoder, type LiteralMarker, literalAtEnd, wireLimits } from '../wire/index.ts';
import type { Session } from './session.ts';

/** A message that APPEND has put into the store, durable and not yet visible. */
export class Staged {
  readonly message: Pick<Incoming, 'blob' | 'parsed'>;
  /** Set when the store has taken over; until then it must be discarded. */
  taken = false;

  constructor(message: Pick<Incoming, 'blob' | 'parsed'>) {
    this.message = message;
  }
}

/** One command with its literals. `refusal` is set where it was read to its end but must not be obeyed. */
export interface ReadCommand {
  readonly parts: readonly CommandPart[];
  readonly refusal: unknown;
}

const literalMailbox = /^[^ ]+ APPEND $/i;
const append = /^[^ ]+ APPEND /i;

/**
 * Reads one command; null when the client has left. Every size is checked before the bytes are read; an announced
 * literal that is not wanted is refused before it is sent (`{n}`) or dropped as it comes (`{n+}`, RFC 7888 §4).
 */
export async function readCommand(session: Session): Promise<ReadCommand | null> {
  const reading = new Reading(session);
  try {
    if (await reading.read()) return reading;
    discardStaged(session, reading.parts);
    return null;
  } catch (error) {
    discardStaged(session, reading.parts);
    if (error instanceof LineFault && error.code === 'ended') return null;
    if (error instanceof LineFault) return { parts: reading.parts, refusal: lineRefusal(error) };
    throw error;
  }
}

/** Gives back messages that no command has taken. */
export function discardStaged(session: Session, parts: readonly CommandPart[]): void {
  for (const part of parts) {
    if (part.kind !== 'spooled' || !(part.handle instanceof Staged) || part.handle.taken) continue;
    part.handle.taken = true;
    session.mail.discard(part.handle.message.blob);
  }
}

function lineRefusal(error: LineFault): Refusal {
  return new Refusal(error.message, null, 'BAD');
}

/** One line of a dialogue inside a command. Throws Gone where the client has left. */
export async function readAnswer(session: Session, bytesMax: number): Promise<Buffer> {
  session.awaitClient();
  try {
    const line = await session.reader.readLine({ bytesMax });
    if (line === null) throw new Gone();
    return line;
  } catch (error) {
    throw error instanceof LineFault ? lineRefusal(error) : error;
  } finally {
    session.deadlineMs = 0;
  }
}

class Reading implements ReadCommand {
  readonly parts: CommandPart[] = [];
  refusal: unknown = null;
  readonly #session: Session;
  #textBytes = 0;
  #literalBytes = 0;
  #literals = 0;
  #discardedBytes = 0;
  #messages = 0;
  #messagesBytes = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** False where the client has left. */
  async read(): Promise<boolean> {
    const { reader, member } = this.#session;
    const bytesMax =
      member === null ? wireLimits.commandLineUnauthenticatedBytesMax : wireLimits.commandLineBytesMax;
    for (;;) {
      const line = await reader.readLine({ bytesMax: Math.max(0, bytesMax - this.#textBytes) });
      if (line === null) return false;
      this.#textBytes += line.length + 2;
      if (this.refusal === null) this.parts.push({ kind: 'text', bytes: line });
      const marker = literalAtEnd(line);
      if (marker === null) return true;
      if (this.refusal === null) await this.#literal(line, marker);
      else if (!marker.sync) await this.#discard(marker.size);
      // A refused command ends where the client waits to be told to go on.
      if (this.refusal !== null && marker.sync) return true;
    }
  }

  async #literal(line: Buffer, marker: LiteralMarker): Promise<void> {
    const { member } = this.#session;
    const isMessage = member !== null && marker.size > 0 && this.#announcesMessage(line, marker);
    try {
      if (isMessage) await this.#checkMessage(marker);
      else this.#checkString(marker, member === null);
    } catch (error) {
      this.refusal = error;
      if (!marker.sync) await this.#discard(marker.size);
      return;
    }
    if (marker.sync) {
      this.#session.out.continuation('go on');
      await this.#session.flush();
    }
    if (isMessage) return this.#message(marker);
    const bytes = await this.#session.reader.readExact(marker.size);
    this.parts.push({ kind: 'literal', bytes, binary: marker.binary });
  }

  /** The literals of APPEND are messages but for one that stands where the mailbox does. */
  #announcesMessage(line: Buffer, marker: LiteralMarker): boolean {
    const first = this.parts[0];
    if (first?.kind !== 'text' || !append.test(first.bytes.toString('latin1', 0, 200))) return false;
    return this.parts.length > 1 || !literalMailbox.test(line.toString('latin1', 0, marker.start));
  }

  #checkString(marker: LiteralMarker, stranger: boolean): void {
    const sizeMax = stranger ? wireLimits.literalUnauthenticatedBytesMax : wireLimits.literalBytesMax;
    const totalMax = stranger
      ? wireLimits.commandLineUnauthenticatedBytesMax
      : wireLimits.commandLiteralsBytesMax;
    if (marker.size > sizeMax) {
      throw new Refusal(`a literal here may hold ${sizeMax} octets`, 'TOOBIG', 'BAD');
    }
    this.#literalBytes += marker.size;
    if (++this.#literals > wireLimits.commandLiteralsMax || this.#literalBytes > totalMax) {
      throw new Refusal('the literals of this command are too many or too large', 'TOOBIG', 'BAD');
    }
  }

  /** Whatever is known to fail is refused before the client uploads. RFC 9051 §6.3.12, RFC 7889 §4. */
  async #checkMessage(marker: LiteralMarker): Promise<void> {
    const { limits, mail, account } = this.#session;
    if (marker.size > limits.appendBytesMax) {
      throw new Refusal(`a message may hold ${limits.appendBytesMax} octets`, 'TOOBIG');
    }
    if (++this.#messages > limits.appendMessagesMax) {
      throw new Refusal(`one APPEND may bring ${limits.appendMessagesMax} messages`, 'LIMIT');
    }
    this.#messagesBytes += marker.size;
    const mailbox = this.#mailboxName();
    if (mailbox === null) return;
    try {
      await mail.find(account, mailbox);
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'not-found') throw error;
      throw new Refusal('there is no such mailbox; create it first', 'TRYCREATE');
    }
    const { used, limit } = await mail.quota(account);
    if (limit !== null && used + this.#messagesBytes > limit)
      throw new Refusal('the mailbox is full', 'OVERQUOTA');
  }

  /** Null where the line does not parse; the command will say so when it does. */
  #mailboxName(): string | null {
    try {
      // The literal to come is cut off, so that what stands before it is a whole command of its own.
      const before = this.parts.slice(0, -1);
      const last = this.parts.at(-1);
      if (last?.kind !== 'text') return null;
      const start = literalAtEnd(last.bytes)?.start ?? last.bytes.length;
      const text: CommandPart = { kind: 'text', bytes: last.bytes.subarray(0, start) };
      const decoder = new Decoder([...before, text], { utf8: this.#session.rev2 });
      decoder.tag();
      decoder.sp();
      decoder.keyword();
      decoder.sp();
      return decoder.mailbox();
    } catch {
      return null;
    }
  }

  async #message(marker: LiteralMarker): Promise<void> {
    const { reader, mail, limits } = this.#session;
    const { size, binary } = marker;
    if (size <= limits.appendBufferedBytesMax) {
      const bytes = await reader.readExact(size);
      await this.#stage(() => mail.stage(bytes, size), size, binary);
      return;
    }
    const chunks = this.#progressing(reader.readChunks(size));
    await this.#stage(() => mail.stage(chunks, size), size, binary);
    // A store that failed before it began has read nothing: the bytes are still on their way.
    if (this.refusal !== null) for await (const _ of chunks);
  }

  /** A long upload is not silence. */
  async *#progressing(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#session.awaitClient();
      yield chunk;
    }
  }

  async #stage(put: () => Promise<Staged['message']>, size: number, binary: boolean): Promise<void> {
    try {
      const handle = new Staged(await put());
      this.parts.push({ kind: 'spooled', size, binary, handle });
    } catch (error) {
      if (error instanceof LineFault || this.#session.gone) throw new Gone();
      this.refusal = error;
    }
  }

  async #discard(size: number): Promise<void> {
    const { limits, member, reader } = this.#session;
    const bytesMax = member === null ? limits.discardUnauthenticatedBytesMax : limits.discardBytesMax;
    this.#discardedBytes += size;
    if (this.#discardedBytes > bytesMax) {
      throw new Farewell(`a literal of ${size} octets is far too large`, 'TOOBIG');
    }
    for await (const _ of reader.readChunks(size));
  }
}

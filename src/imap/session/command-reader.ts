import { LineFault } from '../../net/index.ts';
import { Farewell, Gone, Refusal, tryCreate } from '../errors.ts';
import { locate, type Place } from '../names/place.ts';
import {
  AppendLiterals,
  type CommandPart,
  Decoder,
  type LiteralMarker,
  type LiteralUse,
  literalAtEnd,
  SyntaxFault,
  wireLimits,
} from '../wire/index.ts';
import type { Session } from './session.ts';
import { discardStaged, Piece, type Staged, stageMessage } from './staged.ts';

/** One command with its literals. `refusal` is set where it was read to its end but must not be obeyed. */
export interface ReadCommand {
  readonly parts: readonly CommandPart[];
  readonly refusal: unknown;
}

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
  /** Of APPEND and REPLACE: the use of each literal, before it comes. */
  #uses: AppendLiterals | null = null;
  #messages = 0;
  #uploadBytes = 0;
  /** Texts of CATENATE since the last whole message. */
  #piecesBytes = 0;

  /** Small messages on their way into the store. */
  readonly #underWay: Promise<void>[] = [];
  #underWayBytes = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** False where the client has left. */
  async read(): Promise<boolean> {
    try {
      return await this.#lines();
    } finally {
      await this.#settle();
    }
  }

  async #lines(): Promise<boolean> {
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
      if (this.refusal === null && (await this.#literal(line, marker))) continue;
      // A refused command ends where the client waits to be told to go on.
      if (marker.sync) return true;
      await this.#discard(marker.size);
    }
  }

  /** False where it is refused and was not read. */
  async #literal(line: Buffer, marker: LiteralMarker): Promise<boolean> {
    const { member } = this.#session;
    const use = this.#useOf(line, marker);
    try {
      if (use === 'string') this.#checkString(marker, member === null);
      else await this.#checkUpload(marker, use);
    } catch (error) {
      this.refusal = error;
      return false;
    }
    if (marker.sync) {
      this.#session.out.continuation('go on');
      await this.#session.flush();
    }
    if (use === 'message') await this.#message(marker);
    else if (use === 'piece' && !this.#holds(marker)) await this.#piece(marker);
    else {
      const bytes = await this.#session.reader.readExact(marker.size);
      this.parts.push({ kind: 'literal', bytes, binary: marker.binary });
    }
    return true;
  }

  #useOf(line: Buffer, marker: LiteralMarker): LiteralUse {
    if (this.#session.member === null) return 'string';
    if (this.parts.length === 1) this.#uses = AppendLiterals.of(line);
    const use = this.#uses?.next(line, marker.start) ?? 'string';
    // An empty message is refused by the command, which knows why.
    return marker.size === 0 ? 'string' : use;
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

  /** Whether a piece is small enough to stay in memory; counts it if so. */
  #holds({ size }: LiteralMarker): boolean {
    const isSmall =
      size <= wireLimits.literalBytesMax && this.#literalBytes + size <= wireLimits.commandLiteralsBytesMax;
    if (isSmall) this.#literalBytes += size;
    return isSmall;
  }

  /** Whatever is known to fail is refused before the client uploads. RFC 9051 §6.3.12, RFC 7889 §4. */
  async #checkUpload(marker: LiteralMarker, use: LiteralUse): Promise<void> {
    const { limits, mail } = this.#session;
    this.#piecesBytes = use === 'piece' ? this.#piecesBytes + marker.size : 0;
    if (Math.max(marker.size, this.#piecesBytes) > limits.appendBytesMax) {
      throw new Refusal(`a message may hold ${limits.appendBytesMax} octets`, 'TOOBIG');
    }
    if (use === 'message' && ++this.#messages > limits.appendMessagesMax) {
      throw new Refusal(`one APPEND may bring ${limits.appendMessagesMax} messages`, 'LIMIT');
    }
    if (++this.#literals > wireLimits.commandLiteralsMax) {
      throw new Refusal('the literals of this command are too many', 'TOOBIG', 'BAD');
    }
    this.#uploadBytes += marker.size;
    const target = this.#target();
    if (target === null) return;
    const { account }: Place = await tryCreate(locate(this.#session, target.name, 'i'));
    const { used, limit } = await mail.quota(account);
    // What REPLACE frees is for the store to count (RFC 8508 §3.4).
    const more = target.replaces ? 0 : this.#uploadBytes;
    if (limit !== null && used + more > limit) throw new Refusal('the mailbox is full', 'OVERQUOTA');
  }

  /** Where the messages go. Null where the line does not parse; the command will say so when it does. */
  #target(): { readonly name: string; readonly replaces: boolean } | null {
    // The literal to come is cut off, so that what stands before it is a whole command of its own.
    const before = this.parts.slice(0, -1);
    const last = this.parts.at(-1);
    if (last?.kind !== 'text') return null;
    const start = literalAtEnd(last.bytes)?.start ?? last.bytes.length;
    const text: CommandPart = { kind: 'text', bytes: last.bytes.subarray(0, start) };
    try {
      const decoder = new Decoder([...before, text], { utf8: this.#session.utf8 });
      decoder.tag();
      decoder.sp();
      if (decoder.tryKeyword('UID')) decoder.sp();
      const replaces = decoder.keyword() === 'REPLACE';
      decoder.sp();
      if (replaces) {
        decoder.sequenceSet();
        decoder.sp();
      }
      return { name: decoder.mailbox(), replaces };
    } catch (error) {
      if (error instanceof SyntaxFault) return null;
      throw error;
    }
  }

  #message({ size, binary }: LiteralMarker): Promise<void> {
    return this.#store(size, binary, (data) => stageMessage(this.#session, data, size));
  }

  #piece({ size, binary }: LiteralMarker): Promise<void> {
    const { mail } = this.#session;
    return this.#store(size, binary, async (data) => new Piece(await mail.hold(data, size)));
  }

  async #store(
    size: number,
    binary: boolean,
    put: (data: Buffer | AsyncIterable<Buffer>) => Promise<Staged | Piece>,
  ): Promise<void> {
    const { reader, limits } = this.#session;
    if (size <= limits.appendBufferedBytesMax) {
      const bytes = await reader.readExact(size);
      return this.#putMeanwhile(put(bytes), size, binary);
    }
    const chunks = this.#progressing(reader.readChunks(size));
    await this.#put(() => put(chunks), size, binary);
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

  /** Many small messages become durable together: the next is read while this one is written. */
  async #putMeanwhile(putting: Promise<Staged | Piece>, size: number, binary: boolean): Promise<void> {
    const at = this.parts.push({ kind: 'spooled', size, binary, handle: null }) - 1;
    const settled = putting.then(
      (handle) => {
        this.parts[at] = { kind: 'spooled', size, binary, handle };
      },
      (error: unknown) => {
        this.refusal ??= error;
      },
    );
    this.#underWay.push(settled);
    this.#underWayBytes += size;
    if (this.#underWayBytes > this.#session.limits.appendUnderWayBytesMax) await this.#settle();
  }

  /** What was begun is done, or has failed. */
  async #settle(): Promise<void> {
    const underWay = this.#underWay.splice(0);
    this.#underWayBytes = 0;
    await Promise.all(underWay);
  }

  async #put(put: () => Promise<Staged | Piece>, size: number, binary: boolean): Promise<void> {
    try {
      this.parts.push({ kind: 'spooled', size, binary, handle: await put() });
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

import type { Readable } from 'node:stream';
import { ByteQueue } from './byte-queue.ts';
import { readAheadBytesMax } from './limits.ts';
import type { StreamReader } from './octet-reader.ts';

export type LineFaultCode = 'line-too-long' | 'bare-cr' | 'bare-lf' | 'ended';

/** What a client did wrong with its lines, or that it is gone in the middle of something it had announced. */
export class LineFault extends Error {
  override readonly name = 'LineFault';
  readonly code: LineFaultCode;

  constructor(code: LineFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface LineReaderOptions {
  /** `crlf` refuses a bare CR or LF inside or at the end of a line; `lenient` ends lines at LF, with or without CR. */
  readonly lineEnding: 'crlf' | 'lenient';
  readonly readAheadBytesMax?: number;
}

const lf = 0x0a;
const cr = 0x0d;

/**
 * Lines and counted bytes from a stream, in order, one reading at a time. What is not asked for stays in the stream:
 * the reader stops it after `readAheadBytesMax`. Buffers may share memory with the packet they came in; copy what
 * you keep for long.
 */
export class LineReader implements StreamReader {
  readonly #queue = new ByteQueue();
  readonly #options: LineReaderOptions;
  readonly #readAhead: number;
  #stream: Readable | null = null;
  #waiting: (() => void) | null = null;
  #ended = false;
  #reading = false;
  // Bytes of an abandoned literal, and the rest of a refused line, are dropped before anything else is read.
  #skipBytes = 0;
  #skipLine = false;

  constructor(options: LineReaderOptions, stream?: Readable) {
    this.#options = options;
    this.#readAhead = options.readAheadBytesMax ?? readAheadBytesMax;
    if (stream !== undefined) this.attach(stream);
  }

  /** Bytes received and not yet read. */
  get bufferedBytes(): number {
    return this.#queue.length;
  }

  /** True once the stream has ended and everything was read. */
  get ended(): boolean {
    return this.#ended && this.#queue.length === 0;
  }

  /** The line without its ending where it is buffered whole, else undefined. Throws LineFault like `readLine`. */
  tryReadLine(options: { readonly bytesMax: number }): Buffer | undefined {
    if (!this.#skipped()) return undefined;
    const found = this.#queue.indexOf(lf);
    if (found < 0) {
      // The CR of a line that just fits may be here already.
      if (this.#queue.length > options.bytesMax + 1) this.#refuseLine(options.bytesMax);
      return undefined;
    }
    if (found > options.bytesMax + 1) this.#refuseLine(options.bytesMax);
    const line = this.#queue.take(found + 1);
    const ending = line.length > 1 && line[line.length - 2] === cr ? 2 : 1;
    const text = line.subarray(0, line.length - ending);
    if (text.length > options.bytesMax) throw tooLong(options.bytesMax);
    if (this.#options.lineEnding === 'crlf') {
      if (ending === 1) throw new LineFault('bare-lf', 'a line ends in LF without CR');
      if (text.includes(cr)) throw new LineFault('bare-cr', 'a line holds CR without LF');
    }
    return text;
  }

  /** The next line without its ending; null once the stream has ended, even in the middle of a line. */
  async readLine(options: { readonly bytesMax: number }): Promise<Buffer | null> {
    return this.#exclusively(async () => {
      for (;;) {
        const line = this.tryReadLine(options);
        if (line !== undefined) return line;
        if (this.#ended) return null;
        await this.#more();
      }
    });
  }

  /** Resolves when something is there to be read, or nothing will come any more. */
  async ready(): Promise<void> {
    await this.#exclusively(async () => {
      while (this.#queue.length === 0 && !this.#ended) await this.#more();
    });
  }

  /** Exactly `count` bytes in one buffer; check `count` against a limit first. Memory grows with what arrives only. */
  async readExact(count: number): Promise<Buffer> {
    return this.#exclusively(async () => {
      while (!this.#skipped() || this.#queue.length < count) {
        if (this.#ended) throw endedEarly();
        await this.#more();
      }
      return this.#queue.take(count);
    });
  }

  /** Exactly `count` bytes as they arrive. Leaving the loop early drops the rest: it can never be read as a line. */
  async *readChunks(count: number): AsyncGenerator<Buffer, void, undefined> {
    let left = count;
    this.#begin();
    try {
      while (left > 0) {
        while (!this.#skipped() || this.#queue.length === 0) {
          if (this.#ended) throw endedEarly();
          await this.#more();
        }
        const chunk = this.#queue.takeSome(left);
        left -= chunk.length;
        yield chunk;
      }
    } finally {
      this.#reading = false;
      this.#skipBytes += left;
    }
  }

  /** Forgets what was received and not read (THREATS 2: nothing said before TLS counts after it). Answers how much. */
  discardBuffered(): number {
    const count = this.#queue.length;
    this.#queue.clear();
    this.#skipBytes = 0;
    this.#skipLine = false;
    return count;
  }

  /** What was received and not read, given up by this reader: it belongs to a layer below. */
  takeBuffered(): Buffer {
    return this.#queue.take(this.#queue.length);
  }

  /** Bytes from elsewhere than a stream. */
  push(chunk: Buffer): void {
    if (this.#ended) return;
    this.#queue.push(chunk);
    this.#wake();
  }

  /** No more bytes will come; what waits for them is told. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  attach(stream: Readable): void {
    this.detach();
    this.#stream = stream;
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onEnd);
    if (stream.destroyed || stream.readableEnded) this.end();
  }

  /** Lets go of the stream, leaving it stopped. */
  detach(): void {
    const stream = this.#stream;
    if (stream === null) return;
    this.#stream = null;
    stream.off('data', this.#onData);
    stream.off('end', this.#onEnd);
    stream.off('close', this.#onEnd);
    stream.pause();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.push(chunk);
    if (this.#waiting === null && this.#queue.length >= this.#readAhead) this.#stream?.pause();
  };

  readonly #onEnd = (): void => this.end();

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#stream?.resume();
    });
  }

  #begin(): void {
    if (this.#reading) throw new Error('a line reader serves one reading at a time');
    this.#reading = true;
  }

  async #exclusively<T>(read: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await read();
    } finally {
      this.#reading = false;
    }
  }

  /** Drops what is to be dropped; false while some of it has not arrived. */
  #skipped(): boolean {
    if (this.#skipBytes > 0) this.#skipBytes -= this.#queue.drop(this.#skipBytes);
    if (this.#skipLine && this.#skipBytes === 0) {
      const found = this.#queue.indexOf(lf);
      this.#queue.drop(found < 0 ? this.#queue.length : found + 1);
      this.#skipLine = found < 0;
    }
    return this.#skipBytes === 0 && !this.#skipLine;
  }

  #refuseLine(bytesMax: number): never {
    this.#skipLine = true;
    this.#skipped();
    throw tooLong(bytesMax);
  }
}

function tooLong(bytesMax: number): LineFault {
  return new LineFault('line-too-long', `a line is longer than ${bytesMax} bytes`);
}

function endedEarly(): LineFault {
  return new LineFault('ended', 'the connection ended inside announced bytes');
}

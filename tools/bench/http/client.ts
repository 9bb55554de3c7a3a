/** An HTTP client that costs little beside what it measures: requests as bytes, one connection, one request at a time. */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Of the body as it came, chunks and all. */
  readonly bytes: number;
  /** The body, where it was to be kept. */
  readonly text: string;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** Reads one answer from what comes. */
class Reading {
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  #left = -1;
  #tail: Buffer = Buffer.alloc(0);
  #bytes = 0;
  readonly #kept: Buffer[] = [];
  readonly #keep: boolean;

  constructor(keep: boolean) {
    this.#keep = keep;
  }

  /** The answer once it is whole. */
  take(piece: Buffer): Answer | null {
    if (this.#status > 0) return this.#body(piece);
    this.#head = this.#head.length === 0 ? piece : Buffer.concat([this.#head, piece]);
    const at = this.#head.indexOf(headEnd);
    if (at < 0) return null;
    const head = this.#head.toString('latin1', 0, at);
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const empty = this.#status === 204 || this.#status === 304;
    this.#left = empty ? 0 : length === undefined ? Number.POSITIVE_INFINITY : Number(length);
    if (this.#left === Number.POSITIVE_INFINITY && !/\r\ntransfer-encoding: *chunked/i.test(head))
      this.#left = 0;
    return this.#body(this.#head.subarray(at + headEnd.length));
  }

  #body(piece: Buffer): Answer | null {
    this.#bytes += piece.length;
    if (this.#keep) this.#kept.push(piece);
    if (Number.isFinite(this.#left)) return this.#bytes >= this.#left ? this.#whole() : null;
    this.#tail = Buffer.concat([this.#tail, piece]).subarray(-lastChunk.length);
    return this.#tail.equals(lastChunk) ? this.#whole() : null;
  }

  #whole(): Answer {
    return { status: this.#status, bytes: this.#bytes, text: Buffer.concat(this.#kept).toString() };
  }
}

export interface Line {
  ask(head: string, body?: Buffer | AsyncIterable<Buffer>, keep?: boolean): Promise<Answer>;
  close(): void;
}

/** A connection that stays open. */
export async function openLine(port: number): Promise<Line> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  let reading: Reading | null = null;
  let settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  socket.on('data', (piece: Buffer) => {
    const answer = reading?.take(piece);
    if (answer) settle?.resolve(answer);
  });
  const broken = (error?: Error) => settle?.reject(error ?? new Error('the server hung up'));
  socket.on('error', broken);
  socket.on('close', () => broken());
  return {
    async ask(head, body, keep = false) {
      reading = new Reading(keep);
      const answered = new Promise<Answer>((resolve, reject) => {
        settle = { resolve, reject };
      });
      if (Buffer.isBuffer(body)) socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
      else socket.write(head, 'latin1');
      if (body !== undefined && !Buffer.isBuffer(body)) {
        for await (const piece of body)
          if (!socket.write(piece))
            await new Promise<void>((resolve) => socket.once('drain', () => resolve()));
      }
      return answered;
    },
    close: () => socket.destroy(),
  };
}

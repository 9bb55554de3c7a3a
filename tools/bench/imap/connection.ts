import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const patienceMs = 60_000;

/** Where a server listens, as the client's process is told. */
export interface Door {
  readonly port: number;
  /** PEM of what to trust; null speaks in the clear. */
  readonly ca: string | null;
}

/**
 * One IMAP connection that looks for nothing but the end of each answer, so that what is measured is the server. Text of
 * answers is kept only where it is asked for.
 */
export class Connection {
  #socket: Socket;
  #tags = 0;
  /** The end of what came, as far as a searched word may have begun there. */
  #tail: Buffer = Buffer.from('\n');
  #wanted: { word: Buffer; found(line: string): void; failed(error: Error): void } | null = null;
  #kept: Buffer[] | null = null;
  #error: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the server closed')));
  }

  /** Connects and hears the greeting. */
  static async open({ port, ca }: Door): Promise<Connection> {
    const host = '127.0.0.1';
    const socket =
      ca === null ? connectTcp({ host, port }) : connectTls({ host, port, ca, servername: 'localhost' });
    const connection = new Connection(socket);
    await connection.hear('\n* OK');
    return connection;
  }

  /** Sends one command; resolves at its tagged answer, which must be OK. */
  async command(text: string | Buffer): Promise<void> {
    const tag = `q${++this.#tags}z`;
    const heard = this.hear(`\n${tag} `);
    if (typeof text === 'string') this.#socket.write(`${tag} ${text}\r\n`, 'latin1');
    else this.#socket.write(Buffer.concat([Buffer.from(`${tag} `), text, Buffer.from('\r\n')]));
    const line = await heard;
    if (!line.startsWith(`${tag} OK`)) throw new Refused(`${String(text).slice(0, 80)}: ${line.trim()}`);
  }

  /** As `command`; answers what was said before the tagged line and in it. */
  async ask(text: string): Promise<string> {
    this.#kept = [];
    try {
      await this.command(text);
      return Buffer.concat(this.#kept ?? []).toString('latin1');
    } finally {
      this.#kept = null;
    }
  }

  /** Resolves with the line that begins with `word`, once it has come; one at a time. */
  hear(word: string): Promise<string> {
    if (this.#error) return Promise.reject(this.#error);
    // What came before is no answer to this.
    this.#tail = lastBytes(this.#tail, 1);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#end(new Error(`no ${JSON.stringify(word)} came`)), patienceMs);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(late);
          settle(value);
        };
      this.#wanted = {
        word: Buffer.from(word, 'latin1'),
        found: settled(resolve),
        failed: settled(reject),
      };
    });
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** LOGOUT, and waits for the end as a client that is in no hurry. */
  async logout(): Promise<void> {
    await this.command('LOGOUT');
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#kept?.push(chunk);
    const wanted = this.#wanted;
    if (!wanted) {
      this.#tail = lastOf(this.#tail, chunk, 64);
      return;
    }
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, 256)]);
    let [text, at]: [Buffer, number] = [seam, seam.indexOf(wanted.word)];
    if (at < 0) [text, at] = [chunk, chunk.indexOf(wanted.word)];
    else text = Buffer.concat([this.#tail, chunk]);
    const end = at < 0 ? -1 : text.indexOf('\n', at + wanted.word.length);
    // A line that has begun and not ended is searched again with what follows.
    if (at >= 0 && end < 0) this.#tail = Buffer.from(text.subarray(at));
    else this.#tail = lastOf(this.#tail, chunk, 64);
    if (end < 0) return;
    this.#wanted = null;
    wanted.found(text.subarray(at + 1, end).toString('latin1'));
  }

  #end(error: Error): void {
    this.#error ??= error;
    const wanted = this.#wanted;
    this.#wanted = null;
    wanted?.failed(error);
  }
}

/** An answer of NO or BAD. */
export class Refused extends Error {}

function lastOf(tail: Buffer, chunk: Buffer, bytes: number): Buffer {
  if (chunk.length >= bytes) return Buffer.from(chunk.subarray(chunk.length - bytes));
  return lastBytes(Buffer.concat([tail, chunk]), bytes);
}

const lastBytes = (bytes: Buffer, count: number) => bytes.subarray(Math.max(0, bytes.length - count));

import { createHash } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** What a test speaks through: bytes as they are on the wire, read as they come. */
export interface TestSocket {
  /** True while TLS is on. */
  readonly secure: boolean;
  send(bytes: Uint8Array | string): Promise<void>;
  /** The next line without CRLF, or null once the other side has closed. */
  readLine(): Promise<Buffer | null>;
  /** Exactly `count` bytes; throws where the other side closes before. */
  readExactly(count: number): Promise<Buffer>;
  /** Everything until the other side closes. */
  rest(): Promise<Buffer>;
  /** Bytes that have come and were not read; does not wait. */
  unread(): Buffer;
  /** Resolves true when a byte comes or the other side closes within `quietMs`, else false. */
  hears(quietMs: number): Promise<boolean>;
  startTls(): Promise<void>;
  /** DEFLATE both ways from here on (RFC 4978). */
  compress(): void;
  /** What a client may bind a login to (RFC 9266, RFC 5929 §4 with SHA-256); null without TLS. */
  bindings(): Readonly<Record<'tls-exporter' | 'tls-server-end-point', Buffer>> | null;
  /** Reads nothing more; what the other side sends waits in the kernel. */
  pause(): void;
  /** Ends our half, and reads on. */
  finish(): void;
  close(): Promise<void>;
}

export interface SocketOptions {
  host?: string;
  port: number;
  /** The address to come from: every 127.x.y.z is this machine and a client of its own. */
  localAddress?: string;
  /** Given: TLS from the first byte on, or after `startTls`. The test CA, or `rejectUnauthorized: false`. */
  tls?: ConnectionOptions;
  implicitTls?: boolean;
  /** How long a read waits before it fails; a test that meets it has failed. */
  patienceMs?: number;
}

/** Connects over real TCP. Text is sent as UTF-8. */
export async function connectSocket(options: SocketOptions): Promise<TestSocket> {
  const {
    host = '127.0.0.1',
    port,
    localAddress,
    tls = {},
    implicitTls = false,
    patienceMs = 10_000,
  } = options;
  const from = localAddress === undefined ? {} : { localAddress };
  const reader = new Reader(patienceMs);
  let socket: Socket = await opened(
    connectTcp({ host, port, noDelay: true, ...from }),
    'connect',
    patienceMs,
  );
  const secureSocket = () =>
    opened(connectTls({ servername: 'localhost', ...tls, socket }), 'secureConnect', patienceMs);
  if (implicitTls) socket = await secureSocket();
  reader.attach(socket);
  let secure = implicitTls;
  let sink: Writable | null = null;
  return {
    get secure() {
      return secure;
    },
    send: (bytes) =>
      new Promise((resolve, reject) =>
        (sink ?? socket).write(bytes, (error) => (error ? reject(error) : resolve())),
      ),
    readLine: () => reader.readLine(),
    readExactly: (count) => reader.readExactly(count),
    rest: () => reader.rest(),
    unread: () => reader.buffered,
    hears: (quietMs) => reader.hears(quietMs),
    async startTls() {
      reader.detach(socket);
      socket = await secureSocket();
      secure = true;
      reader.attach(socket);
    },
    compress() {
      reader.detach(socket);
      const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
      inflate.write(reader.take());
      reader.attach(socket.pipe(inflate));
      const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
      deflate.pipe(socket);
      sink = deflate;
    },
    bindings() {
      if (!(socket instanceof TLSSocket)) return null;
      return {
        'tls-exporter': socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
        'tls-server-end-point': createHash('sha256').update(socket.getPeerCertificate().raw).digest(),
      };
    },
    pause: () => void socket.pause(),
    finish: () => void socket.end(),
    async close() {
      if (socket.destroyed) return;
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.destroy();
      await closed;
    },
  };
}

function opened<T extends Socket>(socket: T, event: string, patienceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => fail(new Error(`no ${event} within ${patienceMs} ms`)), patienceMs);
    const fail = (error: Error) => {
      clearTimeout(late);
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once(event, () => {
      clearTimeout(late);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

class Reader {
  buffered: Buffer = Buffer.alloc(0);
  readonly #patienceMs: number;
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #onData = (chunk: Buffer) => {
    this.buffered = Buffer.concat([this.buffered, chunk]);
    this.#wake?.();
  };
  readonly #onEnd = () => {
    this.#ended = true;
    this.#wake?.();
  };
  readonly #onError = () => this.#onEnd();

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  attach(stream: Readable): void {
    stream
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('close', this.#onEnd)
      .on('error', this.#onError);
  }

  detach(socket: Socket): void {
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd).pause();
  }

  take(): Buffer {
    const bytes = this.buffered;
    this.buffered = Buffer.alloc(0);
    return bytes;
  }

  async readLine(): Promise<Buffer | null> {
    for (;;) {
      const end = this.buffered.indexOf('\r\n');
      if (end !== -1) {
        const line = this.buffered.subarray(0, end);
        this.buffered = this.buffered.subarray(end + 2);
        return line;
      }
      if (this.#ended && this.buffered.length > 0)
        throw new Error(`closed inside the line ${show(this.buffered)}`);
      if (this.#ended) return null;
      await this.#more('a line');
    }
  }

  async readExactly(count: number): Promise<Buffer> {
    while (this.buffered.length < count) {
      if (this.#ended) throw new Error(`closed ${this.buffered.length} bytes into ${count}`);
      await this.#more(`${count} bytes`);
    }
    const bytes = this.buffered.subarray(0, count);
    this.buffered = this.buffered.subarray(count);
    return bytes;
  }

  async rest(): Promise<Buffer> {
    while (!this.#ended) await this.#more('the end');
    return this.take();
  }

  async hears(quietMs: number): Promise<boolean> {
    if (this.buffered.length === 0 && !this.#ended) await this.#wait(quietMs);
    return this.buffered.length > 0 || this.#ended;
  }

  async #more(what: string): Promise<void> {
    if (await this.#wait(this.#patienceMs)) return;
    const held = this.buffered.length > 0 ? `; came so far: ${show(this.buffered)}` : '';
    throw new Error(`${what} did not come within ${this.#patienceMs} ms${held}`);
  }

  #wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), ms);
      const done = (heard: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(heard);
      };
      this.#wake = () => done(true);
    });
  }
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 200).toString());
}

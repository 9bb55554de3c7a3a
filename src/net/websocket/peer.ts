import type { RawData, WebSocket } from 'ws';
import type { Log } from '../../observability/index.ts';
import type { Connection } from '../connection.ts';

/** One client that speaks WebSocket. Its limits and its end are those of the connection. */
export interface WebSocketPeer {
  readonly connection: Connection;
  /** The subprotocol that both agreed on. */
  readonly protocol: string;
  /** Resolves with the reason once the socket is gone; never rejects. */
  readonly closed: Promise<string>;
  /** Who reads, one message after the other; what came before waits for it. A reader that throws ends the connection. */
  onMessage(reader: (text: string) => void): void;
  /** Called for each answer to a `ping`. */
  onPong(heard: () => void): void;
  /** One text message, `Connection.write` in all else. UTF-8 where it is a buffer, which is not to be changed afterwards. */
  send(message: string | Buffer): boolean;
  /** Resolves when the client has taken enough, or is gone. */
  drain(): Promise<void>;
  /** Asks for a sign of life (RFC 6455 §5.5.2). */
  ping(): void;
  /** No message is told until `resume`, and the client is made to wait. */
  pause(): void;
  /** Tells nothing by itself: the next message comes with another turn. */
  resume(): void;
  /** Says why (RFC 6455 §7.4.1; at most 123 octets) and ends; what the client still says is dropped. */
  close(code: number, reason?: string): void;
}

// RFC 6455 §7.4.1
const unsupportedData = 1003;
const internalError = 1011;

const asText = { binary: false, fin: true } as const;
const noBytes = Buffer.alloc(0);

export class Peer implements WebSocketPeer {
  readonly connection: Connection;
  readonly #socket: WebSocket;
  readonly #log: Log;
  #reader: ((text: string) => void) | null = null;
  #heard: (() => void) | null = null;
  /** Messages that were read with the last packet while there was nobody to tell them. */
  #held: string[] = [];
  #paused = false;
  #closing = false;

  constructor(socket: WebSocket, connection: Connection, log: Log) {
    this.#socket = socket;
    this.connection = connection;
    this.#log = log;
    socket.on('message', this.#onMessage);
    socket.on('ping', this.#onPing);
    socket.on('pong', this.#onPong);
    socket.on('error', this.#onError);
    socket.pause();
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get closed(): Promise<string> {
    return this.connection.closed;
  }

  onMessage(reader: (text: string) => void): void {
    this.#reader = reader;
    if (!this.#paused) this.resume();
  }

  onPong(heard: () => void): void {
    this.#heard = heard;
  }

  send(message: string | Buffer): boolean {
    if (this.#closing) return false;
    return this.connection.writing(() => this.#socket.send(message, asText));
  }

  drain(): Promise<void> {
    return this.connection.drain();
  }

  ping(): void {
    if (!this.#closing) this.connection.writing(() => this.#socket.ping(noBytes, false));
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#held.length > 0) process.nextTick(this.#tellHeld);
    else if (this.#listening) this.#socket.resume();
  }

  readonly #tellHeld = (): void => {
    while (this.#held.length > 0 && this.#listening) this.#tell(this.#held.shift() ?? '');
    if (this.#listening) this.#socket.resume();
  };

  close(code: number, reason = ''): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#held = [];
    this.#socket.resume();
    this.#socket.close(code, reason);
    this.connection.close();
  }

  get #listening(): boolean {
    return this.#reader !== null && !this.#paused && !this.#closing;
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    if (this.#closing) return;
    if (isBinary) {
      this.close(unsupportedData, 'text only');
      return;
    }
    // A server's socket gives buffers, unless it is told otherwise.
    const text = (data as Buffer).toString();
    if (this.#listening && this.#held.length === 0) this.#tell(text);
    else this.#held.push(text);
  };

  #tell(text: string): void {
    try {
      this.#reader?.(text);
    } catch (error) {
      this.#log.error('websocket reader failed', { connection: this.connection.id, error });
      this.close(internalError);
    }
  }

  // Through the connection: who pings and does not read is cut off like everybody.
  readonly #onPing = (data: Buffer): void => {
    if (!this.#closing) this.connection.writing(() => this.#socket.pong(data, false));
  };

  readonly #onPong = (): void => this.#heard?.();

  /** What RFC 6455 forbids, and messages above the limit; the Close frame that says so is on its way already. */
  readonly #onError = (error: Error & { readonly code?: string }): void => {
    this.#log.debug('websocket failed', { connection: this.connection.id, code: error.code ?? error.name });
    this.#closing = true;
    this.#held = [];
    this.connection.close();
  };
}

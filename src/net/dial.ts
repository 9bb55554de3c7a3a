import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { TlsFailure } from './connection.ts';

export interface DialOptions {
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
  /** `implicit` shakes hands at once and verifies the certificate for `host`. */
  readonly tls: 'none' | 'implicit';
  /** For connecting, and again for each handshake. */
  readonly timeoutMs: number;
}

/** A connection we opened. Errors end the stream; who uses it sees `close`. */
export interface Outgoing {
  /** The current socket: another one after `startTls`. */
  readonly stream: Duplex;
  readonly secure: boolean;
  /** Bytes received and unread are dropped. `verify`: the certificate must be valid for the host. */
  startTls(options: { readonly verify: boolean }): Promise<void>;
  destroy(): void;
}

export type Dial = (options: DialOptions) => Promise<Outgoing>;

/** Makes `dial`; `authority` (PEM) is trusted in place of the system's roots. */
export function createDial(trust: { readonly authority?: string } = {}): Dial {
  return async (options) => {
    const raw = await connected(options);
    const outgoing = new TcpOutgoing(raw, options, trust.authority);
    if (options.tls === 'implicit') await outgoing.startTls({ verify: true });
    return outgoing;
  };
}

class TcpOutgoing implements Outgoing {
  stream: Socket;
  secure = false;
  readonly #raw: Socket;
  readonly #options: DialOptions;
  readonly #authority: string | undefined;

  constructor(raw: Socket, options: DialOptions, authority: string | undefined) {
    this.#raw = raw;
    this.stream = raw;
    this.#options = options;
    this.#authority = authority;
  }

  async startTls({ verify }: { readonly verify: boolean }): Promise<void> {
    if (this.secure) throw new Error('TLS was started already');
    this.#raw.pause();
    while (this.#raw.read() !== null);
    const { host, timeoutMs } = this.#options;
    const options: ConnectionOptions = { socket: this.#raw, rejectUnauthorized: verify };
    if (isIP(host) === 0) options.servername = host;
    else options.host = host;
    if (this.#authority !== undefined) options.ca = this.#authority;
    const tls = connectTls(options);
    this.stream = tls;
    try {
      await settled(tls, 'secureConnect', timeoutMs);
      this.secure = true;
    } catch (error) {
      this.destroy();
      throw new TlsFailure(codeOf(error));
    }
  }

  destroy(): void {
    this.stream.destroy();
    this.#raw.destroy();
  }
}

async function connected({ host, port, timeoutMs }: DialOptions): Promise<Socket> {
  const socket = connectTcp({ host, port });
  socket.setNoDelay(true);
  try {
    await settled(socket, 'connect', timeoutMs);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Waits for the event. An error listener stays: an error after that ends the stream and must not end the process. */
function settled(socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timed out')), timeoutMs);
    const done = (finish: () => void) => {
      clearTimeout(timer);
      finish();
    };
    socket.once(event, () => done(resolve));
    socket.once('close', () => done(() => reject(new Error('closed'))));
    socket.on('error', (error) => done(() => reject(error)));
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'closed';
}

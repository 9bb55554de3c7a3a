import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { TlsFailure } from './connection.ts';
import { dialShareMs } from './limits.ts';
import { type TlsPeer, tlsPeerOf } from './tls/index.ts';

export interface DialOptions {
  /** Name or IP address: what TLS is for, and where to connect unless there are `addresses`. */
  readonly host: string;
  /** Tried in turn, each with its share of the time, so that the last has some left. Empty: there is nowhere to go. */
  readonly addresses?: readonly string[];
  readonly port: number;
  /** `implicit` shakes hands at once and verifies the certificate for `host`. */
  readonly tls: 'none' | 'implicit';
  /** For connecting, and again for each handshake. */
  readonly timeoutMs: number;
  /** Aborted: connecting is given up. */
  readonly signal?: AbortSignal;
}

/** A connection we opened. Errors end the stream; who uses it sees `close`. */
export interface Outgoing {
  /** The current socket: another one after `startTls`. */
  readonly stream: Duplex;
  /** The address that answered. */
  readonly address: string;
  readonly secure: boolean;
  /** What the server showed in the handshake; null without TLS. */
  readonly peer: TlsPeer | null;
  /**
   * Bytes received and unread are dropped. TLS 1.2 at least. `verify`: the certificate must be valid for the host;
   * without it, `peer` tells what was shown and nothing was checked.
   */
  startTls(options: { readonly verify: boolean }): Promise<void>;
  destroy(): void;
}

/** Rejects with Error where nobody answers, with TlsFailure where the handshake fails. */
export type Dial = (options: DialOptions) => Promise<Outgoing>;

/** Makes `dial`; `authority` (PEM) is trusted in place of the system's roots. */
export function createDial(trust: { readonly authority?: string } = {}): Dial {
  return async (options) => {
    const raw = await firstThatAnswers(options);
    const outgoing = new TcpOutgoing(raw, options, trust.authority);
    if (options.tls === 'implicit') await outgoing.startTls({ verify: true });
    return outgoing;
  };
}

class TcpOutgoing implements Outgoing {
  stream: Socket;
  readonly address: string;
  secure = false;
  readonly #raw: Socket;
  readonly #options: DialOptions;
  readonly #authority: string | undefined;

  constructor(raw: Socket, options: DialOptions, authority: string | undefined) {
    this.#raw = raw;
    this.stream = raw;
    this.address = raw.remoteAddress ?? options.host;
    this.#options = options;
    this.#authority = authority;
  }

  get peer(): TlsPeer | null {
    return tlsPeerOf(this.stream);
  }

  async startTls({ verify }: { readonly verify: boolean }): Promise<void> {
    if (this.secure) throw new Error('TLS was started already');
    this.#raw.pause();
    while (this.#raw.read() !== null);
    const { host, timeoutMs } = this.#options;
    const options: ConnectionOptions = {
      socket: this.#raw,
      rejectUnauthorized: verify,
      minVersion: 'TLSv1.2',
    };
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

async function firstThatAnswers(options: DialOptions): Promise<Socket> {
  const { host, addresses, port, timeoutMs, signal } = options;
  if (addresses === undefined) return connected(host, port, timeoutMs, signal);
  let left = timeoutMs;
  let failure: unknown = new Error(`${host} has no address`);
  for (const [index, address] of addresses.entries()) {
    const share = Math.min(left, Math.max(dialShareMs, Math.floor(left / (addresses.length - index))));
    if (share <= 0 || signal?.aborted) break;
    try {
      return await connected(address, port, share, signal);
    } catch (error) {
      failure = error;
      // Who refuses at once has cost nothing; who says nothing has cost its share.
      if (error instanceof Error && error.message === timedOut) left -= share;
    }
  }
  throw failure;
}

async function connected(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  if (signal?.aborted) throw new Error('given up');
  const socket = connectTcp({ host, port });
  const giveUp = () => void socket.destroy();
  signal?.addEventListener('abort', giveUp);
  socket.setNoDelay(true);
  try {
    await settled(socket, 'connect', timeoutMs);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

const timedOut = 'timed out';

/** Waits for the event. An error listener stays: an error after that ends the stream and must not end the process. */
function settled(socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(timedOut)), timeoutMs);
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

import { connect, type Socket } from 'node:net';
import { messageOf } from '../base/index.ts';
import type { TapProtocol } from '../observability/index.ts';
import type { Connection } from './connection.ts';
import { dialStaggerMs, dialTargetsMax } from './limits.ts';
import { drainAll, type ListenerParts } from './listener.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { ClientSide } from './tls/index.ts';

/** One address that a service may be reached at. */
export interface DialTarget {
  /** Told in failures alone: TLS is for the domain. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** `starttls`: in clear until `Connection.startTls`. */
  readonly tls: 'starttls' | 'implicit';
  /** Offered in an implicit handshake (RFC 7301). */
  readonly alpn?: string;
}

export interface OutgoingOptions extends ClientSide {
  /** `xmpp-server-out`: names these connections in logs and metrics, as the name of a listener does. */
  readonly name: string;
  /** Tried in this order, each a moment after the one before (RFC 8305 §5); the first that answers is taken. */
  readonly targets: readonly DialTarget[];
  /** For all of it, an implicit handshake included. */
  readonly timeoutMs: number;
  /** Aborted: connecting is given up. */
  readonly signal?: AbortSignal;
  readonly tap?: TapProtocol;
}

/** No target answered. The message names each and what it did. */
export class DialFailure extends Error {
  override readonly name = 'DialFailure';
  /** What each target did, by OpenSSL's or the system's code. */
  readonly attempts: readonly { readonly target: DialTarget; readonly code: string }[];

  constructor(domain: string, attempts: DialFailure['attempts'], otherwise: string) {
    const each = attempts.map(
      ({ target: { host, address, port }, code }) => `${host} [${address}]:${port} ${code}`,
    );
    super(`no server of ${domain} was reached: ${each.join(', ') || otherwise}`);
    this.attempts = attempts;
  }
}

type PartsOf = (options: OutgoingOptions, target: DialTarget) => ListenerParts;

/** Connections that we opened; counted, swept and drained as those that listeners accept. */
export class Outgoing {
  readonly #connections = new Set<TcpConnection>();
  readonly #stop = new AbortController();
  readonly #partsOf: PartsOf;

  constructor(partsOf: PartsOf) {
    this.#partsOf = partsOf;
  }

  /** Rejects with DialFailure. */
  async dial(options: OutgoingOptions): Promise<Connection> {
    const { signal, timeoutMs, domain } = options;
    const limit = AbortSignal.timeout(timeoutMs);
    const over = AbortSignal.any([limit, this.#stop.signal, ...(signal ? [signal] : [])]);
    const failed = new Map<DialTarget, string>();
    const attempts = () => [...failed].map(([target, code]) => ({ target, code }));
    const targets = options.targets.slice(0, dialTargetsMax);
    while (!over.aborted) {
      const left = targets.filter((target) => !failed.has(target));
      const open = (socket: Socket, target: DialTarget) => this.#open(socket, options, target);
      const won = await race(left, over, open, (target, code) => failed.set(target, code));
      if (won === null) break;
      const [connection, target] = won;
      try {
        if (target.tls === 'implicit') await this.#shakeHands(connection, over);
        // Its own side of a conversation knows who it is.
        connection.open(0);
        return connection;
      } catch (error) {
        failed.set(target, codeOf(error));
      }
    }
    const why = limit.aborted ? 'timed out' : over.aborted ? 'given up' : 'it has no address';
    throw new DialFailure(domain, attempts(), why);
  }

  async close(graceMs: number): Promise<void> {
    this.#stop.abort();
    const [first] = this.#connections;
    if (first !== undefined) await drainAll(this.#connections, graceMs, first.log);
  }

  async #shakeHands(connection: TcpConnection, over: AbortSignal): Promise<void> {
    const giveUp = () => connection.destroy('handshake-timeout');
    over.addEventListener('abort', giveUp);
    try {
      await connection.handshake();
    } finally {
      over.removeEventListener('abort', giveUp);
    }
  }

  #open(socket: Socket, options: OutgoingOptions, target: DialTarget): TcpConnection {
    const parts = this.#partsOf(options, target);
    const id = parts.nextId();
    const ends = {
      remote: { address: target.address, port: target.port },
      local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    };
    const connection = new TcpConnection(id, socket, parts, ends, parts.openTap(id));
    this.#connections.add(connection);
    parts.registry.add(connection);
    parts.onOpened(connection);
    void connection.closed.then((reason) => {
      this.#connections.delete(connection);
      parts.registry.remove(connection);
      parts.onClosed(connection, reason);
    });
    return connection;
  }
}

const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 120_000 } as const;

/** The first target that answers; null where none does, or it is over. Who is late is hung up on. */
function race(
  targets: readonly DialTarget[],
  over: AbortSignal,
  open: (socket: Socket, target: DialTarget) => TcpConnection,
  failed: (target: DialTarget, code: string) => void,
): Promise<[TcpConnection, DialTarget] | null> {
  return new Promise((resolve) => {
    const waiting = [...targets];
    const running = new Set<Socket>();
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const finish = (won: [TcpConnection, DialTarget] | null) => {
      isOver = true;
      clearTimeout(timer);
      over.removeEventListener('abort', giveUp);
      for (const socket of running) socket.destroy();
      resolve(won);
    };
    const giveUp = () => finish(null);
    const next = () => {
      clearTimeout(timer);
      const target = waiting.shift();
      if (target === undefined) {
        if (running.size === 0) finish(null);
        return;
      }
      const socket = connect({ host: target.address, port: target.port, ...socketOptions });
      running.add(socket);
      socket.once('connect', () => {
        if (isOver) return;
        running.delete(socket);
        finish([open(socket, target), target]);
      });
      socket.on('error', (error) => {
        if (running.delete(socket) && !isOver) {
          failed(target, codeOf(error));
          next();
        }
      });
      timer = setTimeout(next, dialStaggerMs);
    };
    over.addEventListener('abort', giveUp);
    next();
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : messageOf(error);
}

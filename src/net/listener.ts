import { createServer, type Server, type Socket } from 'node:net';
import { messageOf, sleep } from '../base/index.ts';
import type { CounterHandle, Log, TapProtocol } from '../observability/index.ts';
import { type Endpoint, normalAddress } from './address.ts';
import type { Connection } from './connection.ts';
import { listenBacklogMax } from './limits.ts';
import type { Networks } from './networks.ts';
import { readProxyHeader } from './proxy-header.ts';
import type { Refusal, Registry } from './registry.ts';
import { type Surroundings, TcpConnection } from './tcp-connection.ts';
import type { Certificates } from './tls/index.ts';

export interface ListenerOptions {
  /** `imap`, `imaps`, `smtp` …: names the listener in logs, metrics and the ready line. */
  readonly name: string;
  readonly host: string;
  /** 0: any free port, told by `Listener.port`. */
  readonly port: number;
  readonly tls: 'none' | 'starttls' | 'implicit';
  /** Addresses (CIDR) that must begin with a PROXY header, version 1 or 2. From all others it is not read as one. */
  readonly proxyProtocol?: readonly string[];
  /** What is spoken here (RFC 7301): a client that offers others alone is refused, one that offers none is served. */
  readonly alpn?: readonly string[];
  /** Asks for the client's own certificate and requires none; what it shows is told by `Connection.peerCertificate`. */
  readonly requestClientCertificate?: boolean;
  /** In place of the network's. */
  readonly certificates?: Certificates;
  /** Instead of the network's limit; 0 for doors where nobody logs in. */
  readonly unauthenticatedMsMax?: number;
  /** Whether a client may end its half and still be answered. */
  readonly halfOpen?: boolean;
  /** A protocol's words for a client that is refused, in clear (`421 …`); none are sent before implicit TLS. */
  refusal?(reason: Refusal): string;
  readonly tap?: TapProtocol;
  onConnection(connection: Connection): void | Promise<void>;
}

export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly count: number;
  /** Stops accepting; clients are refused by the kernel until `resume`. */
  pause(): void;
  resume(): void;
  /** Stops accepting at once, tells each connection, waits up to `graceMs`, ends the rest. */
  close(graceMs: number): Promise<void>;
}

/** The same listener, closed in another way. */
export function closingAs(listener: Listener, close: Listener['close']): Listener {
  return {
    name: listener.name,
    host: listener.host,
    get port() {
      return listener.port;
    },
    get count() {
      return listener.count;
    },
    pause: () => listener.pause(),
    resume: () => listener.resume(),
    close,
  };
}

/** Tells each connection, waits up to `graceMs`, ends the rest. */
export async function drainAll(
  connections: Iterable<TcpConnection>,
  graceMs: number,
  log: Log,
): Promise<void> {
  const waiting = new AbortController();
  const open = [...connections];
  const gone = Promise.all(open.map((connection) => connection.closed));
  for (const connection of open) {
    try {
      connection.drained();
    } catch (error) {
      log.error('drain failed', { connection: connection.id, error });
      connection.destroy('internal');
    }
  }
  await Promise.race([gone, sleep(graceMs, waiting.signal)]);
  waiting.abort();
  for (const connection of open) connection.destroy('drained');
  await gone;
}

/** What a listener leans on, beside what its connections do. */
export interface ListenerParts extends Surroundings {
  readonly registry: Registry;
  readonly proxies: Networks | null;
  readonly log: Log;
  readonly refused: Readonly<Record<Refusal, CounterHandle>>;
  readonly accepted: CounterHandle;
  readonly acceptPauses: CounterHandle;
  readonly nextId: () => string;
  readonly openTap: (id: string) => ReturnType<TapOpener>;
  readonly onOpened: (connection: TcpConnection) => void;
  readonly onClosed: (connection: TcpConnection, reason: string) => void;
  readonly createServer?: typeof createServer;
}
type TapOpener = () => ConstructorParameters<typeof TcpConnection>[4];

// Accepting fails with these while the process or the machine is short of descriptors or memory.
const exhausted: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

export class TcpListener implements Listener {
  readonly name: string;
  readonly host: string;
  readonly #options: ListenerOptions;
  readonly #parts: ListenerParts;
  readonly #connections = new Set<TcpConnection>();
  readonly #stop = new AbortController();
  #server: Server | null = null;
  #port: number;
  #paused = false;
  #recovering = false;
  #pauseMs: number;
  #acceptedSincePause = 0;

  constructor(options: ListenerOptions, parts: ListenerParts) {
    this.name = options.name;
    this.host = options.host;
    this.#options = options;
    this.#parts = parts;
    this.#port = options.port;
    this.#pauseMs = parts.limits.acceptPauseMsMin;
  }

  get port(): number {
    return this.#port;
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Rejects where the address is taken or may not be bound. */
  async open(): Promise<void> {
    const make = this.#parts.createServer ?? createServer;
    const server = make(
      {
        allowHalfOpen: this.#options.halfOpen ?? false,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 120_000,
      },
      (socket) => this.#accept(socket),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.host, port: this.#port, backlog: listenBacklogMax }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error: NodeJS.ErrnoException) => this.#onAcceptError(error));
    // Closed or paused while it was being bound.
    if (this.#stop.signal.aborted || this.#paused) {
      server.close();
      return;
    }
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
    this.#server = server;
  }

  pause(): void {
    this.#paused = true;
    this.#unbind();
  }

  resume(): void {
    if (!this.#paused || this.#stop.signal.aborted) return;
    this.#paused = false;
    void this.#rebind(0);
  }

  async close(graceMs: number): Promise<void> {
    this.#stop.abort();
    this.#unbind();
    await drainAll(this.#connections, graceMs, this.#parts.log);
  }

  #unbind(): void {
    this.#server?.close();
    this.#server = null;
  }

  // A failing accept is reported again at every turn of the loop: unbinding is what keeps it from spinning.
  #onAcceptError(error: NodeJS.ErrnoException): void {
    const { log, limits } = this.#parts;
    if (!exhausted.has(error.code ?? '')) {
      log.warn('accept failed', { listener: this.name, error });
      return;
    }
    if (this.#server === null) return;
    this.#pauseMs =
      this.#acceptedSincePause > 0
        ? limits.acceptPauseMsMin
        : Math.min(this.#pauseMs * 2, limits.acceptPauseMsMax);
    this.#acceptedSincePause = 0;
    this.#parts.acceptPauses.inc();
    log.error('out of descriptors, accepting paused', {
      listener: this.name,
      code: error.code,
      delayMs: this.#pauseMs,
      active: this.#parts.registry.connections.size,
    });
    this.#unbind();
    void this.#rebind(this.#pauseMs);
  }

  /** Binds the port again, now or later, and as often as it takes. */
  async #rebind(delayMs: number): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    const { signal } = this.#stop;
    let waitMs = delayMs;
    while (this.#server === null && !this.#paused && !signal.aborted) {
      await sleep(waitMs, signal);
      if (this.#paused || signal.aborted) break;
      try {
        await this.open();
      } catch (error) {
        waitMs = Math.min(
          Math.max(waitMs * 2, this.#parts.limits.acceptPauseMsMin),
          this.#parts.limits.acceptPauseMsMax,
        );
        this.#parts.log.warn('listening again failed', { listener: this.name, error, delayMs: waitMs });
      }
    }
    this.#recovering = false;
  }

  #accept(socket: Socket): void {
    this.#acceptedSincePause++;
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    // Gone before we looked: there is no address any more.
    if (remoteAddress === undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const ends = {
      remote: { address: normalAddress(remoteAddress), port: remotePort ?? 0 },
      local: { address: normalAddress(localAddress ?? ''), port: localPort ?? 0 },
    };
    if (this.#stop.signal.aborted || this.#parts.registry.full) {
      this.#refuse(socket, 'too-many', ends.remote);
      return;
    }
    const id = this.#parts.nextId();
    const connection = new TcpConnection(id, socket, this.#parts, ends, this.#parts.openTap(id));
    this.#register(connection);
    const proxied = this.#parts.proxies?.contains(ends.remote.address) === true;
    if (!proxied && this.#options.tls !== 'implicit') {
      // The common case stays in this turn of the loop.
      if (this.#admit(connection, socket)) this.#hand(connection);
      return;
    }
    this.#prepare(connection, socket, proxied).catch((error: unknown) => {
      this.#parts.log.debug('connection refused', {
        connection: id,
        listener: this.name,
        reason: messageOf(error),
      });
      connection.destroy('handshake-failed');
    });
  }

  async #prepare(connection: TcpConnection, socket: Socket, proxied: boolean): Promise<void> {
    if (proxied) await this.#readProxy(connection, socket);
    if (!this.#admit(connection, socket)) return;
    if (this.#options.tls === 'implicit') await connection.handshake();
    this.#hand(connection);
  }

  async #readProxy(connection: TcpConnection, socket: Socket): Promise<void> {
    connection.step('proxy-header', this.#parts.limits.proxyHeaderMsMax);
    try {
      const { ends } = await readProxyHeader(socket);
      if (ends === null) return;
      connection.remote = { ...ends.remote, address: normalAddress(ends.remote.address) };
      connection.local = { ...ends.local, address: normalAddress(ends.local.address) };
    } catch (error) {
      this.#parts.log.warn('bad PROXY header', {
        listener: this.name,
        remote: connection.remote.address,
        reason: messageOf(error),
      });
      connection.destroy('proxy-header');
      throw error;
    }
  }

  #register(connection: TcpConnection): void {
    this.#connections.add(connection);
    this.#parts.registry.add(connection);
    this.#parts.onOpened(connection);
    void connection.closed.then((reason) => {
      this.#connections.delete(connection);
      this.#parts.registry.remove(connection);
      this.#parts.onClosed(connection, reason);
    });
  }

  #admit(connection: TcpConnection, socket: Socket): boolean {
    if (connection.stream.destroyed) return false;
    if (this.#parts.registry.countAddress(connection, this.#parts.clock.monotonicMs())) return true;
    connection.refused();
    this.#refuse(socket, 'too-many-from-address', connection.remote);
    return false;
  }

  #refuse(socket: Socket, reason: Refusal, remote: Endpoint): void {
    this.#parts.refused[reason].inc();
    this.#parts.log.debug('connection refused', { listener: this.name, remote: remote.address, reason });
    socket.on('error', () => undefined);
    const words = this.#options.tls === 'implicit' ? undefined : this.#options.refusal?.(reason);
    if (words === undefined) socket.destroy();
    else socket.end(words, () => socket.destroy());
  }

  #hand(connection: TcpConnection): void {
    if (connection.stream.destroyed) return;
    if (this.#stop.signal.aborted) {
      connection.close();
      return;
    }
    this.#parts.accepted.inc();
    connection.open(this.#options.unauthenticatedMsMax ?? this.#parts.limits.unauthenticatedMsMax);
    const failed = (error: unknown) => {
      this.#parts.log.error('connection handler failed', {
        connection: connection.id,
        listener: this.name,
        error,
      });
      connection.destroy('internal');
    };
    try {
      const handled = this.#options.onConnection(connection);
      if (handled instanceof Promise) handled.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

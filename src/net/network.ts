import { type Clock, randomToken, systemClock } from '../base/index.ts';
import type { Log, Metrics, WireTap } from '../observability/index.ts';
import { type Connection, closeReasons } from './connection.ts';
import { withinDescriptors } from './descriptors.ts';
import type { NetLimits } from './limits.ts';
import {
  closingAs,
  type Listener,
  type ListenerOptions,
  type ListenerParts,
  TcpListener,
} from './listener.ts';
import {
  acceptPauses,
  connectionsAccepted,
  connectionsClosed,
  connectionsOpen,
  connectionsRefused,
  handshakes,
} from './metrics.ts';
import { parseNetworks } from './networks.ts';
import { Outgoing, type OutgoingOptions } from './outgoing.ts';
import { Registry } from './registry.ts';
import type { Certificates } from './tls/index.ts';

export interface NetworkOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** null only where no listener speaks TLS. */
  readonly certificates: Certificates | null;
  readonly limits: NetLimits;
  /** Records every connection of listeners that name their grammar; off when absent. */
  readonly tap?: WireTap;
  readonly clock?: Clock;
}

export interface Network {
  /** Resolves once the listener accepts; rejects where it cannot be bound. */
  listen(options: ListenerOptions): Promise<Listener>;
  /**
   * A connection that we open, to whichever target answers first; it may be used as those that listeners hand out are.
   * Rejects with DialFailure.
   */
  dial(options: OutgoingOptions): Promise<Connection>;
  connections(): Iterable<Connection>;
  /** Drains every listener, and what was dialled, side by side; afterwards nothing of this network is left. */
  closeAll(graceMs: number): Promise<void>;
}

export function createNetwork(options: NetworkOptions): Network {
  const limits = withinDescriptors(options.limits, options.log);
  const clock = options.clock ?? systemClock;
  const registry = new Registry(limits);
  const listeners = new Set<TcpListener>();
  const prefix = randomToken(15);
  let lastId = 0;
  let closing = false;
  const nextId = () => `${prefix}${(++lastId).toString(36)}`;
  const sweeper = setInterval(() => registry.sweep(clock.monotonicMs()), limits.sweepIntervalMs);
  sweeper.unref();
  const outgoing = new Outgoing(({ name, tap, domain, service, verify }, { tls, alpn }) => ({
    ...partsFor(
      { name, tls, ...(tap ? { tap } : {}), ...(alpn && tls === 'implicit' ? { alpn: [alpn] } : {}) },
      { ...options, limits, clock },
      registry,
      nextId,
    ),
    client: { domain, service, verify },
  }));
  return {
    async listen(wanted) {
      if (closing) throw new Error('the network is closing');
      if (wanted.tls !== 'none' && options.certificates === null && !wanted.certificates) {
        throw new Error(`listener ${wanted.name} needs certificates for tls ${wanted.tls}`);
      }
      const listener = new TcpListener(
        wanted,
        partsFor(wanted, { ...options, limits, clock }, registry, nextId),
      );
      await listener.open();
      listeners.add(listener);
      return closingAs(listener, (graceMs) => {
        listeners.delete(listener);
        return listener.close(graceMs);
      });
    },
    async dial(wanted) {
      if (options.certificates === null) throw new Error(`dialling ${wanted.name} needs certificates`);
      return outgoing.dial(wanted);
    },
    connections: () => registry.connections.values(),
    async closeAll(graceMs) {
      closing = true;
      await Promise.all([...listeners, outgoing].map((each) => each.close(graceMs)));
      clearInterval(sweeper);
    },
  };
}

function partsFor(
  wanted: Omit<ListenerOptions, 'host' | 'port' | 'onConnection'>,
  options: NetworkOptions & { readonly clock: Clock },
  registry: Registry,
  nextId: () => string,
): ListenerParts {
  const { metrics, tap } = options;
  const { name: listener } = wanted;
  const open = metrics.gauge(connectionsOpen).with({ listener });
  const closedBy = metrics.counter(connectionsClosed);
  const refused = metrics.counter(connectionsRefused);
  const outcomes = metrics.counter(handshakes);
  const known: ReadonlySet<string> = new Set(closeReasons);
  return {
    listener,
    tls: wanted.tls,
    alpn: wanted.alpn,
    requestClientCertificate: wanted.requestClientCertificate ?? false,
    limits: options.limits,
    log: options.log,
    clock: options.clock,
    certificates: wanted.certificates ?? options.certificates,
    registry,
    proxies: wanted.proxyProtocol === undefined ? null : parseNetworks(wanted.proxyProtocol),
    refused: {
      'too-many': refused.with({ listener, reason: 'too-many' }),
      'too-many-from-address': refused.with({ listener, reason: 'too-many-from-address' }),
    },
    accepted: metrics.counter(connectionsAccepted).with({ listener }),
    acceptPauses: metrics.counter(acceptPauses).with({ listener }),
    nextId,
    openTap: (id) => (wanted.tap === undefined ? null : (tap?.open(id, wanted.tap) ?? null)),
    onHandshake: (outcome) => outcomes.with({ listener, outcome }).inc(),
    onOpened: () => open.add(1),
    onClosed: (connection, reason) => {
      open.add(-1);
      closedBy.with({ listener, reason: known.has(reason) ? reason : 'protocol' }).inc();
      options.log.debug('connection closed', { connection: connection.id, listener, reason });
    },
  };
}

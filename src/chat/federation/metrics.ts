import type { CounterHandle, GaugeHandle, Metrics } from '../../observability/index.ts';
import type { UnreachedReason } from './connect.ts';
import type { Shown } from './peer.ts';

const streams = {
  name: 'myco_xmpp_server_streams',
  help: 'Streams with other servers open now, by who opened them and how the other has shown who it is.',
  kind: 'gauge',
  labels: ['direction', 'trust'],
} as const;
const stanzas = {
  name: 'myco_xmpp_server_stanzas_total',
  help: 'Stanzas taken from other servers, and written to them.',
  kind: 'counter',
  labels: ['direction'],
} as const;
const refused = {
  name: 'myco_xmpp_server_refused_total',
  help: 'Streams of other servers that were ended, by the condition they were told; and servers not reached, by why.',
  kind: 'counter',
  labels: ['direction', 'reason'],
} as const;
const waiting = {
  name: 'myco_xmpp_server_queue_messages',
  help: 'Messages that wait for other servers.',
  kind: 'gauge',
  labels: [],
} as const;
const waitingBytes = {
  name: 'myco_xmpp_server_queue_bytes',
  help: 'What they are long.',
  kind: 'gauge',
  labels: [],
} as const;
const oldest = {
  name: 'myco_xmpp_server_queue_oldest_seconds',
  help: 'How long the one has waited that goes back first.',
  kind: 'gauge',
  labels: [],
} as const;

/** Handles are taken once; counting is an addition. */
export interface FederationMeters {
  stream(isIncoming: boolean, trust: Shown): GaugeHandle;
  readonly stanza: Readonly<Record<'in' | 'out', CounterHandle>>;
  /** Ends a stream that was opened to us; a condition of the streams that we know. */
  ended(condition: string): void;
  notReached(reason: UnreachedReason): void;
}

/** What waits for other servers. */
export interface Waiting {
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly oldestMs: number;
}

/** `look`: asked at each scrape. */
export function createFederationMeters(metrics: Metrics, look: () => Promise<Waiting>): FederationMeters {
  const stream = metrics.gauge(streams);
  const stanza = metrics.counter(stanzas);
  const refusal = metrics.counter(refused);
  const queue = [waiting, waitingBytes, oldest].map((declaration) => metrics.gauge(declaration).with({}));
  metrics.onScrape(async () => {
    const { rows, bytes, oldestMs } = await look();
    for (const [at, value] of [rows, bytes, oldestMs / 1_000].entries()) queue[at]?.set(value);
  });
  return {
    stream: (isIncoming, trust) => stream.with({ direction: isIncoming ? 'in' : 'out', trust }),
    stanza: { in: stanza.with({ direction: 'in' }), out: stanza.with({ direction: 'out' }) },
    ended: (reason) => refusal.with({ direction: 'in', reason }).inc(),
    notReached: (reason) => refusal.with({ direction: 'out', reason }).inc(),
  };
}

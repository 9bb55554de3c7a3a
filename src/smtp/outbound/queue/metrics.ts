import type { Clock } from '../../../base/index.ts';
import type { Metrics } from '../../../observability/index.ts';
import type { Outbox } from '../../../stores/outbox/index.ts';
import type { Fate } from '../courier/index.ts';

export interface QueueCounters {
  outcome(fate: Fate): void;
  transaction(): void;
  unreachable(): void;
  notice(kind: 'expired' | 'delayed'): void;
  recovered(rows: number): void;
}

/** A destination is no label: there are as many as there are spammers. */
export function queueCounters(
  metrics: Metrics,
  { outbox, clock, connections }: { outbox: Outbox; clock: Clock; connections: () => number },
): QueueCounters {
  const counter = (name: string, help: string) =>
    metrics.counter({ name, help, kind: 'counter', labels: [] }).with({});
  const attempts = metrics.counter({
    name: 'myco_queue_attempts_total',
    help: 'Recipients tried at other servers, by what came of it',
    kind: 'counter',
    labels: ['outcome'],
  });
  const transactions = counter(
    'myco_queue_transactions_total',
    'Messages brought to other servers, once for each try',
  );
  const unreachable = counter(
    'myco_queue_unreachable_total',
    'Tries at destinations none of whose hosts could be reached',
  );
  const recovered = counter(
    'myco_queue_recovered_total',
    'Recipients given back by processes that died with them',
  );
  const told = metrics.counter({
    name: 'myco_queue_overdue_total',
    help: 'Recipients given up after days, or whose sender was told of the delay',
    kind: 'counter',
    labels: ['kind'],
  });
  depth(metrics, outbox, clock, connections);
  return {
    outcome: (fate) =>
      attempts.with({ outcome: fate.kind === 'deferred' && fate.unsure ? 'unsure' : fate.kind }).inc(),
    transaction: () => transactions.inc(),
    unreachable: () => unreachable.inc(),
    notice: (kind) => told.with({ kind }).inc(),
    recovered: (rows) => recovered.inc(rows),
  };
}

function depth(metrics: Metrics, outbox: Outbox, clock: Clock, connections: () => number): void {
  const gauge = (name: string, help: string) =>
    metrics.gauge({ name, help, kind: 'gauge', labels: [] }).with({});
  const rows = metrics.gauge({
    name: 'myco_queue_recipients',
    help: 'Recipients in the outbox',
    kind: 'gauge',
    labels: ['state'],
  });
  const unsure = gauge(
    'myco_queue_unsure_recipients',
    'Those of whom nobody knows whether they have it already',
  );
  const oldest = gauge('myco_queue_oldest_seconds', 'Age of the oldest message in the outbox');
  const destinations = gauge('myco_queue_destinations', 'Destinations for which something waits');
  const closed = gauge('myco_queue_unreachable_destinations', 'Those that cannot be reached');
  const open = gauge('myco_queue_connections', 'Connections to other servers');
  metrics.onScrape(async () => {
    const counts = await outbox.counts();
    for (const state of ['waiting', 'claimed', 'held'] as const) rows.with({ state }).set(counts[state]);
    unsure.set(counts.unsure);
    oldest.set(counts.oldest === null ? 0 : Math.max(0, (clock.nowMs() - counts.oldest) / 1000));
    destinations.set(counts.destinations);
    closed.set(counts.unreachable);
    open.set(connections());
  });
}

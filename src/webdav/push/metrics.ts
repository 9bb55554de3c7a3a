import type { Metrics } from '../../observability/index.ts';

/** `ended`: it failed too often. `revoked`: its member may not read the place any more. `dropped`: too many wait. */
export type PushOutcome = 'delivered' | 'failed' | 'gone' | 'ended' | 'revoked' | 'dropped';

export function pushCounter(metrics: Metrics): (outcome: PushOutcome) => void {
  const messages = metrics.counter({
    name: 'myco_push_messages_total',
    help: 'Messages to devices by what became of them',
    kind: 'counter',
    labels: ['outcome'],
  });
  return (outcome) => messages.with({ outcome }).inc();
}

import type { Metrics } from '../../observability/index.ts';
import type { CollectionsWriter } from '../../stores/collections/index.ts';
import type { Outcome } from './deliver.ts';
import { jobKind } from './jobs.ts';

/** How a message travels: from member to member, out by mail, in by mail. */
export type Way = 'inside' | 'outward' | 'inward';
/** `sent`: it is in the outbox; `waits`: it is tried again; `aside`: it is not. */
export type Result = Outcome | 'sent' | 'waits' | 'aside';

export interface InvitationCounters {
  /** `method`: of iTIP; what is none of these counts as `other`. */
  came(method: string, way: Way, result: Result): void;
}

const methods: ReadonlySet<string> = new Set([
  'REQUEST',
  'REPLY',
  'CANCEL',
  'ADD',
  'COUNTER',
  'DECLINECOUNTER',
  'REFRESH',
  'PUBLISH',
]);

export function invitationCounters(
  metrics: Metrics,
  collections: Pick<CollectionsWriter, 'waitingJobs' | 'heldJobs'>,
): InvitationCounters {
  const messages = metrics.counter({
    name: 'myco_invitations_total',
    help: 'Scheduling messages, once for each receiver, by what they are, how they travel and what came of it',
    kind: 'counter',
    labels: ['method', 'way', 'result'],
  });
  const waiting = metrics.gauge({
    name: 'myco_invitations_waiting',
    help: 'Scheduling messages that wait for their turn or to be tried again, and those held since a restore',
    kind: 'gauge',
    labels: ['state'],
  });
  metrics.onScrape(async () => {
    waiting.with({ state: 'waiting' }).set(await collections.waitingJobs(jobKind));
    waiting.with({ state: 'held' }).set(await collections.heldJobs());
  });
  return {
    came(method, way, result) {
      const name = method.toUpperCase();
      messages.with({ method: methods.has(name) ? name.toLowerCase() : 'other', way, result }).inc();
    },
  };
}

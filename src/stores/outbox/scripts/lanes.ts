import { run, type Script } from '../../../storage/index.ts';
import type { OutboxQueries } from '../queries.ts';

/**
 * Works out when a destination's first row is due. Its lane goes where none waits; what is known of a destination that
 * cannot be reached is kept while somebody tries it.
 */
export function* refreshLane(q: OutboxQueries, domain: string): Script<void> {
  const locked = (yield* run(q.laneLock, { domain }))[0];
  const first = (yield* run(q.firstWaiting, { domain }))[0];
  if (!first) {
    if (!locked) return;
    const tried = locked.failures > 0 && (yield* run(q.anyClaimed, { domain })).length > 0;
    if (tried) yield* run(q.laneDue, { domain, due: 0 });
    else yield* run(q.laneDrop, { domain });
    return;
  }
  if (!locked) yield* run(q.laneWake, { domain, due: first.next });
  else yield* run(q.laneDue, { domain, due: Math.max(first.next, locked.closedUntil) });
}

/** Always in one order, so that two transactions do not wait for each other. */
export function* refreshLanes(q: OutboxQueries, domains: Iterable<string>): Script<void> {
  for (const domain of [...new Set(domains)].sort()) yield* refreshLane(q, domain);
}

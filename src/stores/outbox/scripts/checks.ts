import { dropBlob, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { OutboxQueries } from '../queries.ts';
import { refreshLanes } from './lanes.ts';

interface Faults {
  next: number | null;
  faults: string[];
}

/** Destinations whose lane is missing, or there for nothing, or due at another time than its first row. */
function* wrongLanes(q: OutboxQueries): Script<string[]> {
  const lanes = new Map((yield* run(q.lanesAll, {})).map((lane) => [lane.domain, lane]));
  const wrong: string[] = [];
  for (const { domain, next } of yield* run(q.lanesNeeded, {})) {
    const lane = lanes.get(domain);
    lanes.delete(domain);
    if (!lane || lane.due !== Math.max(next, lane.closedUntil)) wrong.push(domain);
  }
  for (const { domain, due } of lanes.values()) if (due > 0) wrong.push(domain);
  return wrong;
}

export function* check(q: OutboxQueries, _: { after: number }): Script<Faults> {
  const faults: string[] = [];
  for (const { id } of yield* run(q.emptyMessages, {})) faults.push(`message ${id} has no recipient`);
  for (const { message, n } of yield* run(q.strayRecipients, {}))
    faults.push(`recipient ${message}.${n} has no message`);
  for (const { message, n } of yield* run(q.strayClaims, {}))
    faults.push(`recipient ${message}.${n} is claimed by nobody who could have it`);
  const lanes = yield* wrongLanes(q);
  // Destinations are not named: they tell who writes to whom.
  if (lanes.length > 0) faults.push(`${lanes.length} destinations are due at another time than their mail`);
  return { next: null, faults: faults.map((fault) => `outbox: ${fault}`) };
}

export function* blobUses(
  q: OutboxQueries,
  a: { after: number },
): Script<{ next: number | null; uses: { hash: string; uses: number }[] }> {
  const rows = yield* run(q.messageUses, { after: a.after });
  const next = rows.length < limits.stepRows ? null : (rows.at(-1)?.id ?? null);
  return { next, uses: rows.map(({ hash }) => ({ hash, uses: 1 })) };
}

export function* repair(q: OutboxQueries, a: { after: number; now: number }): Script<Faults> {
  const mended: string[] = [];
  for (const { id, hash } of yield* run(q.emptyMessages, {})) {
    yield* run(q.messageDrop, { message: id });
    yield* dropBlob(q, hash, a.now);
    mended.push(`message ${id}: removed, it had no recipient`);
  }
  for (const { message, n } of yield* run(q.strayRecipients, {})) {
    yield* run(q.recipientDrop, { message, n });
    mended.push(`recipient ${message}.${n}: removed, its message is gone`);
  }
  for (const { message, n, holder } of yield* run(q.strayClaims, {})) {
    yield* run(q.claimForget, { message, n, holder });
    mended.push(`recipient ${message}.${n}: waits again, nobody had it`);
  }
  const lanes = yield* wrongLanes(q);
  yield* refreshLanes(q, lanes);
  if (lanes.length > 0) mended.push(`${lanes.length} destinations: due when their mail is`);
  return { next: null, faults: mended.map((line) => `outbox: ${line}`) };
}

/**
 * Since the backup much of what waited then was sent: nothing of it leaves before an operator says so. Lanes are empty
 * with that.
 */
export function* restored(
  q: OutboxQueries,
  _: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  yield* run(q.recipientsHold, {});
  yield* run(q.holdersForget, {});
  yield* run(q.lanesForget, {});
  return { next: null };
}

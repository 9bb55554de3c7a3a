import { numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { OutboxQueries } from '../queries.ts';
import type { Change, Selection } from '../types.ts';
import { dropIfEmpty, type Taken } from './claims.ts';
import { refreshLanes } from './lanes.ts';

type Row = Taken['rows'][number];

/** A page of the rows that are meant, by message and number, after the last one seen. */
function* page(
  q: OutboxQueries,
  a: { selection: Selection; after: { message: number; n: number }; max: number },
): Script<readonly Row[]> {
  const { selection, after, max } = a;
  const { message, n, domain, sender } = selection;
  if (message !== undefined && n !== undefined) {
    const rows = yield* run(q.recipientFind, { message, n });
    return after.message < message || (after.message === message && after.n < n) ? rows : [];
  }
  if (message !== undefined) return yield* run(q.recipientsOfMessage, { only: message, ...after, max });
  if (domain !== undefined) return yield* run(q.recipientsOfDomain, { domain, ...after, max });
  if (sender !== undefined) return yield* run(q.recipientsOfSender, { sender, ...after, max });
  return yield* run(q.recipientsAfter, { ...after, max });
}

export function* list(
  q: OutboxQueries,
  a: { selection: Selection; after: { message: number; n: number }; max: number },
): Script<Taken & { last: { message: number; n: number } | null }> {
  const seen = yield* page(q, a);
  const ids = new Set(seen.map(({ message }) => message));
  const messages = ids.size === 0 ? [] : yield* run(q.messagesFind, { messages: numbers(ids) });
  const senders = new Map(messages.map(({ id, sender }) => [id, sender]));
  const { domain, sender } = a.selection;
  const rows = seen.filter(
    (row) =>
      (domain === undefined || row.domain === domain) &&
      (sender === undefined || senders.get(row.message) === sender),
  );
  const last = seen.length < a.max ? undefined : seen.at(-1);
  return { rows, messages, last: last ? { message: last.message, n: last.n } : null };
}

const cancelled = { code: 0, status: '5.7.0', answer: 'An operator of this server took it back', host: '' };

function* changeRow(q: OutboxQueries, row: Row, change: Change, now: number): Script<boolean> {
  const { message, n, state, next, expires, warnAt } = row;
  const set = (to: Partial<Pick<Row, 'state' | 'next' | 'expires' | 'warnAt'>>) => {
    const values = { state, next, expires, warnAt, ...to };
    const attention = values.warnAt > 0 ? Math.min(values.warnAt, values.expires) : values.expires;
    return run(q.recipientSet, { message, n, ...values, attention });
  };
  switch (change) {
    case 'hold':
      return state === 'waiting' && (yield* set({ state: 'held' })).length === 1;
    case 'release':
      // What was held for longer than its time gets one more day.
      return (
        state === 'held' &&
        (yield* set({
          state: 'waiting',
          next: Math.min(next, now),
          expires: Math.max(expires, now + limits.dayHours * limits.hourMs),
        })).length === 1
      );
    case 'retry':
      return state === 'waiting' && (yield* set({ next: now })).length === 1;
    case 'bounce':
      if (state === 'claimed') return false;
      yield* run(q.recipientAnswer, { message, n, ...cancelled });
      return (yield* set({ state: 'waiting', expires: now, warnAt: 0 })).length === 1;
    case 'cancel':
      if (state === 'claimed') return false;
      yield* run(q.recipientDrop, { message, n });
      yield* dropIfEmpty(q, message, now);
      return true;
  }
}

/** Changes those of the rows that are still as they may be changed; answers how many. */
export function* change(
  q: OutboxQueries,
  a: { rows: readonly { message: number; n: number }[]; change: Change; now: number },
): Script<number> {
  const domains = new Set<string>();
  let changed = 0;
  for (const { message, n } of a.rows) {
    const row = (yield* run(q.recipientFind, { message, n }))[0];
    if (!row || !(yield* changeRow(q, row, a.change, a.now))) continue;
    changed++;
    domains.add(row.domain);
  }
  if (a.change === 'retry') for (const domain of domains) yield* run(q.laneReopen, { domain });
  yield* refreshLanes(q, domains);
  return changed;
}

export function* counts(q: OutboxQueries, _: Record<string, never>) {
  const states = yield* run(q.recipientCounts, {});
  const unsure = (yield* run(q.unsureCount, {}))[0]?.rows ?? 0;
  const lanes = (yield* run(q.laneCounts, {}))[0];
  const oldest = (yield* run(q.messageOldest, {}))[0];
  return { states, unsure, lanes: lanes ?? { lanes: 0, closed: 0 }, oldest: oldest?.created ?? null };
}

/** One step of letting go of what a member has waiting; answers whether there is more. */
export function* erase(q: OutboxQueries, a: { account: number; now: number }): Script<boolean> {
  const messages = yield* run(q.messagesOf, { account: a.account });
  for (const { id } of messages) {
    const domains: string[] = [];
    for (;;) {
      const rows = yield* run(q.recipientsOf, { message: id });
      for (const { message, n, domain } of rows) {
        yield* run(q.recipientDrop, { message, n });
        domains.push(domain);
      }
      if (rows.length < limits.stepRows) break;
    }
    yield* dropIfEmpty(q, id, a.now);
    yield* refreshLanes(q, domains);
  }
  if (messages.length < limits.stepRows) {
    yield* run(q.sentForget, { who: `member ${a.account}`, upTo: Number.MAX_SAFE_INTEGER });
    return false;
  }
  return true;
}

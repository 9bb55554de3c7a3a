import { StoreError } from '../../../base/index.ts';
import { keepBlob, one, run, type Script, type StoredBlob } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { OutboxQueries } from '../queries.ts';
import type { Outgoing, TransmissionOptions } from '../types.ts';

export interface NewRecipient {
  readonly address: string;
  readonly domain: string;
  readonly notify: string;
  readonly orcpt: string | null;
  readonly warnAt: number;
}

export interface NewMessage {
  readonly account: number;
  readonly kind: Outgoing['kind'];
  readonly sender: string;
  readonly options: TransmissionOptions;
  readonly head: string;
  readonly blob: StoredBlob;
  readonly headerLength: number;
  readonly created: number;
  readonly next: number;
  readonly expires: number;
  readonly recipients: readonly NewRecipient[];
}

/** How many recipients somebody may send to; null: as many as it likes. */
export interface Cap {
  readonly who: string;
  readonly hourMax: number | null;
  readonly dayMax: number | null;
}

/** Puts a message with all its recipients into the outbox; answers its id. */
export function* add(q: OutboxQueries, message: NewMessage): Script<number> {
  const { options, blob, recipients, next, expires, ...row } = message;
  const { id } = one(yield* run(q.messageAdd, { ...row, ...options, hash: blob.hash, size: blob.size }));
  yield* keepBlob(q, blob);
  const rows = recipients.map(({ warnAt, ...recipient }, index) => ({
    ...recipient,
    message: id,
    n: index + 1,
    state: 'waiting',
    next,
    expires,
    warnAt,
    attention: warnAt > 0 ? Math.min(warnAt, expires) : expires,
    attempts: 0,
    unsure: 0,
    holder: 0,
    code: 0,
    status: '',
    answer: '',
    host: '',
  }));
  yield* run(q.recipientAdd, { rows });
  const domains = [...new Set(recipients.map(({ domain }) => domain))].sort();
  for (const domain of domains) yield* run(q.laneWake, { domain, due: next });
  return id;
}

/** Counts what is sent; StoreError 'limit' where it would be too much. */
function* count(q: OutboxQueries, cap: Cap, recipients: number, now: number): Script<void> {
  const { who, hourMax, dayMax } = cap;
  const hour = Math.floor(now / limits.hourMs);
  yield* run(q.sentForget, { who, upTo: hour - limits.dayHours });
  const { recipients: inHour } = one(yield* run(q.sentAdd, { who, hour, count: recipients }));
  if (hourMax !== null && inHour > hourMax)
    throw tooMany('an hour', hourMax, (hour + 1) * limits.hourMs - now);
  if (dayMax === null) return;
  const hours = yield* run(q.sentSince, { who, after: hour - limits.dayHours });
  let over = hours.reduce((sum, row) => sum + row.recipients, 0) - dayMax;
  if (over <= 0) return;
  // Hours leave the day one by one; this many must have left it.
  let free = hour + 1;
  for (const row of hours) {
    if (over <= 0) break;
    over -= row.recipients;
    free = row.hour + limits.dayHours;
  }
  throw tooMany('a day', dayMax, free * limits.hourMs - now);
}

function tooMany(time: string, most: number, retryAfterMs: number): StoreError {
  return new StoreError('limit', `Mail to more than ${most} recipients in ${time} is not taken`, {
    retryAfterMs: Math.max(retryAfterMs, 1),
  });
}

export function* enqueue(
  q: OutboxQueries,
  a: { account: number; message: NewMessage; caps: readonly Cap[]; now: number },
): Script<number> {
  for (const cap of a.caps) yield* count(q, cap, a.message.recipients.length, a.now);
  return yield* add(q, a.message);
}

import { dropBlob, numbers, one, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { OutboxQueries } from '../queries.ts';
import type { Answer } from '../types.ts';
import { add, type NewMessage } from './enqueue.ts';
import { refreshLane, refreshLanes } from './lanes.ts';

type Row = Awaited<ReturnType<OutboxQueries['recipientFind']['execute']>>[number];
type Message = Awaited<ReturnType<OutboxQueries['messageFind']['execute']>>[number];

/** Rows as they were before they were claimed, and their messages. */
export interface Taken {
  readonly rows: readonly Row[];
  readonly messages: readonly Message[];
}

/** Gives back what a holder had. `unsure`: it is not known what became of it. */
function* giveBack(q: OutboxQueries, holder: number, unsure: boolean): Script<number> {
  let count = 0;
  for (;;) {
    const rows = yield* run(q.recipientsHeldBy, { holder });
    for (const { message, n } of rows) {
      yield* unsure
        ? run(q.claimForget, { message, n, holder })
        : run(q.recipientReturn, { message, n, holder });
    }
    yield* refreshLanes(
      q,
      rows.map(({ domain }) => domain),
    );
    count += rows.length;
    if (rows.length < limits.stepRows) break;
  }
  yield* run(q.holderDrop, { holder });
  return count;
}

function* bury(q: OutboxQueries, dead: readonly { readonly id: number }[]): Script<number> {
  let recovered = 0;
  for (const { id } of dead) recovered += yield* giveBack(q, id, true);
  return recovered;
}

/** A process begins to send. `alone`: no other can be, so whoever is written down is dead. */
export function* join(
  q: OutboxQueries,
  a: { now: number; until: number; alone: boolean },
): Script<{ holder: number; recovered: number }> {
  const dead = yield* a.alone ? run(q.holdersAll, {}) : run(q.holdersDead, { now: a.now });
  const recovered = yield* bury(q, dead);
  const { id } = one(yield* run(q.holderAdd, { until: a.until }));
  return { holder: id, recovered };
}

/** `held` is false where others thought it dead. */
export function* renew(
  q: OutboxQueries,
  a: { holder: number; now: number; until: number },
): Script<{ held: boolean; recovered: number }> {
  const renewed = yield* run(q.holderRenew, { holder: a.holder, until: a.until });
  const recovered = yield* bury(q, yield* run(q.holdersDead, { now: a.now }));
  return { held: renewed.length === 1, recovered };
}

export function* leave(q: OutboxQueries, a: { holder: number }): Script<number> {
  return yield* giveBack(q, a.holder, false);
}

function* claim(q: OutboxQueries, rows: readonly Row[], holder: number): Script<Taken> {
  const byMessage = new Map<number, Row[]>();
  for (const row of rows) {
    const those = byMessage.get(row.message);
    if (those) those.push(row);
    else byMessage.set(row.message, [row]);
  }
  const claimed: Row[] = [];
  for (const [message, those] of byMessage) {
    const ns = numbers(those.map(({ n }) => n));
    const mine = new Set((yield* run(q.recipientsClaim, { message, ns, holder })).map(({ n }) => n));
    claimed.push(...those.filter(({ n }) => mine.has(n)));
  }
  const ids = new Set(claimed.map(({ message }) => message));
  const messages = ids.size === 0 ? [] : yield* run(q.messagesFind, { messages: numbers(ids) });
  return { rows: claimed, messages };
}

export interface TakenLane extends Taken {
  readonly domain: string;
  readonly failures: number;
}

export function* take(
  q: OutboxQueries,
  a: { holder: number; now: number; busy: readonly string[]; lanesMax: number; rowsMax: number },
): Script<TakenLane[]> {
  const { holder, now } = a;
  const lanes = yield* run(q.lanesDue, { now, busy: texts(a.busy), max: a.lanesMax });
  const taken: TakenLane[] = [];
  for (const { domain, failures } of lanes) {
    const rows = yield* run(q.recipientsDue, { domain, now, max: a.rowsMax });
    const claimed = yield* claim(q, rows, holder);
    yield* refreshLane(q, domain);
    if (claimed.rows.length > 0) taken.push({ domain, failures, ...claimed });
  }
  return taken;
}

export function* overdue(
  q: OutboxQueries,
  a: { holder: number; now: number; rowsMax: number },
): Script<Taken & { lanes: readonly { domain: string; answer: Answer }[] }> {
  const rows = yield* run(q.recipientsOverdue, { now: a.now, max: a.rowsMax });
  const claimed = yield* claim(q, rows, a.holder);
  const domains = [...new Set(claimed.rows.map(({ domain }) => domain))].sort();
  const lanes: { domain: string; answer: Answer }[] = [];
  for (const domain of domains) {
    const lane = (yield* run(q.laneFind, { domain }))[0];
    if (lane && lane.failures > 0) {
      const { status, answer: text, host } = lane;
      lanes.push({ domain, answer: { code: 0, status, text, host } });
    }
    yield* refreshLane(q, domain);
  }
  return { ...claimed, lanes };
}

export type SettledRow =
  | { readonly n: number; readonly kind: 'delivered' | 'failed' | 'warned' }
  | {
      readonly n: number;
      readonly kind: 'deferred';
      readonly next: number;
      readonly unsure: boolean;
      readonly answer: Answer;
    }
  | { readonly n: number; readonly kind: 'returned'; readonly answer: Answer | null };

export interface SettledMessage {
  readonly message: number;
  readonly rows: readonly SettledRow[];
  readonly notices: readonly NewMessage[];
}

/** What was learned of a destination: it cannot be reached until then, or it can. */
export interface LaneNews {
  readonly domain: string;
  readonly closed: { readonly until: number; readonly answer: Answer } | null;
}

/** Decides about claimed rows, and puts what follows from it into the outbox, all or nothing. */
export function* settle(
  q: OutboxQueries,
  a: {
    holder: number;
    now: number;
    messages: readonly SettledMessage[];
    lane: LaneNews | null;
  },
): Script<void> {
  const domains: string[] = [];
  if (a.lane) {
    yield* laneNews(q, a.lane, a.now);
    domains.push(a.lane.domain);
  }
  // Always in one order, so that two transactions do not wait for each other.
  const messages = [...a.messages].sort((x, y) => x.message - y.message);
  for (const { message, rows } of messages) {
    for (const row of rows) {
      const domain = yield* settleRow(q, { message, n: row.n, holder: a.holder }, row);
      if (domain !== undefined) domains.push(domain);
    }
    yield* dropIfEmpty(q, message, a.now);
  }
  yield* refreshLanes(q, domains);
  for (const { notices } of a.messages) for (const notice of notices) yield* add(q, notice);
}

function* laneNews(q: OutboxQueries, { domain, closed }: LaneNews, now: number): Script<void> {
  if (closed === null) return void (yield* run(q.laneOpen, { domain }));
  const { status, text, host } = closed.answer;
  yield* run(q.laneClose, { domain, until: closed.until, status, answer: text, host, now });
}

function* settleRow(
  q: OutboxQueries,
  key: { message: number; n: number; holder: number },
  row: SettledRow,
): Script<string | undefined> {
  switch (row.kind) {
    case 'delivered':
    case 'failed':
      // What is decided is decided, whoever has it now.
      return (yield* run(q.recipientDrop, { message: key.message, n: row.n }))[0]?.domain;
    case 'deferred': {
      const { next, unsure, answer } = row;
      const { code, status, text, host } = answer;
      const set = { ...key, next, unsure: unsure ? 1 : 0, code, status, answer: text, host };
      return (yield* run(q.recipientDefer, set))[0]?.domain;
    }
    case 'returned': {
      if (row.answer !== null) {
        const { code, status, text, host } = row.answer;
        yield* run(q.recipientAnswer, { message: key.message, n: row.n, code, status, answer: text, host });
      }
      return (yield* run(q.recipientReturn, key))[0]?.domain;
    }
    case 'warned':
      return (yield* run(q.recipientWarned, key))[0]?.domain;
  }
}

/** The message and its bytes go with the last recipient. */
export function* dropIfEmpty(q: OutboxQueries, message: number, now: number): Script<void> {
  yield* run(q.messageLock, { message });
  if ((yield* run(q.recipientAny, { message })).length > 0) return;
  const gone = (yield* run(q.messageDrop, { message }))[0];
  if (gone) yield* dropBlob(q, gone.hash, now);
}

import type { Clock } from '../../base/index.ts';
import type { Database, StoredBlob } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { outboxOperations as operations } from './module.ts';
import type { SettledMessage, Taken } from './scripts/claims.ts';
import type { NewMessage } from './scripts/enqueue.ts';
import type {
  Answer,
  Claimed,
  Claims,
  LaneNews,
  NotifyCondition,
  Outgoing,
  QueuedMessage,
  QueuedRecipient,
  Settlement,
} from './types.ts';

export function messageOf(row: Taken['messages'][number]): QueuedMessage {
  const { body, utf8, ret, envid, tls, ...message } = row;
  return { ...message, options: { body, utf8, ret, envid, tls } };
}

export function recipientOf(row: Taken['rows'][number]): QueuedRecipient {
  const { holder: _, code, status, answer, host, notify, ...recipient } = row;
  return {
    ...recipient,
    notify: notify === '' ? [] : (notify.split(',') as NotifyCondition[]),
    last: status === '' ? null : { code, status, text: answer, host },
  };
}

function claimedOf({ rows, messages }: Taken): Claimed[] {
  return messages.map((row) => ({
    message: messageOf(row),
    recipients: rows
      .filter(({ message }) => message === row.id)
      .sort((a, b) => a.n - b.n)
      .map(recipientOf),
  }));
}

function bounded(answer: Answer): Answer {
  return { ...answer, text: answer.text.slice(0, limits.answerCharsMax).toWellFormed() };
}

interface ClaimsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly prepared: (outgoing: Outgoing) => NewMessage;
  readonly release: (blob: StoredBlob) => void;
}

/** Writes this process down as one that sends. */
export async function createClaims({ database, clock, prepared, release }: ClaimsOptions): Promise<Claims> {
  const until = () => clock.nowMs() + limits.claimMs;
  // The data folder of SQLite is this process's alone.
  const alone = database.engine === 'sqlite';
  const joined = await database.call(operations.join, { now: clock.nowMs(), until: until(), alone });
  const { holder } = joined;
  let recovered = joined.recovered;

  const settled = ({ message, outcomes, notices }: Settlement): SettledMessage => ({
    message,
    notices: notices.map(prepared),
    rows: outcomes.map((row) =>
      'answer' in row && row.answer !== null ? { ...row, answer: bounded(row.answer) } : row,
    ),
  });
  return {
    get recovered() {
      return recovered;
    },
    async take(busy, lanesMax, rowsMax) {
      const lanes = await database.call(operations.take, {
        holder,
        now: clock.nowMs(),
        busy,
        lanesMax,
        rowsMax,
      });
      return lanes.map(({ domain, failures, ...taken }) => ({ domain, failures, claimed: claimedOf(taken) }));
    },
    async overdue(rowsMax) {
      const { lanes, ...taken } = await database.call(operations.overdue, {
        holder,
        now: clock.nowMs(),
        rowsMax,
      });
      const said = new Map(lanes.map(({ domain, answer }) => [domain, answer]));
      return claimedOf(taken).map(({ message, recipients }) => ({
        message,
        recipients: recipients.map((one) => ({ ...one, last: one.last ?? said.get(one.domain) ?? null })),
      }));
    },
    async settle(settlements, lane) {
      const news: LaneNews | null = lane
        ? { ...lane, closed: lane.closed && { ...lane.closed, answer: bounded(lane.closed.answer) } }
        : null;
      const notices = settlements.flatMap((one) => one.notices);
      try {
        const messages = settlements.map(settled);
        await database.call(operations.settle, { holder, now: clock.nowMs(), messages, lane: news });
      } finally {
        for (const { blob } of notices) release(blob);
      }
    },
    async renew() {
      const answer = await database.call(operations.renew, { holder, now: clock.nowMs(), until: until() });
      recovered += answer.recovered;
      return answer.held;
    },
    async leave() {
      await database.call(operations.leave, { holder });
    },
  };
}

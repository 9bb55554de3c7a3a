import { first, one, run, type Script } from '../../../storage/index.ts';
import type { Sent } from '../../bank/types.ts';
import { checkDrafts } from '../../ledger/check.ts';
import { append } from '../../ledger/scripts/append.ts';
import type { Posting } from '../../ledger/types.ts';
import { chart } from '../../rules/chart.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Item } from '../types.ts';
import { transitOf } from './export.ts';

/**
 * Takes what the bank booked of a payment run: a transfer or a whole file that went, a transfer that came back and is owed again.
 * False where it is of no run, was booked before, or is another amount: a person looks at it then.
 */
export function* runBooked(q: CoopQueries, sent: Sent): Script<boolean> {
  const item = sent.endToEndId === '' ? undefined : yield* itemOf(q, sent.endToEndId);
  if (sent.received.amount > 0) return item !== undefined && (yield* cameBack(q, sent, item));
  if (item !== undefined) return yield* went(q, sent, item);
  return sent.payment !== '' && (yield* allWent(q, sent));
}

/** A transfer whose file was made. */
function* itemOf(q: CoopQueries, endToEndId: string): Script<Item | undefined> {
  const item = first(yield* run(q.payoutsItemNamed, { endToEndId }));
  if (item === undefined) return undefined;
  const { state } = one(yield* run(q.payoutsRun, { run: item.run }));
  return state === 'exported' || state === 'settled' ? item : undefined;
}

function* went(q: CoopQueries, sent: Sent, item: Item): Script<boolean> {
  if (item.settled !== '' || sent.received.amount !== -item.amount) return false;
  yield* run(q.payoutsItemSettled, { run: item.run, n: item.n, on: sent.received.on });
  yield* post(q, sent, 'payout.settled', [
    { account: transitOf(item.run), asset: sent.terms.currency, amount: item.amount },
  ]);
  yield* settleRun(q, item.run);
  return true;
}

/** The bank books what it was asked for in one sum (`BtchBookg`). */
function* allWent(q: CoopQueries, sent: Sent): Script<boolean> {
  const found = first(yield* run(q.payoutsRunOfFile, { file: sent.payment }));
  if (found === undefined || found.state !== 'exported') return false;
  const { amount } = one(yield* run(q.payoutsUnsettled, { run: found.id }));
  if (sent.received.amount !== -amount) return false;
  yield* run(q.payoutsItemsSettled, { run: found.id, on: sent.received.on });
  yield* post(q, sent, 'payout.settled', [
    { account: transitOf(found.id), asset: sent.terms.currency, amount },
  ]);
  yield* settleRun(q, found.id);
  return true;
}

/** It is owed again, on the accounts that it was taken of; a run pays it again when the member has named another account. */
function* cameBack(q: CoopQueries, sent: Sent, item: Item): Script<boolean> {
  if (item.returned !== '' || sent.received.amount !== item.amount) return false;
  const { on } = sent.received;
  yield* run(q.payoutsItemReturned, { run: item.run, n: item.n, on, reason: sent.returned || 'NARR' });
  const parts = yield* run(q.payoutsPartsOf, { run: item.run, n: item.n });
  const owed = parts.map(({ account, amount }) => ({
    ...{ account: `${account}:${item.member}`, asset: sent.terms.currency, amount: -amount },
  }));
  yield* post(q, sent, 'payout.returned', owed);
  return true;
}

/** One entry from where the money stands to where it belongs. */
function* post(q: CoopQueries, sent: Sent, kind: string, to: readonly Posting[]): Script<void> {
  const { terms, received } = sent;
  const { amount, on, from, key } = received;
  const postings = [{ account: from, asset: terms.currency, amount }, ...to];
  const drafts = checkDrafts([{ key, date: on, kind, memo: '', postings }], chart);
  yield* append(q, { coop: terms.coop, drafts, now: terms.now });
}

function* settleRun(q: CoopQueries, id: number): Script<void> {
  const { count } = one(yield* run(q.payoutsUnsettled, { run: id }));
  if (count === 0) yield* run(q.payoutsRunState, { run: id, state: 'settled' });
}

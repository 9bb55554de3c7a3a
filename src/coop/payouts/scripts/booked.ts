import { first, one, run, type Script } from '../../../storage/index.ts';
import type { Booking, Sent } from '../../bank/types.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Item } from '../types.ts';
import { transitOf } from './export.ts';

/**
 * Takes what the bank booked of a payment run: a transfer or a whole file that went, a transfer that came back and is owed again.
 * Null where it is of no run, was booked before, or is another amount: a person looks at it then.
 */
export function* runBooked(q: CoopQueries, sent: Sent): Script<Booking | null> {
  const item = sent.endToEndId === '' ? null : yield* itemOf(q, sent.endToEndId);
  if (sent.amount > 0) return item === null ? null : yield* cameBack(q, sent, item);
  if (item !== null) return yield* went(q, sent, item);
  return sent.payment === '' ? null : yield* allWent(q, sent);
}

/** A transfer whose file was made. */
function* itemOf(q: CoopQueries, endToEndId: string): Script<Item | null> {
  const item = first(yield* run(q.payoutsItemNamed, { endToEndId }));
  if (item === undefined) return null;
  const { state } = one(yield* run(q.payoutsRun, { run: item.run }));
  return state === 'exported' || state === 'settled' ? item : null;
}

function* went(q: CoopQueries, sent: Sent, item: Item): Script<Booking | null> {
  if (item.settled !== '' || sent.amount !== -item.amount) return null;
  yield* run(q.payoutsItemSettled, { run: item.run, n: item.n, on: sent.day });
  yield* settleRun(q, item.run);
  return settled(sent, item.run);
}

/** The bank books what it was asked for in one sum (`BtchBookg`). */
function* allWent(q: CoopQueries, sent: Sent): Script<Booking | null> {
  const found = first(yield* run(q.payoutsRunOfFile, { file: sent.payment }));
  if (found === undefined || found.state !== 'exported') return null;
  const { amount } = one(yield* run(q.payoutsUnsettled, { run: found.id }));
  if (amount === 0 || sent.amount !== -amount) return null;
  yield* run(q.payoutsItemsSettled, { run: found.id, on: sent.day });
  yield* settleRun(q, found.id);
  return settled(sent, found.id);
}

const settled = ({ amount, currency }: Sent, id: number): Booking => ({
  ...{ kind: 'payout.settled', memo: '' },
  postings: [{ account: transitOf(id), asset: currency, amount: -amount }],
});

/** It is owed again, on the accounts that it was taken of; a run pays it again when the member has named another account. */
function* cameBack(q: CoopQueries, sent: Sent, item: Item): Script<Booking | null> {
  if (item.returned !== '' || sent.amount !== item.amount) return null;
  const { run: id, n, member } = item;
  yield* run(q.payoutsItemReturned, { run: id, n, on: sent.day, reason: sent.returned || 'NARR' });
  const parts = yield* run(q.payoutsPartsOf, { run: id, n });
  const postings = parts.map(({ account, amount }) => ({
    ...{ account: `${account}:${member}`, asset: sent.currency, amount: -amount },
  }));
  return { kind: 'payout.returned', memo: '', postings };
}

function* settleRun(q: CoopQueries, id: number): Script<void> {
  const { count } = one(yield* run(q.payoutsUnsettled, { run: id }));
  if (count === 0) yield* run(q.payoutsRunState, { run: id, state: 'settled' });
}

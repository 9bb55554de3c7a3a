import { first, numbers, one, run, type Script } from '../../../storage/index.ts';
import type { Booking, SaidOfRun, Sent } from '../../bank/types.ts';
import type { Posting } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Item } from '../types.ts';
import { demandRun } from './decide.ts';
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
  return yield* settle(q, sent, item.run, [item]);
}

/** The bank books what it was asked for in one sum (`BtchBookg`). */
function* allWent(q: CoopQueries, sent: Sent): Script<Booking | null> {
  const found = first(yield* run(q.payoutsRunOfFile, { file: sent.payment }));
  if (found === undefined || found.state !== 'exported') return null;
  const { count, amount } = one(yield* run(q.payoutsUnsettled, { run: found.id }));
  if (amount === 0 || sent.amount !== -amount) return null;
  if (sent.count !== null && sent.count !== count) return null;
  const left = yield* run(q.payoutsItemsLeft, { run: found.id });
  return yield* settle(q, sent, found.id, left);
}

function* settle(
  q: CoopQueries,
  { amount, currency, day }: Pick<Sent, 'amount' | 'currency' | 'day'>,
  id: number,
  items: readonly Item[],
): Script<Booking> {
  yield* run(q.payoutsItemsSettled, { run: id, items: numbers(items.map(({ n }) => n)), on: day });
  const { count } = one(yield* run(q.payoutsUnsettled, { run: id }));
  if (count === 0) yield* run(q.payoutsRunState, { run: id, state: 'settled' });
  const postings = [{ account: transitOf(id), asset: currency, amount: -amount }];
  return { kind: 'payout.settled', memo: '', postings };
}

/** It is owed again, on the accounts that it was taken of; a run pays it again when the member has named another account. */
function* cameBack(q: CoopQueries, sent: Sent, item: Item): Script<Booking | null> {
  if (item.returned !== '' || sent.amount !== item.amount) return null;
  return { kind: 'payout.returned', memo: '', postings: yield* owedAgain(q, sent, item) };
}

function* owedAgain(
  q: CoopQueries,
  { currency, returned, day }: Pick<Sent, 'currency' | 'returned' | 'day'>,
  { run: id, n, member }: Item,
): Script<readonly Posting[]> {
  yield* run(q.payoutsItemReturned, { run: id, n, on: day, reason: returned || 'NARR' });
  const parts = yield* run(q.payoutsPartsOf, { run: id, n });
  return parts.map(({ account, amount }) => ({
    ...{ account: `${account}:${member}`, asset: currency, amount: -amount },
  }));
}

/**
 * Takes what a person says that a line of the bank is of a run: transfers that went, or that came back. To the cent; none of them
 * twice. Refuses with E_NOT_FOUND, E_STATE.
 */
export function* runMatched(q: CoopQueries, said: SaidOfRun): Script<Booking> {
  yield* demandRun(q, said.run, ['exported', 'settled']);
  const items = yield* itemsSaid(q, said);
  const sum = items.reduce((total, { amount }) => total + amount, 0);
  if (sum !== Math.abs(said.amount) || sum === 0)
    throw refusal(
      'E_STATE',
      `those transfers of run ${said.run} come to ${sum}, and the line is ${said.amount}`,
    );
  if (said.amount > 0) {
    const postings: Posting[] = [];
    for (const item of items) postings.push(...(yield* owedAgain(q, said, item)));
    return { kind: 'payout.returned', memo: '', postings };
  }
  return yield* settle(q, said, said.run, items);
}

function* itemsSaid(q: CoopQueries, { run: id, items, amount }: SaidOfRun): Script<readonly Item[]> {
  if (items.length === 0 && amount < 0) return yield* run(q.payoutsItemsLeft, { run: id });
  if (items.length === 0) throw refusal('E_STATE', 'what came back is said by the numbers of its transfers');
  const found = yield* run(q.payoutsItemsNumbered, { run: id, items: numbers(items) });
  const missing = items.find((n) => !found.some((item) => item.n === n));
  if (missing !== undefined)
    throw refusal('E_NOT_FOUND', `run ${id} has no transfer ${missing}`, { run: id });
  const twice = found.find(({ settled: went, returned }) => (amount < 0 ? went : returned) !== '');
  if (twice !== undefined)
    throw refusal('E_STATE', `transfer ${twice.n} of run ${id} was booked already`, { run: id });
  return found;
}

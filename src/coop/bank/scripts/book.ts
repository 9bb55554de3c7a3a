import { readCreditorReference } from '../../../formats/iban/index.ts';
import { one, run, type Script } from '../../../storage/index.ts';
import type { Told } from '../../house.ts';
import { openDay } from '../../ledger/scripts/append.ts';
import { seal } from '../../ledger/scripts/seal.ts';
import type { Day } from '../../ledger/types.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { receivers, senders } from '../../store/receivers.ts';
import type { Booking, Expected, LineState, NewLine, Receipt, WaitReason } from '../types.ts';

/** Received, and nobody knows for what. */
export const unmatched = 'clearing:unmatched';

export interface LineToBook extends NewLine {
  readonly statement: number;
  readonly account: string;
  /** The same booking stands in another statement. */
  readonly isKnown: boolean;
}

/** Keeps a line and books it: by its reference, by the payment run that it is of, or to where it waits for a person. */
export function* bookLine(q: CoopQueries, house: Told, line: LineToBook): Script<LineState> {
  const { isKnown, isReversal, references, count: _, ...kept } = line;
  const rf = references.join(' ');
  if (isKnown) {
    yield* run(q.bankLineAdd, { ...kept, rf, left: 0, state: 'repeated', reason: '' });
    return 'repeated';
  }
  const row = one(
    yield* run(q.bankLineAdd, { ...kept, rf, left: line.amount, state: 'queued', reason: 'no-reference' }),
  );
  const day = yield* openDay(q, line.day);
  const booking = yield* bookingOf(q, house, { ...line, day, came: line.day, id: row.id });
  const waits = typeof booking === 'string';
  const to = waits ? waiting(house, line.amount) : booking;
  yield* post(q, house, {
    ...to,
    ...{ from: `bank:${line.account}`, amount: line.amount, day, key: `bank:${row.id}` },
  });
  const [state, reason] = waits ? (['queued', booking] as const) : (['matched', ''] as const);
  yield* run(q.bankLineSet, { id: row.id, left: waits ? line.amount : 0, state, reason });
  return state;
}

const waiting = ({ currency }: Told, amount: number): Booking => ({
  ...{ kind: 'bank.unmatched', memo: '' },
  postings: [{ account: unmatched, asset: currency, amount: -amount }],
});

/** Where a line belongs; or why it waits. */
function* bookingOf(
  q: CoopQueries,
  house: Told,
  line: LineToBook & { readonly id: number; readonly came: Day },
): Script<Booking | WaitReason> {
  const { id, day, amount, endToEndId, payment, count } = line;
  const isBack = line.isReversal || line.returned !== '';
  if (amount > 0 && !isBack) {
    const expected = yield* expectedBy(q, line);
    if (typeof expected === 'string') return expected;
    const match = { line: id, expected: expected.id, account: '', run: 0, items: [], amount, memo: '' };
    const made = one(yield* run(q.bankMatchAdd, { ...match, by: 0, now: house.now }));
    yield* run(q.bankMatchDecide, { id: made.id, state: 'done', second: 0, now: house.now });
    return yield* receive(q, house, { expected, amount, day, came: line.came, line: id });
  }
  if (amount < 0 && isBack) return 'reversed';
  // What the bank takes back of a payment that it made comes back as if the other bank had sent it.
  const returned = line.returned || (line.isReversal ? 'RVSL' : '');
  for (const sender of senders) {
    const booking = yield* sender(q, {
      ...house,
      endToEndId,
      payment,
      count,
      amount,
      returned,
      day,
      line: id,
    });
    if (booking !== null) return booking;
  }
  return isBack ? 'returned' : 'outgoing';
}

/** COOP.md §4: by the reference, else by the payer's own identifier where that is one; by a name never. */
function* expectedBy(q: CoopQueries, line: NewLine): Script<Expected | WaitReason> {
  const { references, endToEndId, amount } = line;
  if (references.length > 1) return 'several-references';
  const own = references[0] ?? (readCreditorReference(endToEndId) || endToEndId);
  if (own === '') return 'no-reference';
  const [expected] = yield* run(q.bankExpectedByReference, { reference: own });
  if (expected === undefined) return references.length > 0 ? 'unknown-reference' : 'no-reference';
  const due = expected.amount - expected.received;
  if (expected.cancelled > 0) return 'cancelled';
  if (due === 0) return 'paid-already';
  if (amount !== due) return amount < due ? 'underpaid' : 'overpaid';
  return expected;
}

/** The room of the purpose takes it, and says where it belongs. */
export function* receive(
  q: CoopQueries,
  house: Told,
  { expected, amount, ...a }: Pick<Receipt, 'expected' | 'amount' | 'day' | 'came' | 'line'>,
): Script<Booking> {
  const paid = one(yield* run(q.bankExpectedReceive, { id: expected.id, amount }));
  return yield* receivers[expected.purpose](q, { ...house, ...a, expected: paid, amount });
}

/** One entry that takes an amount from where it is to where it belongs. */
export function* post(
  q: CoopQueries,
  house: Told,
  a: Booking & { readonly from: string; readonly amount: number; readonly day: Day; readonly key: string },
): Script<void> {
  const { from, amount, day, key, kind, memo } = a;
  const postings = [{ account: from, asset: house.currency, amount }, ...a.postings];
  yield* seal(q, house, [{ key, date: day, kind, memo, postings }]);
}

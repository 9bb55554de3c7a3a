import { run, type Script } from '../../../storage/index.ts';
import type { Day } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import type { PayoutsQueries } from '../queries.ts';

/**
 * Counts what was received for an invoice without VAT, or below zero what was credited of it, on a day of an open month. Whoever
 * books it calls this in the same transaction; a source is counted once.
 */
export function* countTurnover(
  q: PayoutsQueries,
  a: { readonly source: string; readonly day: Day; readonly amount: number },
): Script<void> {
  if (!Number.isSafeInteger(a.amount) || a.amount === 0)
    throw refusal('E_AMOUNT', `${a.amount} is no turnover of whole minor units`);
  const month = a.day.slice(0, 7);
  const [last] = yield* run(q.payoutsMonthLast, {});
  if (last && last.month >= month)
    throw refusal('E_PERIOD_CLOSED', `${last.month} was shared out, and ${a.day} lies in it or before`, {
      month,
    });
  yield* run(q.payoutsTurnoverAdd, { source: a.source, month, day: a.day, amount: a.amount });
}

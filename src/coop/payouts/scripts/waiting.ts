import { one, run, type Script } from '../../../storage/index.ts';
import type { Day } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';

/** How many lines of the bank up to a day wait for a person. */
export function* linesWaiting(q: CoopQueries, a: { readonly last: Day }): Script<number> {
  return one(yield* run(q.bankLinesWaitingUpTo, { day: a.last })).lines;
}

/**
 * The same for what is closed. They may be income of it and would come too late, so it is refused with E_LINES_WAIT where nobody
 * says why it does not wait for them.
 */
export function* demandNoLines(
  q: CoopQueries,
  a: { readonly last: Day; readonly despite: string },
): Script<number> {
  const lines = yield* linesWaiting(q, a);
  if (lines > 0 && a.despite === '')
    throw refusal('E_LINES_WAIT', `${lines} lines of the bank up to ${a.last} wait for a person`, { lines });
  return lines;
}

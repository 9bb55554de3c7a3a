import type { Day } from '../ledger/types.ts';
import { refusal } from '../refusals.ts';

/** The row in force on a day; rows are in order of their days. `what` says what is missing where none is: E_RULE. */
export function rateOn<R extends { readonly from: Day }>(rows: readonly R[], on: Day, what: string): R {
  const row = rows.findLast(({ from }) => from <= on);
  if (row === undefined) throw refusal('E_RULE', `the rules of the country say no ${what} for ${on}`, { on });
  return row;
}

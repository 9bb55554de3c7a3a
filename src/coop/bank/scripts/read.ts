import { run, type Script } from '../../../storage/index.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Gap, StatementRow } from '../types.ts';

/** The statements of an account in the order of their days, and where one does not begin as the one before it ended. */
export function* gapsOf(q: CoopQueries, a: { readonly account: string }): Script<readonly Gap[]> {
  const rows: readonly StatementRow[] = yield* run(q.bankStatementsOf, a);
  const known = rows.filter(({ opening, closing }) => opening !== null && closing !== null);
  return known.flatMap((row, at) => {
    const before = known[at - 1];
    if (before === undefined || before.closing === row.opening) return [];
    const [closing, opening] = [before.closing ?? 0, row.opening ?? 0];
    return [{ account: a.account, before: before.name, after: row.name, closing, opening }];
  });
}

/** What the ledger says the account holds, and what the bank said last. */
export function* reconciliation(
  q: CoopQueries,
  a: { readonly account: string; readonly asset: string },
): Script<{ readonly ledger: number; readonly bank: number | null; readonly last: string }> {
  const rows = yield* run(q.bankStatementsOf, { account: a.account });
  const last = rows.findLast(({ closing }) => closing !== null);
  const [balance] = yield* run(q.ledgerBalance, { account: `bank:${a.account}`, asset: a.asset });
  return { ledger: balance?.amount ?? 0, bank: last?.closing ?? null, last: last?.last ?? '' };
}

import { type BlobUses, type Findings, first, run, type Script } from '../../../storage/index.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { pageRows } from '../limits.ts';
import type { PayoutsQueries } from '../queries.ts';
import { transitOf } from './export.ts';

/** The files of payment runs. */
export function* runBlobs(q: PayoutsQueries, a: { readonly after: number }): Script<BlobUses> {
  const rows = yield* run(q.payoutsRunsAfter, { after: a.after });
  const next = rows.length < pageRows ? null : (rows.at(-1)?.id ?? null);
  return { next, uses: rows.flatMap(({ hash }) => (hash === '' ? [] : [{ hash, uses: 1 }])) };
}

/** Transfers add up to their run; what the ledger says is on its way is what the bank has not booked; the file is that of its entry. */
export function* checkRuns(q: CoopQueries, _: { readonly after: number }): Script<Findings> {
  const faults = (yield* run(q.payoutsRunFaults, {})).map(
    ({ id }) => `the transfers of run ${id} are not what the run comes to`,
  );
  for (const { id, state, hash, entry, left, transit } of yield* run(q.payoutsOnTheirWay, {})) {
    const expected = state === 'exported' || state === 'settled' ? left : 0;
    if (transit !== expected)
      faults.push(`${transitOf(id)} holds ${transit}, and of run ${id} ${expected} is not booked`);
    if (state === 'settled' && left !== 0)
      faults.push(`run ${id} is settled, and ${left} of it is not booked`);
    const memo = entry > 0 ? (first(yield* run(q.ledgerEntry, { seq: entry }))?.memo ?? '') : '';
    if (memo !== (hash === '' ? '' : `file ${hash}`))
      faults.push(`the ledger names another file of run ${id}`);
  }
  return { next: null, faults: faults.map((fault) => `payouts: ${fault}`) };
}

import { type BlobUses, type Findings, run, type Script } from '../../../storage/index.ts';
import { pageRows } from '../limits.ts';
import type { PayoutsQueries } from '../queries.ts';

/** The files of payment runs. */
export function* runBlobs(q: PayoutsQueries, a: { readonly after: number }): Script<BlobUses> {
  const rows = yield* run(q.payoutsRunsAfter, { after: a.after });
  const next = rows.length < pageRows ? null : (rows.at(-1)?.id ?? null);
  return { next, uses: rows.flatMap(({ hash }) => (hash === '' ? [] : [{ hash, uses: 1 }])) };
}

/** Months and runs add up to what they say. */
export function* checkPayouts(q: PayoutsQueries, _: { readonly after: number }): Script<Findings> {
  const months = yield* run(q.payoutsMonthFaults, {});
  const runs = yield* run(q.payoutsRunFaults, {});
  const faults = [
    ...months.map(({ month }) => `payouts: the shares of ${month} are not what the month came to`),
    ...runs.map(({ id }) => `payouts: the transfers of run ${id} are not what the run comes to`),
  ];
  return { next: null, faults };
}

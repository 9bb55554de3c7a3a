import { type BlobUses, run, type Script } from '../../../storage/index.ts';
import { pageRows } from '../limits.ts';
import type { PayoutsQueries } from '../queries.ts';

/** The files of payment runs. */
export function* runBlobs(q: PayoutsQueries, a: { readonly after: number }): Script<BlobUses> {
  const rows = yield* run(q.payoutsRunsAfter, { after: a.after });
  const next = rows.length < pageRows ? null : (rows.at(-1)?.id ?? null);
  return { next, uses: rows.flatMap(({ hash }) => (hash === '' ? [] : [{ hash, uses: 1 }])) };
}

import { one, run, type Script } from '../../../storage/index.ts';
import { owedRowsPerDayMax, receivedReportsMax, receivedRowsMax } from '../limits.ts';
import type { TrustQueries } from '../queries.ts';
import type { ReportKind } from '../tables.ts';

export interface OwedRow {
  readonly kind: ReportKind;
  readonly day: number;
  readonly domain: string;
  readonly digest: string;
  readonly row: string;
  readonly count: number;
}

/** Counts observations; answers how many found no room. */
export function* addOwed(q: TrustQueries, a: { rows: readonly OwedRow[]; max?: number }): Script<number> {
  const max = a.max ?? owedRowsPerDayMax;
  const held = new Map<string, number>();
  let dropped = 0;
  for (const row of a.rows) {
    if ((yield* run(q.owedRaise, { ...row })).length > 0) continue;
    const place = `${row.kind} ${row.day}`;
    const rows = held.get(place) ?? Number(one(yield* run(q.owedCount, { ...row })).rows);
    if (rows >= max) {
      dropped += row.count;
      held.set(place, rows);
      continue;
    }
    yield* run(q.owedAdd, { ...row });
    held.set(place, rows + 1);
  }
  return dropped;
}

/** A report of others, read. `rows` are JSON of the kind's own form. */
export interface NewReport {
  readonly kind: ReportKind;
  readonly reporter: string;
  readonly reportId: string;
  readonly domain: string;
  readonly begins: number;
  readonly ends: number;
  readonly received: number;
  readonly total: number;
  readonly failed: number;
}

/** Null where the same report came before. */
export function* addReceived(
  q: TrustQueries,
  a: { report: NewReport; rows: readonly string[] },
): Script<number | null> {
  const added = yield* run(q.receivedAdd, { ...a.report });
  const id = added[0]?.id;
  if (id === undefined) return null;
  const rows = a.rows.slice(0, receivedRowsMax).map((row, position) => ({ report: id, position, row }));
  yield* run(q.receivedRowsAdd, { rows });
  return id;
}

/** Forgets reports that came before `before`, and the oldest beyond the most there may be; answers how many. */
export function* forgetReceived(q: TrustQueries, a: { before: number; max?: number }): Script<number> {
  let gone = 0;
  for (const { id } of yield* run(q.receivedOld, { before: a.before })) {
    yield* dropReceived(q, id);
    gone++;
  }
  const max = a.max ?? receivedReportsMax;
  for (;;) {
    const { rows, oldest } = one(yield* run(q.receivedCount, {}));
    if (Number(rows) <= max) return gone;
    yield* dropReceived(q, Number(oldest));
    gone++;
  }
}

function* dropReceived(q: TrustQueries, id: number): Script<void> {
  yield* run(q.receivedRowsDrop, { report: id });
  yield* run(q.receivedDrop, { id });
}

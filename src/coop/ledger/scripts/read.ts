import { numbers, run, type Script } from '../../../storage/index.ts';
import type { LedgerQueries } from '../queries.ts';
import type { Entry, Posting } from '../types.ts';

type Row = Awaited<ReturnType<LedgerQueries['ledgerEntry']['execute']>>[number];

/** Entries after one, up to another, as many as one page holds. */
export function* page(
  q: LedgerQueries,
  a: { readonly after: number; readonly until: number },
): Script<readonly Entry[]> {
  const rows = yield* run(q.ledgerEntries, a);
  const last = rows.at(-1);
  return last === undefined ? [] : yield* withPostings(q, rows, { after: a.after, until: last.seq });
}

function* withPostings(
  q: LedgerQueries,
  rows: readonly Row[],
  span: { readonly after: number; readonly until: number },
): Script<readonly Entry[]> {
  const postings = yield* run(q.ledgerPostings, span);
  const ids = new Set(postings.map(({ account }) => account));
  const named = yield* run(q.ledgerAccountsById, { ids: numbers(ids) });
  const names = new Map(named.map(({ id, name }) => [id, name]));
  const bySeq = new Map<number, Posting[]>(rows.map(({ seq }) => [seq, []]));
  for (const { seq, account, asset, amount } of postings)
    bySeq.get(seq)?.push({ account: names.get(account) ?? '', asset, amount });
  return rows.map(({ seq, date, kind, key, memo, hash, reverses, sealed }) => ({
    ...{ seq, date, kind, key, memo, hash, sealed, postings: bySeq.get(seq) ?? [] },
    ...(reverses > 0 ? { reverses } : {}),
  }));
}

export function* entry(q: LedgerQueries, a: { readonly seq: number }): Script<Entry | null> {
  const rows = yield* run(q.ledgerEntry, a);
  const [found] = yield* withPostings(q, rows, { after: a.seq - 1, until: a.seq });
  return found ?? null;
}

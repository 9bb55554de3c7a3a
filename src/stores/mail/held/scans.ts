import { limits } from '../limits.ts';
import type { MessageRow, RowFilter } from '../types.ts';
import { firstFrom } from './row-cache.ts';

/** What `read` answers from one uid on, page after page up to `to`. */
export async function* pages(
  from: number,
  to: number,
  read: (next: number) => Promise<readonly MessageRow[]>,
): AsyncGenerator<readonly MessageRow[]> {
  let next = from;
  while (next <= to) {
    const rows = await read(next);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < limits.pageRows) return;
    next = last.uid + 1;
  }
}

/** Of rows that are held those with uids from `from` to `to`, page by page. */
export function* slices(
  rows: readonly MessageRow[],
  from: number,
  to: number,
): Generator<readonly MessageRow[]> {
  const end = firstFrom(rows, to + 1);
  for (let at = firstFrom(rows, from); at < end; at += limits.pageRows) {
    yield rows.slice(at, Math.min(end, at + limits.pageRows));
  }
}

/** Of the same rows those that pass. */
export function* passing(
  all: readonly MessageRow[],
  from: number,
  to: number,
  { mask, value, narrowed }: RowFilter,
): Generator<readonly MessageRow[]> {
  const above = narrowed?.upTo ?? 0;
  const wanted = new Set(narrowed?.emails);
  const end = firstFrom(all, to + 1);
  for (let at = firstFrom(all, from); at < end; ) {
    const rows: MessageRow[] = [];
    for (const stop = Math.min(end, at + limits.pageRows); at < stop; at++) {
      const row = all[at] as MessageRow;
      if ((row.flags & mask) === value && (row.email > above || wanted.has(row.email))) rows.push(row);
    }
    yield rows;
  }
}

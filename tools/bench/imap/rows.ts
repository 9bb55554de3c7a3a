import type { Row } from './row.ts';
import { appendRows, copyRows, storeRows } from './rows-changes.ts';
import { liveRows, resumeRows } from './rows-live.ts';
import { loginRows } from './rows-login.ts';
import { fetchRows, mailboxRows } from './rows-mailbox.ts';
import { mixedRows } from './rows-mixed.ts';
import { searchRows } from './rows-search.ts';

/** In the order of the table: what leaves the mailboxes as they are comes first. */
export const rows: readonly Row[] = [
  ...loginRows,
  ...mailboxRows,
  ...fetchRows,
  ...searchRows,
  ...liveRows,
  ...storeRows,
  ...appendRows,
  ...copyRows,
  ...resumeRows,
  ...mixedRows,
];

/** The rows that any of the words is part of; without words all. */
export function chosen(words: readonly string[]): readonly Row[] {
  const wanted = words.map((word) => word.toLowerCase());
  return rows.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)),
  );
}

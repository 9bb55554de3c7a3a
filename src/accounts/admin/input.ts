import { StoreError } from '../../base/index.ts';
import { pageRowsMax } from '../limits.ts';
import type { Page } from './types.ts';

/** Text for people: NFC, on one line. */
export function readName(text: string, what: string, charactersMax: number): string {
  const name = text.normalize('NFC').trim();
  if (name === '' || name.length > charactersMax) {
    throw new StoreError('invalid', `${what} must have 1 to ${charactersMax} characters`);
  }
  if (!name.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    throw new StoreError('invalid', `${what} holds a control character`);
  }
  return name;
}

/** How many rows a page has; refused rather than cut down, so that nobody takes a part for the whole. */
export function readPageSize(max: number | undefined): number {
  if (max === undefined) return pageRowsMax;
  if (Number.isInteger(max) && max >= 1 && max <= pageRowsMax) return max;
  throw new StoreError('invalid', `a page has 1 to ${pageRowsMax} rows`);
}

/** The page out of one row more than it shows. */
export function pageOf<Row, Cursor>(
  rows: readonly Row[],
  max: number,
  cursor: (row: Row) => Cursor,
): Page<Row, Cursor> {
  const shown = rows.slice(0, max);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > max && last !== undefined ? cursor(last) : null };
}

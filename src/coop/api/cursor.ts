import { FormatError } from '../../base/index.ts';
import { readStrictJson } from '../../formats/strict-json/index.ts';
import { refusal } from '../refusals.ts';

/** What a page ended with: the keys of its last row, so that rows which come meanwhile move nothing. */
export type Ended = readonly (number | string)[];

/** `list`: the path it is of, so that a cursor of another list is refused rather than misread. */
export const writeCursor = (list: string, ended: Ended): string =>
  Buffer.from(JSON.stringify([list, ...ended])).toString('base64url');

/** Null without one. E_CURSOR for what `writeCursor` of this list did not write. */
export function readCursor(list: string, cursor: string | undefined): Ended | null {
  if (cursor === undefined) return null;
  const bad = refusal('E_CURSOR', 'that is no cursor that this list gave');
  try {
    const value = readStrictJson(Buffer.from(cursor, 'base64url'), 1);
    if (!Array.isArray(value) || value[0] !== list) throw bad;
    const ended = value.slice(1);
    const plain = ended.filter((part) => typeof part === 'number' || typeof part === 'string');
    if (plain.length !== ended.length || ended.length === 0) throw bad;
    return plain;
  } catch (error) {
    if (error instanceof FormatError) throw bad;
    throw error;
  }
}

/** The number that a page of rows in the order of their numbers ended with; 0 without a cursor. */
export function numberAfter(list: string, cursor: string | undefined): number {
  const ended = readCursor(list, cursor);
  if (ended === null) return 0;
  const [after] = ended;
  if (typeof after !== 'number' || ended.length !== 1)
    throw refusal('E_CURSOR', 'that is no cursor that this list gave');
  return after;
}

/** A page of rows that were asked for with one more than it holds. */
export function pageOfNumbered<Row>(
  list: string,
  rows: readonly Row[],
  limit: number,
  numberOf: (row: Row) => number,
): { readonly items: Row[]; readonly next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next: more ? writeCursor(list, [numberOf(last)]) : null };
}

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

interface Asked {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface Page<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

type PageBy<Key> = <Row>(
  list: string,
  asked: Asked,
  start: Key,
  fetch: (from: Key) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
) => Promise<Page<Row>>;

/** Reads on from a key, in pages as the room gives them, until there is one row more than a page of the list holds. */
const pager =
  <Key extends number | string>(isKey: (part: unknown) => part is Key): PageBy<Key> =>
  async (list, { cursor, limit }, start, fetch, keyOf) => {
    const ended = readCursor(list, cursor) ?? [start];
    const [key] = ended;
    if (ended.length !== 1 || !isKey(key)) throw refusal('E_CURSOR', 'that is no cursor that this list gave');
    const rows = [];
    for (let from = key; rows.length <= limit; ) {
      const page = await fetch(from);
      const last = page.at(-1);
      if (last === undefined) break;
      rows.push(...page);
      from = keyOf(last);
    }
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { items, next: more ? writeCursor(list, [keyOf(last)]) : null };
  };

/** A list in the order of numbers, or against it. */
export const pageBy = pager((part): part is number => typeof part === 'number');
/** The same of texts. */
export const pageByText = pager((part): part is string => typeof part === 'string');

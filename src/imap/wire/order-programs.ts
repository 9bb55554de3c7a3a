import type { Decoder } from './decoder.ts';
import { shown } from './fault.ts';
import { wireLimits } from './limits.ts';
import {
  parseCharset,
  parseKeys,
  parseReturns,
  type SearchKey,
  type SearchProgram,
  type SearchTables,
} from './search-program.ts';

/** RFC 5256 §3 sort-key, RFC 5957 §4. */
export const sortKeys = [
  'ARRIVAL',
  'CC',
  'DATE',
  'DISPLAYFROM',
  'DISPLAYTO',
  'FROM',
  'SIZE',
  'SUBJECT',
  'TO',
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface SortCriterion {
  readonly key: SortKey;
  readonly reverse: boolean;
}

export interface SortProgram extends SearchProgram {
  readonly charset: string;
  /** The weightiest first; at least one. */
  readonly criteria: readonly SortCriterion[];
}

export interface ThreadProgram {
  /** In upper case; whether it is served is for the command to say. */
  readonly algorithm: string;
  readonly charset: string;
  readonly key: SearchKey;
}

/** Both ends from 1; `fromEnd` counts from the last. RFC 9394 §4 partial-range. */
export interface ResultRange {
  readonly first: number;
  readonly last: number;
  readonly fromEnd: boolean;
  /** The lower number first: 500:400 is the same as 400:500. */
  readonly text: string;
}

/** [RETURN (…) SP] "(" sort-criterion *(SP sort-criterion) ")" SP charset 1*(SP search-key). RFC 5256 §5, RFC 5267 §3. */
export function parseSortProgram(decoder: Decoder, tables: SearchTables): SortProgram {
  const returns = parseReturns(decoder, tables);
  const criteria = decoder.list(criterion, {
    min: 1,
    max: wireLimits.sortCriteriaMax,
    what: 'sort criteria',
  });
  decoder.sp();
  const charset = parseCharset(decoder, tables);
  decoder.sp();
  return { returns, criteria, charset, key: parseKeys(decoder, charset, tables) };
}

function criterion(decoder: Decoder): SortCriterion {
  let start = decoder.offset;
  let name = decoder.keyword('a sort key');
  const reverse = name === 'REVERSE';
  if (reverse) {
    decoder.sp();
    start = decoder.offset;
    name = decoder.keyword('a sort key');
  }
  const key = sortKeys.find((known) => known === name);
  return key ? { key, reverse } : decoder.fault(`unknown sort key ${shown(name)}`, start);
}

/** thread-alg SP charset 1*(SP search-key). RFC 5256 §5. */
export function parseThreadProgram(decoder: Decoder, tables: SearchTables): ThreadProgram {
  const algorithm = decoder.atom('a threading algorithm').toUpperCase();
  decoder.sp();
  const charset = parseCharset(decoder, tables);
  decoder.sp();
  return { algorithm, charset, key: parseKeys(decoder, charset, tables) };
}

/** nz-number ":" nz-number, or both with "-" before them. RFC 9394 §4. */
export function parseResultRange(decoder: Decoder): ResultRange {
  const fromEnd = decoder.tryChar('-');
  const one = decoder.nzNumber();
  decoder.char(':');
  if (fromEnd) decoder.char('-');
  const other = decoder.nzNumber();
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  return { first, last, fromEnd, text: fromEnd ? `-${first}:-${last}` : `${first}:${last}` };
}

import type { Extension, FetchModifierFeature } from '../features.ts';
import { setOf } from '../search/answer.ts';
import type { SearchReturnFeature } from '../search/returns.ts';
import type { Decoder, ResultRange } from '../wire/index.ts';

function parse(decoder: Decoder): ResultRange {
  decoder.sp();
  return decoder.resultRange();
}

/** From the beginning, or counted from the end (RFC 9394 §3.1); what lies beyond is left out. */
function partOf<T>(all: readonly T[], { first, last, fromEnd }: ResultRange): T[] {
  if (fromEnd) return all.slice(Math.max(0, all.length - last), Math.max(0, all.length - first + 1));
  return all.slice(first - 1, last);
}

const searchPart: SearchReturnFeature = {
  name: 'PARTIAL',
  parse,
  picks: ({ uids }, range) => partOf(uids, range as ResultRange),
  write(session, call, picked, range) {
    const { text } = range as ResultRange;
    const set = picked.length === 0 ? 'NIL' : setOf(session, call, picked);
    session.out.raw(` PARTIAL (${text} ${set})`);
  },
};

const fetchPart: FetchModifierFeature = {
  name: 'PARTIAL',
  parse,
  narrow: (uids, range) => partOf(uids, range as ResultRange),
};

/** PARTIAL: results of SEARCH and SORT, and messages of FETCH, page by page. */
export const partialExtension: Extension = {
  rfc: 9394,
  name: 'PARTIAL',
  capabilities: ({ member }) => (member === null ? [] : ['PARTIAL']),
  searchReturns: [searchPart],
  fetchModifiers: [fetchPart],
};

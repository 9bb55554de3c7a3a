import type { Extension } from '../features.ts';
import type { SearchKeyFeature } from '../search/keys.ts';
import type { Decoder } from '../wire/index.ts';

function key(name: string, matches: (receivedMs: number, thenMs: number) => boolean): SearchKeyFeature {
  return {
    name,
    changesWithTime: true,
    parse(decoder: Decoder) {
      decoder.sp();
      return decoder.nzNumber();
    },
    judge(seconds, { nowMs }) {
      const thenMs = nowMs - Number(seconds) * 1000;
      return { cost: 'row', test: ({ row }) => matches(row.received, thenMs) };
    },
  };
}

/** WITHIN: how many seconds ago a message came, by its internal date. Both keys take the moment itself (RFC 5032 §2). */
export const withinExtension: Extension = {
  rfc: 5032,
  name: 'WITHIN',
  capabilities: ({ member }) => (member === null ? [] : ['WITHIN']),
  searchKeys: [
    key('OLDER', (received, then) => received <= then),
    key('YOUNGER', (received, then) => received >= then),
  ],
};

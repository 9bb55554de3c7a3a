import type { Decoder } from './decoder.ts';
import { SequenceSet } from './sequence-set.ts';

/** What a client that comes back knows of a mailbox: the parameter QRESYNC of SELECT. RFC 7162 §7. */
export interface KnownState {
  readonly uidValidity: number;
  readonly modseq: number;
  /** All there may be, where the client did not say. */
  readonly uids: SequenceSet;
  /** Whether it matched message numbers with uids. */
  readonly hasMatches: boolean;
}

/** "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")". */
export function parseKnownState(decoder: Decoder): KnownState {
  decoder.char('(');
  const uidValidity = decoder.nzNumber();
  decoder.sp();
  const modseq = decoder.modSequenceValzer();
  let uids: SequenceSet | null = null;
  let hasMatches = false;
  let more = decoder.tryChar(' ');
  if (more && decoder.peek() !== '(') {
    uids = decoder.uidSet();
    more = decoder.tryChar(' ');
  }
  if (more) {
    parseMatches(decoder);
    hasMatches = true;
  }
  decoder.char(')');
  return { uidValidity, modseq, uids: uids ?? SequenceSet.parse('1:4294967295'), hasMatches };
}

/**
 * "(" known-sequence-set SP known-uid-set ")". They help a server that has forgotten when messages went to guess which;
 * this one knows, so they are checked and not kept (RFC 7162 §3.2.5.2).
 */
function parseMatches(decoder: Decoder): void {
  decoder.char('(');
  const start = decoder.offset;
  const numbers = decoder.uidSet();
  decoder.sp();
  const uids = decoder.uidSet();
  decoder.char(')');
  if (!ascends(numbers) || !ascends(uids) || numbers.size !== uids.size) {
    decoder.fault('sequence matches are as many numbers as uids, both ascending', start);
  }
}

function ascends(set: SequenceSet): boolean {
  let before = 0;
  for (const [first, last] of set.ranges()) {
    if (first <= before || last < first) return false;
    before = last;
  }
  return true;
}

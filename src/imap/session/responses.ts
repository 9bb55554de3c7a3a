import type { FlagRow } from '../../stores/mail/index.ts';
import { type ResponseWriter, wireLimits } from '../wire/index.ts';
import { flagText } from './flags.ts';
import type { Turns } from './turns.ts';

/** What a response about messages needs to know of the client it is for. */
export interface Audience {
  readonly out: ResponseWriter;
  readonly condstore: boolean;
  readonly rev2: boolean;
  /** RFC 9586: the client never hears of a message number. */
  readonly uidOnly: boolean;
  /** VANISHED stands for EXPUNGE (RFC 7162 §3.2.10, RFC 9586 §3.4). */
  readonly tellsVanished: boolean;
  /** What of the mailbox the client wants to hear (RFC 5465). */
  readonly hears: { readonly flags: boolean };
  /** Set where many others may be told the same in this moment. */
  readonly turns: Turns | null;
  /** Follows EXISTS where the client wants to be told more of new messages than that. */
  arrived(uids: Uint32Array): Promise<void>;
  /** Where much was written, sends it before more is. */
  flushIfLarge(): Promise<void>;
}

/** A message as a client may be told of it: by the number it has in this session, or by its uid. */
export interface Numbered {
  readonly seq: number | undefined;
  readonly uid: number;
}

/** `* 5 FETCH (` or, where uids are all that counts, `* 105 UIDFETCH (` (RFC 9586 §3.3). */
export function openFetch(to: Pick<Audience, 'out' | 'uidOnly'>, { seq, uid }: Numbered): ResponseWriter {
  return to.out.raw(to.uidOnly ? `* ${uid} UIDFETCH (` : `* ${seq} FETCH (`);
}

/** The flags of a message, unasked, with what a client needs to know which message that is. */
export function writeFlags(to: Audience, seq: number, row: FlagRow, recent: boolean): void {
  writeUpdate(to, seq, row, `FLAGS (${flagText(row, recent)})`);
}

/** RFC 7162 §3.1.3: that a message changed, and nothing of what; null where the client keeps no mod-sequences. */
export function writeModseq(to: Audience, seq: number, row: FlagRow): void {
  if (to.condstore) writeUpdate(to, seq, row, '');
}

function writeUpdate(to: Audience, seq: number, row: FlagRow, flags: string): void {
  const { uid } = row;
  // One text for one response: a change of a whole mailbox writes as many as it has messages.
  const modseq = to.condstore ? `MODSEQ (${row.modseq})` : '';
  const items = flags !== '' && modseq !== '' ? `${flags} ${modseq}` : flags + modseq;
  to.out.raw(to.uidOnly ? `* ${uid} UIDFETCH (${items})\r\n` : `* ${seq} FETCH (UID ${uid} ${items})\r\n`);
}

/** `* VANISHED 3:5,9` of uids, ascending; `earlier`: they went before the client came back (RFC 7162 §3.2.10). */
export function writeVanished(
  { out }: Pick<Audience, 'out'>,
  uids: readonly number[] | Uint32Array,
  earlier: boolean,
): void {
  for (let at = 0; at < uids.length; at += wireLimits.vanishedUidsMax) {
    const some = uids.slice(at, at + wireLimits.vanishedUidsMax);
    out
      .raw(earlier ? '* VANISHED (EARLIER) ' : '* VANISHED ')
      .sequenceSet(some)
      .crlf();
  }
}

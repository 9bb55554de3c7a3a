import { createHash } from 'node:crypto';
import {
  decodeHeader,
  type EnvelopeAddress,
  messageIds,
  type ParsedMessage,
} from '../../../formats/mime/index.ts';
import { withoutNul } from '../incoming/without-nul.ts';
import { limits } from '../limits.ts';
import { fold } from '../search/fold.ts';

/** What messages are sorted and threaded by, worked out at delivery. Texts are keys of i;unicode-casemap. */
export interface OrderKeys {
  /** Ms since 1970 UTC; null where the internal date stands in (RFC 5256 §2.2). */
  readonly sentAt: number | null;
  /** RFC 5256 §3: addr-mailbox of the first address. */
  readonly fromMailbox: string;
  readonly toMailbox: string;
  readonly ccMailbox: string;
  /** RFC 5957 §3: the name of the first address, or the address where it has none. */
  readonly fromDisplay: string;
  readonly toDisplay: string;
  /** RFC 5256 §2.1. */
  readonly baseSubject: string;
  /** 1 where the subject is marked as a reply or a forward. */
  readonly isReply: number;
  /** Of the Message-ID; null where it has none. */
  readonly messageKey: string | null;
  /** Of the ancestors, oldest first, one behind the other: `messageKeyChars` each. */
  readonly parentKeys: string;
}

/** 66 bits: so many messages that two ids meet by chance no account holds. */
export const messageKeyChars = 11;

export function orderKeys(parsed: ParsedMessage): OrderKeys {
  const { from, to, cc, messageId } = parsed.envelope;
  const id = messageIds(messageId ?? '')[0];
  return {
    sentAt: parsed.sentAt,
    fromMailbox: key(from[0]?.mailbox ?? ''),
    toMailbox: key(to[0]?.mailbox ?? ''),
    ccMailbox: key(cc[0]?.mailbox ?? ''),
    fromDisplay: key(displayOf(from[0])),
    toDisplay: key(displayOf(to[0])),
    baseSubject: withoutNul(fold(parsed.baseSubject).slice(0, limits.baseSubjectCharsMax).toWellFormed()),
    isReply: parsed.isReply ? 1 : 0,
    messageKey: id === undefined ? null : messageKey(id),
    parentKeys: parsed.references.map(messageKey).join(''),
  };
}

function key(text: string): string {
  return withoutNul(fold(text).slice(0, limits.orderKeyCharsMax).toWellFormed());
}

function displayOf(address: EnvelopeAddress | undefined): string {
  if (address === undefined) return '';
  const name = decodeHeader(address.name ?? '').trim();
  if (name !== '') return name;
  const mailbox = address.mailbox ?? '';
  return address.host ? `${mailbox}@${address.host}` : mailbox;
}

/** RFC 5256 §3 REFERENCES: quoted or not, an id is the same; it has upper and lower case. */
function messageKey(id: string): string {
  const plain = id.replace(/\\(.)|"/gs, '$1');
  return createHash('sha256').update(plain).digest('base64url').slice(0, messageKeyChars);
}

const surrogate = /[\ud800-\udfff]/;

/** The order of two keys: that of their octets in UTF-8 (RFC 5051 §2). */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 puts what needs a pair before U+E000, UTF-8 behind it.
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

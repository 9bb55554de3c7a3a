import { AUTHENTIC_DATA, DNSSEC_OK, encode, RECURSION_DESIRED } from 'dns-packet';
import { nameBytesMax, namePointersMax, udpPayloadBytes } from './limits.ts';

/** Types of records that are asked for or looked at in an answer (IANA, DNS parameters). */
export const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  TLSA: 52,
  CAA: 257,
} as const;

export type RecordType = 'A' | 'NS' | 'CNAME' | 'PTR' | 'MX' | 'TXT' | 'AAAA' | 'SRV' | 'TLSA' | 'CAA';

/** What an answer must be to: who guesses has to guess all of it. */
export interface Query {
  readonly id: number;
  /** In the mixture of cases that was sent. */
  readonly name: string;
  readonly type: RecordType;
  /** RFC 6891; without it nothing can be vouched for. */
  readonly edns: boolean;
}

export interface RawRecord {
  /** Lower-case, without final dot; '' is the root. */
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  /** Where its data stands in the message. */
  readonly start: number;
  readonly end: number;
}

export interface Message {
  readonly bytes: Buffer;
  readonly id: number;
  readonly response: boolean;
  readonly truncated: boolean;
  /** RFC 4035 §3.2.3; whether it is believed is another question. */
  readonly authentic: boolean;
  /** With the extension of RFC 6891 §6.1.3. */
  readonly rcode: number;
  /** Null where there is none, or more than one. `name` in the case in which it came. */
  readonly question: { readonly name: string; readonly type: number } | null;
  readonly answers: readonly RawRecord[];
  readonly authorities: readonly RawRecord[];
}

/** A message that cannot be one. What a stranger put into it stays out of the text. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

const classInternet = 1;

export function encodeQuery({ id, name, type, edns }: Query): Buffer {
  return encode({
    type: 'query',
    id,
    // RFC 6840 §5.7: AD in a question asks for AD in the answer.
    flags: RECURSION_DESIRED | (edns ? AUTHENTIC_DATA : 0),
    questions: [{ type, name }],
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: udpPayloadBytes,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: DNSSEC_OK,
            flag_do: true,
            options: [],
          },
        ]
      : [],
  });
}

/**
 * Reads a message without trusting a length in it. Data of records is read by `records.ts`, of the types that were
 * asked for alone. Throws MalformedMessage.
 */
export function decodeMessage(bytes: Buffer): Message {
  if (bytes.length < 12) throw new MalformedMessage('shorter than a header');
  const flags = bytes.readUInt16BE(2);
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = [4, 6, 8, 10].map((at) =>
    bytes.readUInt16BE(at),
  );
  const cursor = { at: 12 };
  let question: Message['question'] = null;
  for (let index = 0; index < questions; index++) {
    const name = readName(bytes, cursor);
    if (cursor.at + 4 > bytes.length) throw new MalformedMessage('cut off in the question');
    const type = bytes.readUInt16BE(cursor.at);
    if (questions === 1 && bytes.readUInt16BE(cursor.at + 2) === classInternet) question = { name, type };
    cursor.at += 4;
  }
  const truncated = (flags & 0x0200) !== 0;
  const head = {
    bytes,
    id: bytes.readUInt16BE(0),
    response: (flags & 0x8000) !== 0,
    truncated,
    authentic: (flags & 0x0020) !== 0,
    question,
  };
  // RFC 2181 §9: what a truncated message holds is not used.
  if (truncated) return { ...head, rcode: flags & 15, answers: [], authorities: [] };
  const sections = [answers, authorities, additionals].map((count) => readRecords(bytes, cursor, count));
  const opt = sections[2]?.find((record) => record.type === types.OPT);
  const extended = opt === undefined ? 0 : (opt.ttl >>> 24) << 4;
  return {
    ...head,
    rcode: extended | (flags & 15),
    answers: sections[0] ?? [],
    authorities: sections[1] ?? [],
  };
}

function readRecords(bytes: Buffer, cursor: { at: number }, count: number): RawRecord[] {
  const records: RawRecord[] = [];
  for (let index = 0; index < count; index++) {
    const owner = readName(bytes, cursor).toLowerCase();
    if (cursor.at + 10 > bytes.length) throw new MalformedMessage('cut off in a record');
    const type = bytes.readUInt16BE(cursor.at);
    const recordClass = bytes.readUInt16BE(cursor.at + 2);
    const ttl = bytes.readUInt32BE(cursor.at + 4);
    const start = cursor.at + 10;
    const end = start + bytes.readUInt16BE(cursor.at + 8);
    if (end > bytes.length) throw new MalformedMessage('cut off in the data of a record');
    cursor.at = end;
    if (recordClass === classInternet || type === types.OPT) records.push({ owner, type, ttl, start, end });
  }
  return records;
}

/**
 * A name and, in `cursor`, where it ends (RFC 1035 §4.1.4). A pointer leads back, never forward or to itself. Octets
 * that no host name has, a dot within a label among them, come out as `\DDD`.
 */
export function readName(bytes: Buffer, cursor: { at: number }): string {
  const labels: string[] = [];
  let { at } = cursor;
  let start = at;
  let octets = 0;
  let pointers = 0;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) throw new MalformedMessage('cut off in a name');
    if (length >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined) throw new MalformedMessage('cut off in a name');
      if (pointers === 0) cursor.at = at + 2;
      const target = ((length & 0x3f) << 8) | low;
      if (target >= start) throw new MalformedMessage('a name points forward');
      if (++pointers > namePointersMax) throw new MalformedMessage('a name of too many pointers');
      at = target;
      start = target;
      continue;
    }
    if (length >= 0x40) throw new MalformedMessage('a label of an unknown kind');
    octets += length + 1;
    if (octets > nameBytesMax) throw new MalformedMessage('a name that is too long');
    at += 1;
    if (length === 0) break;
    if (at + length > bytes.length) throw new MalformedMessage('cut off in a name');
    labels.push(labelText(bytes.subarray(at, at + length)));
    at += length;
  }
  if (pointers === 0) cursor.at = at;
  return labels.join('.');
}

function labelText(octets: Buffer): string {
  const text = octets.toString('latin1');
  if (/^[!-\-/-[\]-~]+$/.test(text)) return text;
  return text.replace(/[^!-\-/-[\]-~]/g, (odd) => `\\${odd.charCodeAt(0).toString().padStart(3, '0')}`);
}

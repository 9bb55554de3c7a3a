import {
  MalformedMessage,
  type Message,
  type RawRecord,
  type RecordType,
  readName,
  types,
} from './message.ts';
import { ipv6Text } from './names.ts';
import type { CaaRecord, MxRecord, SrvRecord, TlsaRecord } from './types.ts';

/** What the data of each type is read into. */
export interface RecordOf {
  readonly A: string;
  readonly AAAA: string;
  readonly NS: string;
  readonly CNAME: string;
  readonly PTR: string;
  readonly MX: MxRecord;
  readonly TXT: string;
  readonly SRV: SrvRecord;
  readonly TLSA: TlsaRecord;
  readonly CAA: CaaRecord;
}

type Reader<T> = (bytes: Buffer, record: RawRecord) => T;

const readers: { readonly [Type in RecordType]: Reader<RecordOf[Type]> } = {
  A: (bytes, record) => [...sized(bytes, record, 4, 4)].join('.'),
  AAAA: (bytes, record) => ipv6Text(sized(bytes, record, 16, 16)),
  NS: nameData,
  CNAME: nameData,
  PTR: nameData,
  MX: (bytes, record) => ({
    preference: sized(bytes, record, 3).readUInt16BE(0),
    exchange: nameAt(bytes, record, 2),
  }),
  TXT: (bytes, record) => Buffer.concat(strings(sized(bytes, record, 1))).toString('utf8'),
  SRV: (bytes, record) => {
    const data = sized(bytes, record, 7);
    return {
      priority: data.readUInt16BE(0),
      weight: data.readUInt16BE(2),
      port: data.readUInt16BE(4),
      target: nameAt(bytes, record, 6),
    };
  },
  TLSA: (bytes, record) => {
    const data = sized(bytes, record, 4);
    return {
      usage: data.readUInt8(0),
      selector: data.readUInt8(1),
      matching: data.readUInt8(2),
      // A copy, for the message would stay in memory with it.
      data: Buffer.from(data.subarray(3)),
    };
  },
  CAA: (bytes, record) => {
    // RFC 8659 §4.1
    const data = sized(bytes, record, 3);
    const valueAt = 2 + data.readUInt8(1);
    const tag = data.subarray(2, valueAt).toString('latin1').toLowerCase();
    if (valueAt > data.length || !/^[a-z0-9]+$/.test(tag))
      throw new MalformedMessage('a CAA record without tag');
    return {
      critical: (data.readUInt8(0) & 0x80) !== 0,
      tag,
      value: data.subarray(valueAt).toString('utf8'),
    };
  },
};

/** The value of a record of the message. Throws MalformedMessage. */
export function readRecord<Type extends RecordType>(
  message: Message,
  type: Type,
  record: RawRecord,
): RecordOf[Type] {
  return readers[type](message.bytes, record);
}

/** RFC 2308 §4: for how many seconds it holds that there is nothing; null where no SOA record says so. */
export function negativeTtl(message: Message): number | null {
  const soa = message.authorities.find((record) => record.type === types.SOA);
  if (soa === undefined) return null;
  const data = sized(message.bytes, soa, 22);
  return Math.min(ttlOf(soa), plain(data.readUInt32BE(data.length - 4)));
}

/** RFC 2181 §8: with the highest bit set it is zero. */
export function ttlOf({ ttl }: Pick<RawRecord, 'ttl'>): number {
  return plain(ttl);
}

function plain(seconds: number): number {
  return seconds > 0x7fff_ffff ? 0 : seconds;
}

function sized(bytes: Buffer, { start, end }: RawRecord, least: number, most = 65_535): Buffer {
  const data = bytes.subarray(start, end);
  if (data.length < least || data.length > most) throw new MalformedMessage('data of the wrong length');
  return data;
}

function nameData(bytes: Buffer, record: RawRecord): string {
  return nameAt(bytes, record, 0);
}

/** A name that ends where the data ends. */
function nameAt(bytes: Buffer, { start, end }: RawRecord, offset: number): string {
  const cursor = { at: start + offset };
  const name = readName(bytes, cursor).toLowerCase();
  if (cursor.at !== end) throw new MalformedMessage('data of the wrong length');
  return name;
}

// RFC 1035 §3.3.14
function strings(data: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const end = at + 1 + data.readUInt8(at);
    if (end > data.length) throw new MalformedMessage('a character string is cut off');
    found.push(data.subarray(at + 1, end));
    at = end;
  }
  return found;
}

import { stringOctetsMax, ttlSeconds } from '../limits.ts';
import type { ZoneRecord } from './types.ts';

/** One line of a zone file (RFC 1035 §5.1), names absolute. A PTR stands in somebody else's zone: as a comment. */
export function zoneLine(record: ZoneRecord): string {
  const line = `${record.name}. ${ttlSeconds} IN ${record.type} ${zoneData(record)}`;
  return record.type === 'PTR' ? `; ${line}` : line;
}

/** The record's data as a zone file has it. */
export function zoneData(record: ZoneRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.address;
    case 'MX':
      return `${record.preference} ${record.target}.`;
    case 'CNAME':
    case 'PTR':
      return `${record.target}.`;
    case 'TXT':
      return characterStrings(record.text);
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
    case 'TLSA':
      return `${record.usage} ${record.selector} ${record.matching} ${record.data}`;
    case 'CAA':
      return `${record.flags} ${record.tag} ${characterStrings(record.value)}`;
  }
}

/** Text as quoted strings of at most 255 octets each (RFC 1035 §3.3). */
function characterStrings(text: string): string {
  const bytes = Buffer.from(text);
  const strings: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += stringOctetsMax) {
    strings.push(`"${escaped(bytes.subarray(at, at + stringOctetsMax))}"`);
  }
  return strings.join(' ');
}

/** RFC 1035 §5.1: a quote and a backslash are escaped, what cannot be printed is written as its number. */
function escaped(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return text;
}

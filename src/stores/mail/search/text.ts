import { parseAddressList } from '../../../formats/address/index.ts';
import {
  decodeHeader,
  fileName,
  headerFields,
  htmlToText,
  type MimePart,
  partText,
} from '../../../formats/mime/index.ts';
import { fold } from './fold.ts';
import { type FoldedField, headerLines } from './needle.ts';

/** The fields of a header block, decoded and folded, in order. */
export function foldedHeader(bytes: Uint8Array): FoldedField[] {
  return headerFields(bytes).map((field) => {
    const name = fold(field.name);
    const value = decodeHeader(field.value).replace(/[\r\n]+/g, ' ');
    return [name, fold(addressFields.has(name) ? withPlainAddresses(value) : value)] as const;
  });
}

const addressFields: ReadonlySet<string> = new Set(['FROM', 'SENDER', 'REPLY-TO', 'TO', 'CC', 'BCC']);

/** SEARCH FROM looks into the envelope (RFC 9051 §6.4.4), where no comment parts an address: `ana (at) @ example.org`. */
function withPlainAddresses(value: string): string {
  if (!value.includes('(')) return value;
  const plain: string[] = [];
  for (const entry of parseAddressList(value)) {
    for (const { local, domain } of entry.kind === 'group' ? entry.members : [entry]) {
      const address = domain === '' ? local : `${local}@${domain}`;
      if (!value.includes(address)) plain.push(address);
    }
  }
  return [value, ...plain].join(' ');
}

/** [start, end) of the message. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * The body as SEARCH sees it, folded: every text part decoded, HTML as it stands and without its tags; of parts and
 * forwarded messages their headers and file names too. One part is held at a time beside the result.
 */
export async function foldedBody(root: MimePart, read: ReadRange): Promise<string> {
  const texts: string[] = [];
  for (const part of partsOf(root)) {
    if (part !== root && part.bodyStart > part.headerStart) {
      texts.push(headerLines(foldedHeader(await read(part.headerStart, part.bodyStart))));
      const name = fileName(part);
      if (name !== null) texts.push(fold(name));
    }
    if (part.type !== 'text' || part.bodyEnd <= part.bodyStart) continue;
    const text = partText(part, await read(part.bodyStart, part.bodyEnd));
    texts.push(fold(text));
    if (part.subtype === 'html' || part.subtype === 'xhtml+xml') texts.push(fold(htmlToText(text)));
  }
  return texts.join('\n');
}

/** Bytes that `foldedBody` reads of a message. */
export function bodyBytes(root: MimePart): number {
  let bytes = 0;
  for (const part of partsOf(root)) {
    if (part !== root) bytes += part.bodyStart - part.headerStart;
    if (part.type === 'text') bytes += part.bodyEnd - part.bodyStart;
  }
  return bytes;
}

function* partsOf(part: MimePart): Generator<MimePart> {
  yield part;
  for (const child of part.children) yield* partsOf(child);
  if (part.message) yield* partsOf(part.message.root);
}

/** Midnight UTC of the day in the Date field, whatever its zone; null without a date. RFC 9051 §6.4.4. */
export function sentDayOf(fields: readonly FoldedField[]): number | null {
  const date = fields.find(([name]) => name === 'DATE');
  return date === undefined ? null : dayOf(date[1]);
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The day, month and year of a folded date as written: `FRI, 21 NOV 1997 09:55:06 -0600`. RFC 5322 §3.3, §4.3. */
export function dayOf(text: string): number | null {
  const match = /(\d{1,2})[\s-]+([A-Z]{3})[A-Z]*[\s-]+(\d{2,4})(?!\d|:)/.exec(text.slice(0, 200));
  if (!match) return null;
  const month = months.indexOf(match[2] ?? '');
  const [day, digits] = [Number(match[1]), match[3] ?? ''];
  // RFC 5322 §4.3: two digits are 1950 to 2049, three count from 1900.
  const year =
    Number(digits) + (digits.length === 4 ? 0 : digits.length === 2 && Number(digits) < 50 ? 2000 : 1900);
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return month < 0 || date.getUTCDate() !== day ? null : date.getTime();
}

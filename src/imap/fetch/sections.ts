import { type ByteRange, FieldNames, HeaderTable, placeRange } from '../../formats/mime/index.ts';
import {
  formatSection,
  type PartialRange,
  type ResponseWriter,
  type Section,
  wireLimits,
} from '../wire/index.ts';
import type { Fetched, ItemPlan } from './plan.ts';
import { streamRange } from './stream.ts';

const crlf = Buffer.from('\r\n');

/** The plan of `BODY[section]<partial>` and of its old names. RFC 9051 §6.4.5, §7.5.2. */
export function sectionPlan(
  name: string,
  section: Section,
  partial: PartialRange | null,
  marksSeen: boolean,
): ItemPlan {
  const label = partial === null ? name : `${name}<${partial.offset}>`;
  const shared = { content: true, marksSeen };
  const fields = fieldsOf(section);
  if (fields !== null) {
    const isTop = section.part.length === 0;
    return {
      ...shared,
      header: isTop,
      range: (message) => locateSection(message, section),
      write: (out, message, bytes) => {
        out.raw(`${label} `);
        const table = (isTop ? message.header : null) ?? (bytes && new HeaderTable(bytes));
        if (table === null) out.nil();
        else if (partial === null) writeFields(out, table, fields);
        else out.literal(slice(fieldsText(table, fields), partial));
      },
    };
  }
  return {
    ...shared,
    label: `${label} `,
    stream: (session, message, range) => streamRange(session, message, label, range),
    range: (message) => {
      const range = locateSection(message, section);
      return range && cut(range, partial);
    },
    write: (out, _message, bytes) => {
      out.raw(`${label} `);
      if (bytes === null) out.nil();
      else out.literal(bytes);
    },
  };
}

export function sectionName(section: Section): string {
  return `BODY${formatSection(section)}`;
}

/** Fields of a header: those of the names (`keep`), or all others. */
interface Fields {
  readonly names: FieldNames;
  readonly keep: boolean;
}

function fieldsOf(section: Section): Fields | null {
  if (section.text !== 'HEADER.FIELDS' && section.text !== 'HEADER.FIELDS.NOT') return null;
  return { names: new FieldNames(section.fields), keep: section.text === 'HEADER.FIELDS' };
}

/** What is kept of a header, for HEADER.FIELDS and HEADER.FIELDS.NOT; null where all of the range is wanted. */
export function filterOf(section: Section): ((header: Buffer) => Buffer) | null {
  const fields = fieldsOf(section);
  return fields && ((header) => fieldsText(new HeaderTable(header), fields));
}

/** Where the section's bytes are; null where the message has no such section. */
export function locateSection(message: Fetched, section: Section): ByteRange | null {
  const text = section.text?.startsWith('HEADER') ? 'HEADER' : section.text;
  if (section.part.length === 0) {
    // The commonest sections need no look into the structure.
    const { headerLength, size } = message.content;
    if (text === null) return { start: 0, end: size };
    return text === 'HEADER' ? { start: 0, end: headerLength } : { start: headerLength, end: size };
  }
  const what = text as 'HEADER' | 'TEXT' | 'MIME' | null;
  const path = section.part.join('.');
  return placeRange(message.part(path), path, what) ?? null;
}

/** RFC 9051 §6.4.5: a partial beyond the end is the empty string. */
export function cut(range: ByteRange, partial: PartialRange | null): ByteRange {
  if (partial === null) return range;
  const start = Math.min(range.start + partial.offset, range.end);
  return { start, end: Math.min(start + partial.length, range.end) };
}

export function slice(bytes: Buffer, partial: PartialRange | null): Buffer {
  return partial === null ? bytes : bytes.subarray(partial.offset, partial.offset + partial.length);
}

/**
 * The fields asked for (or all others) as they stand, and the empty line; without it where the message ends inside its
 * header (RFC 3501 §6.4.5).
 */
function fieldsText(table: HeaderTable, { names, keep }: Fields): Buffer {
  const pieces = table.pieces(names, keep);
  const text = Buffer.allocUnsafe(sizeOf(table, pieces));
  copyFields(table, pieces, text);
  return text;
}

/** The same as a literal, without holding it. */
function writeFields(out: ResponseWriter, table: HeaderTable, { names, keep }: Fields): void {
  const pieces = table.pieces(names, keep);
  const size = sizeOf(table, pieces);
  out.literalStart(size);
  if (size <= wireLimits.longBlockBytesMax / 2) copyFields(table, pieces, out.room(size));
  else out.raw(fieldsText(table, { names, keep }));
}

function sizeOf({ isComplete }: HeaderTable, pieces: readonly number[]): number {
  let size = isComplete ? crlf.length : 0;
  for (let i = 0; i < pieces.length; i += 2) size += (pieces[i + 1] as number) - (pieces[i] as number);
  return size;
}

function copyFields({ bytes, isComplete }: HeaderTable, pieces: readonly number[], to: Buffer): void {
  let at = 0;
  for (let i = 0; i < pieces.length; i += 2) at += bytes.copy(to, at, pieces[i], pieces[i + 1]);
  if (isComplete) crlf.copy(to, at);
}

import { type ByteRange, headerFields, sectionRange } from '../../formats/mime/index.ts';
import { formatSection, type PartialRange, type Section } from '../wire/index.ts';
import type { Fetched, ItemPlan } from './plan.ts';
import { streamRange } from './stream.ts';

const crlf = Buffer.from('\r\n');
const endsInEmptyLine = /(?:^|\n)\r?\n$/;

/** The plan of `BODY[section]<partial>` and of its old names. RFC 9051 §6.4.5, §7.5.2. */
export function sectionPlan(
  name: string,
  section: Section,
  partial: PartialRange | null,
  marksSeen: boolean,
): ItemPlan {
  const label = partial === null ? name : `${name}<${partial.offset}>`;
  const filter = filterOf(section);
  const shared = { content: true, marksSeen };
  if (filter === null) {
    return {
      ...shared,
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
  return {
    ...shared,
    range: (message) => locateSection(message, section),
    write: (out, _message, bytes) => {
      out.raw(`${label} `);
      if (bytes === null) out.nil();
      else out.literal(slice(filter(bytes), partial));
    },
  };
}

export function sectionName(section: Section): string {
  return `BODY${formatSection(section)}`;
}

/** What is kept of a header, for HEADER.FIELDS and HEADER.FIELDS.NOT; null where all of the range is wanted. */
export function filterOf(section: Section): ((header: Buffer) => Buffer) | null {
  if (section.text !== 'HEADER.FIELDS' && section.text !== 'HEADER.FIELDS.NOT') return null;
  const wanted = new Set(section.fields.map((field) => field.toLowerCase()));
  return (header) => filterHeader(header, wanted, section.text === 'HEADER.FIELDS');
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
  return sectionRange(message.structure, section.part.join('.'), what) ?? null;
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
export function filterHeader(header: Buffer, names: ReadonlySet<string>, keep: boolean): Buffer {
  const kept: Buffer[] = [];
  for (const field of headerFields(header)) {
    if (names.has(field.name.toLowerCase()) === keep) kept.push(header.subarray(field.start, field.end));
  }
  if (endsInEmptyLine.test(header.toString('latin1', Math.max(0, header.length - 4)))) kept.push(crlf);
  return Buffer.concat(kept);
}

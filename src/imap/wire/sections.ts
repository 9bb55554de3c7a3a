import { classes, isToken } from './characters.ts';
import type { Decoder } from './decoder.ts';
import { wireLimits } from './limits.ts';

/** What follows the part number within BODY[…]. RFC 9051 §9 section-text. */
export type SectionText = 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';

/** The inside of BODY[…]; `part` is empty for the message itself. RFC 9051 §6.4.5.1. */
export interface Section {
  readonly part: readonly number[];
  readonly text: SectionText | null;
  /** Field names as the client wrote them; only for HEADER.FIELDS and HEADER.FIELDS.NOT. */
  readonly fields: readonly string[];
}

/** `[` section-spec `]`. */
export function parseSection(decoder: Decoder): Section {
  decoder.char('[');
  if (decoder.tryChar(']')) return { part: [], text: null, fields: [] };
  const { part, dotted } = startsNumber(decoder) ? parsePart(decoder) : { part: [], dotted: true };
  let text: SectionText | null = null;
  let fields: string[] = [];
  if (dotted) {
    const start = decoder.offset;
    const word = decoder.token(classes.name, 'a section').toUpperCase();
    if (!isSectionText(word) || (word === 'MIME' && part.length === 0)) {
      decoder.fault('expected HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or, after a part, MIME', start);
    }
    text = word;
    if (word === 'HEADER.FIELDS' || word === 'HEADER.FIELDS.NOT') {
      decoder.sp();
      fields = decoder.list(fieldName, { min: 1, max: wireLimits.headerFieldsMax, what: 'header fields' });
    }
  }
  decoder.char(']');
  return { part, text, fields };
}

/** `[` [section-part] `]`, for BINARY. RFC 9051 §9 section-binary. */
export function parseSectionBinary(decoder: Decoder): number[] {
  decoder.char('[');
  if (decoder.tryChar(']')) return [];
  const { part } = parsePart(decoder);
  decoder.char(']');
  return part;
}

/** Numbers joined by '.'; `dotted` where a further '.' was read, so that a section-text must follow. */
function parsePart(decoder: Decoder): { part: number[]; dotted: boolean } {
  const part = [decoder.nzNumber()];
  while (decoder.tryChar('.')) {
    if (!startsNumber(decoder)) {
      if (decoder.peek() === ']') decoder.fault("a part number may not end with '.'");
      return { part, dotted: true };
    }
    if (part.length >= wireLimits.sectionPartsMax) {
      decoder.fault(`a part number of more than ${wireLimits.sectionPartsMax} levels`);
    }
    part.push(decoder.nzNumber());
  }
  return { part, dotted: false };
}

function startsNumber(decoder: Decoder): boolean {
  return isToken(decoder.peek(), classes.digit);
}

function fieldName(decoder: Decoder): string {
  const start = decoder.offset;
  const name = decoder.astring('a header field name');
  // RFC 9051 §9 header-fld-name is any astring; what no field can be called finds nothing. It is echoed in the answer.
  if (!/^[ -~]+$/.test(name)) decoder.fault('a header field name may hold printable ASCII only', start);
  return name;
}

function isSectionText(word: string): word is SectionText {
  return ['HEADER', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT', 'TEXT', 'MIME'].includes(word);
}

/** The section as it stands in the answer: `[1.2.HEADER.FIELDS (Date From)]`. RFC 9051 §7.5.2. */
export function formatSection(section: Section): string {
  const words = section.part.map(String);
  if (section.text !== null) words.push(section.text);
  const fields = section.text?.startsWith('HEADER.FIELDS')
    ? ` (${section.fields.map(formatField).join(' ')})`
    : '';
  return `[${words.join('.')}${fields}]`;
}

function formatField(name: string): string {
  return isToken(name, classes.astring) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

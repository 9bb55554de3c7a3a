import { asBuffer } from './bytes.ts';
import { headerText } from './charset.ts';
import { delimiterLineBytesMax, headerFieldsMax } from './limits.ts';

/** One field of a header block; [start, end) is the raw field with its folding and its line end. */
export interface HeaderField {
  /** As written. */
  name: string;
  start: number;
  end: number;
  /** Unfolded, without white space at its ends; UTF-8 where valid, else Latin-1. Encoded words are left. */
  value: string;
}

/**
 * The fields of a header block in order, at most `headerFieldsMax`; offsets count from the block's first byte.
 * Reading stops at an empty line. Lines that are no field (RFC 5322 §2.2) are skipped with their continuations.
 */
export function headerFields(headerBytes: Uint8Array): HeaderField[] {
  const bytes = asBuffer(headerBytes);
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < bytes.length && fields.length < headerFieldsMax) {
    if (isLineEnd(bytes, start)) break;
    const end = fieldEnd(bytes, start);
    const colon = fieldColon(bytes, start, end);
    if (colon > 0) fields.push(new RawField(bytes, start, end, colon));
    start = end;
  }
  return fields;
}

/** RFC 5322 §2.2.3: the text on one line. */
export function unfold(text: string): string {
  return text.includes('\n') ? text.replace(/\r?\n/g, '') : text;
}

/** Decodes its value when asked: most fields of a message are never looked at. */
class RawField implements HeaderField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly #bytes: Buffer;
  readonly #colon: number;

  constructor(bytes: Buffer, start: number, end: number, colon: number) {
    this.#bytes = bytes;
    this.#colon = colon;
    this.start = start;
    this.end = end;
    this.name = bytes.toString('latin1', start, colon).trimEnd();
  }

  get value(): string {
    return unfold(headerText(this.#bytes.subarray(this.#colon + 1, this.end))).trim();
  }
}

/** Whether an empty line begins here. */
export function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === 10 || (bytes[at] === 13 && (bytes[at + 1] === 10 || at + 1 === bytes.length));
}

/** The end of the line at `start` and of those that continue it. */
export function fieldEnd(bytes: Buffer, start: number): number {
  let end = start;
  do {
    const lf = bytes.indexOf(10, end);
    end = lf < 0 ? bytes.length : lf + 1;
  } while (bytes[end] === 32 || bytes[end] === 9);
  return end;
}

/**
 * Offset of the colon that ends a field name at `start`, -1 where there is none: printable ASCII, then at most
 * white space (obsolete, §4.5).
 */
export function fieldColon(bytes: Buffer, start: number, end: number): number {
  const stop = Math.min(end, start + delimiterLineBytesMax);
  let i = start;
  for (; i < stop; i++) {
    const byte = bytes[i] ?? 0;
    if (byte <= 32 || byte >= 127 || byte === 58) break;
  }
  if (i === start) return -1;
  while (i < stop && (bytes[i] === 32 || bytes[i] === 9)) i++;
  return i < stop && bytes[i] === 58 ? i : -1;
}

import { FormatError } from '../../base/index.ts';
import type { ByteRange } from './sections.ts';

/** Where one part of a message is; see `MimePart` for the offsets. */
export interface PartPlace {
  readonly headerStart: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** In lower case. */
  readonly encoding: string;
  /** Of the message that the part is, where it is one that was looked into. */
  readonly message: PartPlace | null;
}

/** Places in the stored list that `encodeStructure` writes. */
const encodingAt = 6;
const headerStartAt = 11;
const childrenAt = 15;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const opening = 0x5b;
const closing = 0x5d;
const braceOpening = 0x7b;
const braceClosing = 0x7d;

/**
 * As `findPart` of what `decodeStructure` reads, without reading all of it: the text is passed over up to the part.
 * Throws FormatError where what it passes is not what `encodeStructure` wrote.
 */
export function findStoredPart(text: string, path: string): PartPlace | undefined {
  const at = path === '' ? 0 : partAt(text, path);
  return at === undefined ? undefined : placeAt(text, at);
}

/** As `sectionRange`: where the bytes of BODY[path.what] are, `part` being that of the path. */
export function placeRange(
  part: PartPlace | undefined,
  path: string,
  what: 'MIME' | 'HEADER' | 'TEXT' | null,
): ByteRange | undefined {
  if (part === undefined) return undefined;
  if (what === null) return { start: path === '' ? part.headerStart : part.bodyStart, end: part.bodyEnd };
  if (what === 'MIME') return path === '' ? undefined : { start: part.headerStart, end: part.bodyStart };
  const message = path === '' ? part : part.message;
  if (message === null) return undefined;
  const { headerStart, bodyStart, bodyEnd } = message;
  return what === 'HEADER' ? { start: headerStart, end: bodyStart } : { start: bodyStart, end: bodyEnd };
}

/** Where the stored list of the part begins. */
function partAt(text: string, path: string): number | undefined {
  let at = 0;
  let atTop = true;
  for (const digits of path.split('.')) {
    if (!/^[1-9]\d{0,8}$/.test(digits)) return undefined;
    const number = Number(digits);
    let children = elementAt(text, at, childrenAt);
    if (!atTop && isEmpty(text, children)) {
      const message = messageAt(text, children);
      if (message !== null) {
        at = message;
        atTop = true;
        children = elementAt(text, at, childrenAt);
      }
    }
    if (!isEmpty(text, children)) {
      const child = childAt(text, children, number);
      if (child === undefined) return undefined;
      at = child;
      atTop = false;
    } else if (atTop && number === 1) atTop = false;
    else return undefined;
  }
  return at;
}

function placeAt(text: string, at: number): PartPlace {
  const encoding = elementAt(text, at, encodingAt);
  const headerStart = elementAt(text, encoding, headerStartAt - encodingAt, 'from here');
  const bodyStart = next(text, headerStart);
  const bodyEnd = next(text, bodyStart);
  const children = elementAt(text, bodyEnd, 2, 'from here');
  const message = isEmpty(text, children) ? messageAt(text, children) : null;
  return {
    headerStart: numberAt(text, headerStart),
    bodyStart: numberAt(text, bodyStart),
    bodyEnd: numberAt(text, bodyEnd),
    encoding: stringAt(text, encoding),
    message: message === null ? null : placeAt(text, message),
  };
}

/** Element `index` of the list at `at`, or so many after the element at `at`. */
function elementAt(text: string, at: number, index: number, from: 'list' | 'from here' = 'list'): number {
  let element = from === 'list' ? listAt(text, at) : at;
  for (let i = 0; i < index; i++) element = next(text, element);
  return element;
}

function childAt(text: string, children: number, number: number): number | undefined {
  let child = listAt(text, children);
  for (let i = 1; i < number; i++) {
    const end = endOf(text, child);
    if (text.charCodeAt(end) === closing) return undefined;
    child = next(text, child);
  }
  return child;
}

/** The list of the message inside of a part, whose children stand at `children`. */
function messageAt(text: string, children: number): number | null {
  const pair = next(text, children);
  return text.charCodeAt(pair) === opening ? next(text, pair + 1) : null;
}

function listAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== opening) throw malformed();
  return at + 1;
}

function isEmpty(text: string, list: number): boolean {
  return text.charCodeAt(listAt(text, list)) === closing;
}

/** The element after the one at `at`. */
function next(text: string, at: number): number {
  const end = endOf(text, at);
  if (text.charCodeAt(end) !== comma) throw malformed();
  return end + 1;
}

function endOf(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = stringEnd(text, i) - 1;
    else if (code === opening || code === braceOpening) depth++;
    else if (code === closing || code === braceClosing) {
      if (depth === 0) return i;
      depth--;
    } else if (code === comma && depth === 0) return i;
  }
  throw malformed();
}

function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i + 1;
    if (code === backslash) i++;
  }
  throw malformed();
}

function numberAt(text: string, at: number): number {
  let value = 0;
  let i = at;
  for (let code = text.charCodeAt(i); code >= 0x30 && code <= 0x39; code = text.charCodeAt(++i)) {
    value = value * 10 + code - 0x30;
  }
  if (i === at || !Number.isSafeInteger(value)) throw malformed();
  return value;
}

function stringAt(text: string, at: number): string {
  if (text.charCodeAt(at) !== quote) throw malformed();
  const end = stringEnd(text, at);
  const inside = text.slice(at + 1, end - 1);
  return inside.includes('\\') ? (JSON.parse(text.slice(at, end)) as string) : inside;
}

const malformed = () => new FormatError('a stored message structure is malformed');

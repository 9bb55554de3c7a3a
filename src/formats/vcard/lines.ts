import { isUtf8 } from 'node:buffer';
import { CardError } from './types.ts';

/** An unfolded line. */
export interface Line {
  readonly text: string;
  /** Of its first piece, from 1. */
  readonly line: number;
}

/** What no card may hold and XML could not carry. Line breaks and tabs are allowed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unfit = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/;

/** Bytes -> text. `old`: version 2.1 had no UTF-8; what is none is read as Latin-1. */
export function textOf(bytes: Uint8Array, old = false): string {
  if (!isUtf8(bytes)) {
    if (!old) throw new CardError('characters', 'this is not UTF-8', lineOfBadUtf8(bytes));
    return allowed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return allowed(text.startsWith('\ufeff') ? text.slice(1) : text);
}

function allowed(text: string): string {
  const at = text.search(unfit);
  if (at < 0) return text;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  throw new CardError('characters', `a control character (U+${code})`, linesIn(text.slice(0, at)) + 1);
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** By halves, at line ends: a million lines are judged in twenty steps. */
function lineOfBadUtf8(bytes: Uint8Array): number {
  let good = 0;
  let end = bytes.length;
  while (good < end) {
    const cut = bytes.indexOf(10, (good + end) >> 1);
    if (cut < 0 || cut + 1 >= end) break;
    if (isUtf8(bytes.subarray(good, cut + 1))) good = cut + 1;
    else end = cut + 1;
  }
  // What is left is half a line at least: one by one.
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < good; at = bytes.indexOf(10, at + 1)) line += 1;
  for (let start = good; ; line += 1) {
    const next = bytes.indexOf(10, start);
    if (next < 0 || !isUtf8(bytes.subarray(start, next))) return line;
    start = next + 1;
  }
}

const quotedPrintable = /^[^:]*;\s*(?:ENCODING\s*=\s*)?QUOTED-PRINTABLE\s*[;:]/i;

/**
 * Unfolds (RFC 6350 §3.2); lines end with CRLF or LF, empty ones are left out. `old`: the soft line breaks of version 2.1's
 * quoted-printable go on too.
 */
export function* unfolded(text: string, old = false): Generator<Line> {
  let pieces: string[] = [];
  let first = 0;
  let soft = false;
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const piece = text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    number += 1;
    if (soft) pieces.push('\n', piece);
    else if (pieces.length > 0 && (piece[0] === ' ' || piece[0] === '\t')) pieces.push(piece.slice(1));
    else {
      if (pieces.length > 0) yield { text: pieces.join(''), line: first };
      pieces = piece.trim() === '' ? [] : [piece];
      first = number;
    }
    soft = old && piece.endsWith('=') && quotedPrintable.test(pieces[0] ?? '');
  }
  if (pieces.length > 0) yield { text: pieces.join(''), line: first };
}

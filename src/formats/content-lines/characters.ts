import { isUtf8 } from 'node:buffer';
import type { Dialect } from './content-line.ts';

/** What could not be given back in an XML document (XML 1.0 §2.2), and a CR that ends no line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unfit = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\r(?!\n|$)/;

/** Bytes -> text, without a byte order mark, or the error that names what may not be in it. `line`: of its beginning. */
export function textOf(bytes: Uint8Array, dialect: Dialect, line = 1): string {
  if (!isUtf8(bytes)) throw dialect.error('characters', 'it is not UTF-8', line - 1 + lineOfBadUtf8(bytes));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return fitText(text, dialect, line);
}

/** The same for what is a text already. */
export function fitText(text: string, dialect: Dialect, line = 1): string {
  const at = text.search(unfit);
  if (at < 0) return text.startsWith('\ufeff') ? text.slice(1) : text;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  throw dialect.error(
    'characters',
    `the character U+${code} may not be in it`,
    line + linesIn(text.slice(0, at)),
  );
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
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
  for (let at = bytes.indexOf(10); at >= 0 && at < good; at = bytes.indexOf(10, at + 1)) line++;
  for (let start = good; ; line++) {
    const next = bytes.indexOf(10, start);
    if (next < 0 || !isUtf8(bytes.subarray(start, next))) return line;
    start = next + 1;
  }
}

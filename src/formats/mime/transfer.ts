import { asBuffer } from './bytes.ts';

/**
 * A body without its Content-Transfer-Encoding (RFC 2045 §6). Lenient and linear: what does not belong to the
 * encoding is skipped (base64) or left as it is (quoted-printable); an unknown encoding is the identity.
 */
export function decodeBody(bytes: Uint8Array, encoding: string): Buffer {
  const source = asBuffer(bytes);
  switch (encoding) {
    case 'base64':
      return decodeBase64(source);
    case 'quoted-printable':
      return decodeQuotedPrintable(source);
    case 'x-uuencode':
    case 'x-uue':
    case 'uuencode':
    case 'uue':
      return decodeUuencode(source);
    default:
      return source;
  }
}

const encodings = ['base64', 'quoted-printable', 'x-uuencode', 'x-uue', 'uuencode', 'uue'];

/** Whether decodeBody knows the encoding (RFC 3516 §4.3: else the answer is UNKNOWN-CTE). */
export function canDecode(encoding: string): boolean {
  return isIdentityEncoding(encoding) || encodings.includes(encoding);
}

/** Whether decodeBody leaves the bytes as they are, knowingly. */
export function isIdentityEncoding(encoding: string): boolean {
  return encoding === '7bit' || encoding === '8bit' || encoding === 'binary';
}

/** RFC 2045 §6.8. Padding in the middle ends a piece; another may follow it. */
export function decodeBase64(source: Buffer): Buffer {
  const pad = source.indexOf(0x3d);
  if (pad < 0 || isPadding(source, pad)) return Buffer.from(source.toString('latin1'), 'base64');
  return decodeBase64Pieces(source);
}

function isPadding(source: Buffer, from: number): boolean {
  for (let i = from; i < source.length; i++) {
    const byte = source[i] ?? 0;
    if (byte !== 0x3d && byte > 0x20) return false;
  }
  return true;
}

const base64Values = valueTable();

function valueTable(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < alphabet.length; i++) table[alphabet.charCodeAt(i)] = i;
  table[0x2d] = 62; // '-' and '_' as the fast way reads them
  table[0x5f] = 63;
  return table;
}

/** 0 to 63; more for what is no digit of base64. */
export function base64Value(byte: number): number {
  return base64Values[byte] ?? 255;
}

function decodeBase64Pieces(source: Buffer): Buffer {
  const out = Buffer.allocUnsafe(Math.ceil((source.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (const byte of source) {
    const value = base64Value(byte);
    if (value < 64) {
      bits = ((bits << 6) | value) & 0xffffff;
      count += 6;
      if (count >= 8) {
        count -= 8;
        out[length++] = (bits >> count) & 0xff;
      }
    } else if (byte === 0x3d) {
      count = 0;
    }
  }
  return out.subarray(0, length);
}

/** RFC 2045 §6.7; white space before a line end was added on the way and is dropped (rule 3). */
export function decodeQuotedPrintable(source: Buffer): Buffer {
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  let solid = 0; // length without the white space at its end
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0;
    if (byte === 0x3d) {
      const soft = softBreakEnd(source, i + 1);
      if (soft > 0) {
        i = soft - 1;
        solid = length;
        continue;
      }
      const value = hexPair(source, i + 1);
      if (value >= 0) i += 2;
      out[length++] = value >= 0 ? value : byte;
      solid = length;
      continue;
    }
    if (byte === 10 || (byte === 13 && source[i + 1] === 10)) length = solid;
    out[length++] = byte;
    if (byte !== 32 && byte !== 9) solid = length;
  }
  return out.subarray(0, length);
}

/** The offset after `=` + white space + line end, 0 where it is none. The run of spaces is bounded by a line. */
function softBreakEnd(source: Buffer, from: number): number {
  let i = from;
  while (i < from + 80 && (source[i] === 32 || source[i] === 9)) i++;
  if (source[i] === 10 || i >= source.length) return i + 1;
  return source[i] === 13 && source[i + 1] === 10 ? i + 2 : 0;
}

function hexPair(source: Buffer, at: number): number {
  const high = hexValue(source[at]);
  const low = hexValue(source[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

export function hexValue(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The lines between `begin` and `end`; each starts with its length. */
function decodeUuencode(source: Buffer): Buffer {
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  let inside = false;
  for (let start = 0; start < source.length; ) {
    const lf = source.indexOf(10, start);
    const end = lf < 0 ? source.length : lf;
    const word = source.toString('latin1', start, Math.min(start + 6, end));
    if (!inside) inside = word === 'begin ';
    else if (word.trim() === 'end') break;
    else length = decodeUuLine(source, start, end, out, length);
    start = end + 1;
  }
  return out.subarray(0, length);
}

function decodeUuLine(source: Buffer, start: number, end: number, out: Buffer, at: number): number {
  const count = ((source[start] ?? 32) - 32) & 63;
  let length = at;
  for (let i = start + 1; i < end && length - at < count; i += 4) {
    const [a, b, c, d] = [
      uuValue(source, i),
      uuValue(source, i + 1),
      uuValue(source, i + 2),
      uuValue(source, i + 3),
    ];
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    for (let shift = 16; shift >= 0 && length - at < count; shift -= 8)
      out[length++] = (group >> shift) & 255;
  }
  return length;
}

function uuValue(source: Buffer, at: number): number {
  return ((source[at] ?? 32) - 32) & 63;
}

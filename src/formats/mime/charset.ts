import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { asBuffer } from './bytes.ts';

const labelPattern = /^[a-z0-9][a-z0-9._:-]{0,39}$/;
// Codecs of iconv-lite that are no charsets.
const notCharsets = new Set(['base64', 'hex', 'binary', 'utf7imap', 'utf-7-imap']);
const utf8Labels = new Set(['utf-8', 'utf8', 'unicode-1-1-utf-8', 'utf8mb4', 'cesu-8', 'cp65001']);
const asciiLabels = new Set([
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  '646',
  'iso646-us',
  'default',
  'unknown-8bit',
]);
const aliases = new Map([
  // WHATWG Encoding §4.2: what is labelled Latin-1 in mail is Windows-1252.
  ['iso-8859-1', 'windows-1252'],
  ['iso8859-1', 'windows-1252'],
  ['iso_8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['l1', 'windows-1252'],
  ['cp-850', 'cp850'],
  ['x-mac-roman', 'macintosh'],
  ['iso-2022-jp-1', 'iso-2022-jp'],
  ['csiso2022jp', 'iso-2022-jp'],
  ['csiso2022kr', 'iso-2022-kr'],
  ['hz', 'hz-gb-2312'],
]);

type Decoder = (bytes: Buffer) => string;
const decoders = new Map<string, Decoder>();

/**
 * Bytes of a charset as text; never throws. Malformed sequences become U+FFFD. An unknown charset, and 8-bit bytes
 * under us-ascii, are read as UTF-8 where they are valid UTF-8, as Windows-1252 otherwise.
 */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  const decoder = charsetDecoder(charset) ?? decodeUnlabelled;
  return decoder(asBuffer(bytes));
}

/** Header bytes: UTF-8 where valid (RFC 6532), Latin-1 otherwise. */
export function headerText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
}

/** The decoder of a charset label, undefined where the charset is not known. */
export function charsetDecoder(label: string): Decoder | undefined {
  const name = label.trim().toLowerCase();
  if (!labelPattern.test(name)) return undefined;
  const known = decoders.get(name);
  if (known) return known;
  const decoder = makeDecoder(aliases.get(name) ?? name);
  // Only known labels are kept, and iconv-lite knows a bounded number of spellings of each.
  if (decoder && decoders.size < 1_000) decoders.set(name, decoder);
  return decoder;
}

function makeDecoder(name: string): Decoder | undefined {
  if (utf8Labels.has(name)) return decodeUtf8;
  if (asciiLabels.has(name)) return decodeUnlabelled;
  if (notCharsets.has(name)) return undefined;
  if (name === 'iso-2022-jp') {
    const decoder = new TextDecoder('iso-2022-jp');
    return (bytes) => decoder.decode(bytes);
  }
  if (name === 'iso-2022-kr') return decodeIso2022Kr;
  if (name === 'hz-gb-2312') return decodeHz;
  if (!iconv.encodingExists(name)) return undefined;
  return (bytes) => {
    try {
      return iconv.decode(bytes, name);
    } catch {
      return decodeUnlabelled(bytes);
    }
  };
}

function decodeUtf8(bytes: Buffer): string {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString('utf8', from);
}

function decodeUnlabelled(bytes: Buffer): string {
  return isUtf8(bytes) ? decodeUtf8(bytes) : iconv.decode(bytes, 'windows-1252');
}

/** RFC 1557: after SO the bytes are KS X 1001 without their high bit, until SI or the end of the line. */
function decodeIso2022Kr(bytes: Buffer): string {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let shifted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x0e) shifted = true;
    else if (byte === 0x0f) shifted = false;
    else if (byte === 0x1b && bytes[i + 1] === 0x24 && bytes[i + 2] === 0x29) i += 3;
    else {
      if (byte === 10) shifted = false;
      out[length++] = shifted && byte > 0x20 ? byte | 0x80 : byte;
    }
  }
  return iconv.decode(out.subarray(0, length), 'euc-kr');
}

/** RFC 1843: `~{` and `~}` switch GB 2312 on and off, `~~` is a tilde, `~` and a line end is nothing. */
function decodeHz(bytes: Buffer): string {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let shifted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const next = bytes[i + 1];
    if (byte === 0x7e && (next === 0x7b || next === 0x7d || next === 0x0a)) {
      if (next !== 0x0a) shifted = next === 0x7b;
      i++;
    } else if (byte === 0x7e && next === 0x7e && !shifted) {
      out[length++] = 0x7e;
      i++;
    } else {
      if (byte === 10) shifted = false;
      out[length++] = shifted && byte > 0x20 ? byte | 0x80 : byte;
    }
  }
  return iconv.decode(out.subarray(0, length), 'gbk');
}

import { SyntaxFault } from './fault.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,';
const sextetOf = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i++) sextetOf[alphabet.charCodeAt(i)] = i;

const ampersand = 0x26;
const minus = 0x2d;

/**
 * A mailbox name on the wire of IMAP4rev1 -> Unicode. Exactly one encoding of each name is accepted, so two names
 * on the wire never mean one mailbox. Throws SyntaxFault; `offset` is added to its place. RFC 3501 §5.1.3.
 */
export function decodeUtf7(wire: string, offset = 0): string {
  if (!/[^ -%'-~]/.test(wire)) return wire;
  let name = '';
  let at = 0;
  while (at < wire.length) {
    const code = wire.charCodeAt(at);
    if (code !== ampersand) {
      if (code < 0x20 || code > 0x7e) {
        throw new SyntaxFault(
          'a mailbox name holds an octet that modified UTF-7 does not allow',
          offset + at,
        );
      }
      name += wire[at++];
      continue;
    }
    const end = wire.indexOf('-', at);
    if (end < 0)
      throw new SyntaxFault("'&' in a mailbox name is not closed by '-' (modified UTF-7)", offset + at);
    if (end === at + 1) {
      name += '&';
    } else {
      name += decodeRun(wire, at + 1, end, offset);
      // A run that ends where the next begins could have been one: not canonical.
      if (wire.charCodeAt(end + 1) === ampersand && wire.charCodeAt(end + 2) !== minus) {
        throw new SyntaxFault('superfluous shift in a mailbox name (modified UTF-7)', offset + end);
      }
    }
    at = end + 1;
  }
  return name;
}

function decodeRun(wire: string, start: number, end: number, offset: number): string {
  const units: number[] = [];
  let bits = 0;
  let held = 0;
  for (let at = start; at < end; at++) {
    const code = wire.charCodeAt(at);
    const value = code < 128 ? (sextetOf[code] ?? -1) : -1;
    if (value < 0) throw new SyntaxFault('a character outside the alphabet of modified UTF-7', offset + at);
    bits = ((bits << 6) | value) & 0x3fffff;
    held += 6;
    if (held >= 16) {
      held -= 16;
      const unit = (bits >> held) & 0xffff;
      if (unit >= 0x20 && unit <= 0x7e) {
        throw new SyntaxFault('a printable ASCII character is encoded in modified UTF-7', offset + at);
      }
      units.push(unit);
    }
  }
  if (held >= 6 || (bits & ((1 << held) - 1)) !== 0) {
    throw new SyntaxFault('an incomplete character in modified UTF-7', offset + end);
  }
  let text = '';
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.slice(i, i + 4096));
  if (!text.isWellFormed()) throw new SyntaxFault('an unpaired surrogate in modified UTF-7', offset + start);
  return text;
}

/** Unicode -> the name on the wire of IMAP4rev1. Unpaired surrogates become U+FFFD. RFC 3501 §5.1.3. */
export function encodeUtf7(name: string): string {
  if (!/[^ -%'-~]/.test(name)) return name;
  const text = name.toWellFormed();
  let wire = '';
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === ampersand) {
      wire += '&-';
      at++;
    } else if (code >= 0x20 && code <= 0x7e) {
      wire += text[at++];
    } else {
      const start = at;
      while (at < text.length && !isDirect(text.charCodeAt(at))) at++;
      wire += `&${encodeRun(text.slice(start, at))}-`;
    }
  }
  return wire;
}

function isDirect(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}

function encodeRun(text: string): string {
  const bytes = Buffer.from(text, 'utf16le').swap16();
  return bytes.toString('base64').replaceAll('/', ',').replace(/=+$/, '');
}

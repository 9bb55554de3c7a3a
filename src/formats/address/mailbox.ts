import { FormatError } from '../../base/index.ts';
import { normaliseDomain } from './domain.ts';
import { localPartBytesMax, mailboxCharsMax } from './limits.ts';

/** One SMTP mailbox, taken apart. */
export interface Mailbox {
  /** Local part without quoting, NFC, its case as written. */
  local: string;
  /** Lower-case A-labels, or an address literal with its brackets. */
  domain: string;
}

/** Atom characters of RFC 5321 §4.1.2 (atext of RFC 5322) and everything above ASCII (RFC 6531 §3.3). */
const atomPattern = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+$/u;

/**
 * `local@domain` of MAIL and RCPT, without angle brackets or source route (RFC 5321 §4.1.2, RFC 6531 §3.3).
 * Throws FormatError; `at` is an offset in UTF-16 units.
 */
export function parseMailbox(text: string): Mailbox {
  if (text.length > mailboxCharsMax) {
    throw new FormatError(`the address is longer than ${mailboxCharsMax} characters`, mailboxCharsMax);
  }
  if (!text.isWellFormed()) throw new FormatError('the address is not valid Unicode', 0);
  const { local, end } = text.startsWith('"') ? readQuoted(text) : readDotString(text);
  if (text[end] !== '@') throw new FormatError("the address has no '@' after its local part", end);
  const normal = local.normalize('NFC');
  if (Buffer.byteLength(normal) > localPartBytesMax) {
    throw new FormatError(`the local part is longer than ${localPartBytesMax} bytes`, 0);
  }
  return { local: normal, domain: normaliseDomain(text.slice(end + 1)) };
}

/** The mailbox as it is written in SMTP: the local part quoted only where it must be. */
export function formatMailbox(mailbox: Mailbox): string {
  return `${quoteLocal(mailbox.local)}@${mailbox.domain}`;
}

/** Quotes a local part where it is no dot-string. Control characters, which no address may hold, are dropped. */
export function quoteLocal(local: string): string {
  if (local.split('.').every((atom) => atomPattern.test(atom))) return local;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  const clean = local.replace(/[\x00-\x1f\x7f]/g, '');
  return `"${clean.replace(/["\\]/g, '\\$&')}"`;
}

/** The key under which accounts are looked up: local parts are compared without case here. */
export function lookupKey(mailbox: Mailbox): string {
  return `${foldLocal(mailbox.local)}@${mailbox.domain}`;
}

/** NFC and lower case; RFC 5321 §2.4 lets the receiving host treat local parts as case-insensitive. */
export function foldLocal(local: string): string {
  return local.normalize('NFC').toLowerCase().normalize('NFC');
}

/** `user+tag` -> base and tag. No tag where the separator is missing, or first (`+x` is a name of its own). */
export function splitTag(local: string, separator = '+'): { base: string; tag: string | null } {
  const at = local.indexOf(separator);
  if (at <= 0) return { base: local, tag: null };
  return { base: local.slice(0, at), tag: local.slice(at + separator.length) };
}

function readDotString(text: string): { local: string; end: number } {
  const at = text.indexOf('@');
  const end = at < 0 ? text.length : at;
  const local = text.slice(0, end);
  if (local === '') throw new FormatError('the local part is missing', 0);
  for (const atom of local.split('.')) {
    if (atom === '') throw new FormatError('the local part has a dot at an end or two in a row', 0);
    if (!atomPattern.test(atom) || hasC1(atom)) {
      throw new FormatError('the local part holds a character that must be quoted', 0);
    }
  }
  return { local, end };
}

function readQuoted(text: string): { local: string; end: number } {
  let local = '';
  for (let i = 1; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"') return { local, end: i + 1 };
    const content = char === '\\' ? (text[++i] ?? '') : char;
    if (content < ' ' || content === '\x7f' || hasC1(content)) {
      throw new FormatError('the quoted local part holds a control character', i);
    }
    local += content;
  }
  throw new FormatError('the quoted local part has no closing quote', 0);
}

function hasC1(text: string): boolean {
  return /[\u0080-\u009f]/.test(text);
}

import { domainToASCII, domainToUnicode } from 'node:url';
import { FormatError } from '../../base/index.ts';
import { domainBytesMax, labelBytesMax } from './limits.ts';
import { normaliseLiteral } from './literal.ts';

// The underscore is no LDH character, yet DNS carries it and real senders use it in host names.
const labelPattern = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
// URL syntax that domainToASCII would interpret instead of refusing.
const urlSyntax = /[%/\\?#@:[\]\s]/;

/**
 * A domain name as stored and compared: lower-case, every label an A-label (RFC 5890), or an address literal
 * `[192.0.2.1]`, `[IPv6:2001:db8::1]` in its shortest form. Throws FormatError.
 */
export function normaliseDomain(text: string): string {
  if (text.startsWith('[')) return normaliseLiteral(text);
  if (text === '') throw new FormatError('the domain is missing', 0);
  if (text.length > domainBytesMax)
    throw new FormatError(`the domain is longer than ${domainBytesMax} bytes`, 0);
  const ascii = isAscii(text) ? text.toLowerCase() : toAscii(text);
  if (ascii.length > domainBytesMax)
    throw new FormatError(`the domain is longer than ${domainBytesMax} bytes`, 0);
  const labels = ascii.split('.');
  for (const label of labels) checkLabel(label);
  if (/^\d+$/.test(labels.at(-1) ?? '')) {
    throw new FormatError('the domain ends in a number; an IP address is written in brackets', 0);
  }
  return ascii;
}

/** The same domain for a reader: U-labels where they are valid IDNA, the input otherwise. */
export function displayDomain(domain: string): string {
  if (domain.startsWith('[') || !domain.includes('xn--')) return domain;
  return domainToUnicode(domain) || domain;
}

function toAscii(text: string): string {
  const ascii = urlSyntax.test(text) ? '' : domainToASCII(text.normalize('NFC'));
  if (ascii === '') throw new FormatError('the domain is not a valid internationalised name', 0);
  return ascii;
}

function checkLabel(label: string): void {
  if (label === '') throw new FormatError('the domain has an empty label', 0);
  if (label.length > labelBytesMax)
    throw new FormatError(`a domain label is longer than ${labelBytesMax} bytes`, 0);
  if (!labelPattern.test(label)) {
    throw new FormatError('a domain label holds something else than letters, digits and inner hyphens', 0);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** Whether a domain is another or lies below it; both as `normaliseDomain` writes them. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** Whether one of two domains is, or lies below, the other. */
export function areRelated(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

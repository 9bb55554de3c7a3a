import { isUtf8 } from 'node:buffer';
import { escapeText, fitText, type Line, LineReader, textOf, unescapeText } from '../content-lines/index.ts';
import { cardBytesMax, propertiesPerCardMax } from './limits.ts';
import { modernised } from './old.ts';
import { dialect, readProperty } from './property.ts';
import { type Card, CardError, type CardLimits, type CardProperty, type CardVersion } from './types.ts';

export const defaultLimits: CardLimits = { bytesMax: cardBytesMax, propertiesMax: propertiesPerCardMax };

const isOld = /^VERSION[ \t]*:[ \t]*2\.1[ \t]*\r?$/im;

/**
 * One card (RFC 6350, RFC 2426; version 2.1 as phones still export it). Tolerant where real clients are loose: FN may be
 * absent, unknown properties and values are kept as they are. Throws CardError.
 */
export function readCard(bytes: Uint8Array, limits: CardLimits = defaultLimits): Card {
  if (bytes.byteLength > limits.bytesMax) {
    throw new CardError('too-large', `a card has at most ${limits.bytesMax} octets`, 0);
  }
  const old = isOld.test(latin1Of(bytes.subarray(0, 4096)));
  const lines = old ? oldLines(bytes) : new LineReader(textOf(bytes, dialect), dialect);
  const first = lines.next();
  if (first === null) throw new CardError('syntax', 'this is empty', 1);
  if (!isMark(first, 'BEGIN')) throw new CardError('syntax', 'a card begins with BEGIN:VCARD', first.line);
  const { version, properties } = readBody(lines, first.line, limits);
  const more = lines.next();
  if (more !== null) {
    if (isMark(more, 'BEGIN')) throw new CardError('several', 'more than one card', more.line);
    throw new CardError('syntax', 'something stands behind END:VCARD', more.line);
  }
  const all = version === '2.1' ? modernised(properties) : properties;
  return { version, uid: uidOf(all), properties: all };
}

/** What was read before it was kept: whatever the limits are now. */
export function readKept(bytes: Uint8Array): Card {
  return readCard(bytes, { bytesMax: bytes.byteLength, propertiesMax: propertiesPerCardMax });
}

const quotedPrintable = /^[^:]*;\s*(?:ENCODING\s*=\s*)?QUOTED-PRINTABLE\s*[;:]/i;

/** Version 2.1 had no UTF-8: what is none is Latin-1. Lines of its quoted-printable go on after a soft line break. */
function oldLines(bytes: Uint8Array): LineReader {
  const goesOn = (first: string, last: string) => last.endsWith('=') && quotedPrintable.test(first);
  const text = isUtf8(bytes) ? textOf(bytes, dialect) : fitText(latin1Of(bytes), dialect);
  return new LineReader(text, dialect, goesOn);
}

function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function readBody(lines: LineReader, begin: number, limits: CardLimits) {
  const properties: CardProperty[] = [];
  let version: CardVersion | null = null;
  for (;;) {
    const line = lines.next();
    if (line === null) throw new CardError('syntax', 'END:VCARD is missing', begin);
    if (isMark(line, 'END')) break;
    if (isMark(line, 'BEGIN')) {
      takeAgent(lines, line, properties);
      continue;
    }
    if (properties.length >= limits.propertiesMax) {
      throw new CardError('limit', `a card has at most ${limits.propertiesMax} properties`, line.line);
    }
    const property = readProperty(line);
    if (property.name !== 'VERSION') properties.push(property);
    else if (version !== null) throw new CardError('syntax', 'VERSION stands there twice', line.line);
    else version = versionOf(property);
  }
  if (version === null) throw new CardError('syntax', 'VERSION is missing', begin);
  return { version, properties };
}

/** Version 2.1 wrote a card inside of a card, behind an empty AGENT; it is kept as text, as version 3.0 writes it. */
function takeAgent(lines: LineReader, begin: Line, properties: CardProperty[]): void {
  const agent = properties.at(-1);
  if (agent?.name !== 'AGENT' || agent.value !== '') {
    throw new CardError('several', 'a card begins inside of another', begin.line);
  }
  const inner = [begin.text];
  for (;;) {
    const next = lines.next();
    if (next === null) throw new CardError('syntax', 'END:VCARD is missing', begin.line);
    inner.push(next.text);
    if (isMark(next, 'END')) break;
  }
  properties[properties.length - 1] = { ...agent, value: escapeText(inner.join('\n')) };
}

function isMark({ text }: Line, mark: 'BEGIN' | 'END'): boolean {
  return text.length < 40 && text.replaceAll(/[ \t]/g, '').toUpperCase() === `${mark}:VCARD`;
}

function versionOf({ value, line }: CardProperty): CardVersion {
  const version = value.trim();
  if (version === '2.1' || version === '3.0' || version === '4.0') return version;
  throw new CardError('version', 'versions 3.0 and 4.0 are known', line);
}

/** The card with that UID in place of the empty one it has. */
export function withUid(card: Card, uid: string): Card {
  const property = { group: '', name: 'UID', spelling: 'UID', parameters: [], value: uid, line: 0 };
  return { ...card, uid, properties: [...card.properties.filter(({ name }) => name !== 'UID'), property] };
}

function uidOf(properties: readonly CardProperty[]): string {
  const uids = properties.filter(({ name }) => name === 'UID');
  const [first, second] = uids;
  if (second) throw new CardError('syntax', 'UID stands there twice', second.line);
  return first ? unescapeText(first.value).trim() : '';
}

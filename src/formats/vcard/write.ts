import { lineOctetsMax } from './limits.ts';
import { encodeCarets } from './text.ts';
import type { Card, CardParameter, CardProperty } from './types.ts';

/** CRLF, folded at 75 octets and never inside of a character (RFC 6350 §3.2). */
export function writeCard(card: Card): string {
  const lines = ['BEGIN:VCARD\r\n', `VERSION:${card.version}\r\n`];
  for (const property of card.properties) lines.push(folded(lineOf(property)));
  lines.push('END:VCARD\r\n');
  return lines.join('');
}

function lineOf({ group, spelling, parameters, value }: CardProperty): string {
  const name = group === '' ? spelling : `${group}.${spelling}`;
  return `${name}${parameters.map(parameterOf).join('')}:${value}`;
}

function parameterOf({ name, values }: CardParameter): string {
  return `;${name}=${values.map(quoted).join(',')}`;
}

function quoted(value: string): string {
  const encoded = encodeCarets(value);
  return /[,;:]/.test(encoded) ? `"${encoded}"` : encoded;
}

export function folded(line: string): string {
  if (line.length * 3 <= lineOctetsMax) return `${line}\r\n`;
  const bytes = Buffer.from(line, 'utf8');
  if (bytes.length <= lineOctetsMax) return `${line}\r\n`;
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = start + lineOctetsMax - (start === 0 ? 0 : 1);
    // 10xxxxxx goes on with a character
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    pieces.push(bytes.toString('utf8', start, Math.min(end, bytes.length)));
    start = end;
  }
  return `${pieces.join('\r\n ')}\r\n`;
}

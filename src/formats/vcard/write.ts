import { writeContentLine } from '../content-lines/index.ts';
import type { Card } from './types.ts';

/** CRLF, folded at 75 octets and never inside of a character (RFC 6350 §3.2). */
export function writeCard(card: Card): string {
  const lines = ['BEGIN:VCARD\r\n', `VERSION:${card.version}\r\n`];
  for (const { group, spelling, parameters, value } of card.properties) {
    const name = group === '' ? spelling : `${group}.${spelling}`;
    lines.push(writeContentLine({ name, parameters, value }));
  }
  lines.push('END:VCARD\r\n');
  return lines.join('');
}

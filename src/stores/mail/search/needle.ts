import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** One field of a header, folded, on one line. */
export type FoldedField = readonly [name: string, value: string];

/** What SEARCH looks for; `text` is folded. `field`: the folded name of the one header field that counts. */
export interface Needle {
  readonly where: 'text' | 'body' | 'field';
  readonly field: string;
  readonly text: string;
}

/** Fields that people search and sort by; they are kept apart from the rest of the header. */
const envelopeNames: ReadonlySet<string> = new Set([
  'FROM',
  'SENDER',
  'REPLY-TO',
  'TO',
  'CC',
  'BCC',
  'SUBJECT',
  'DATE',
  'MESSAGE-ID',
  'IN-REPLY-TO',
]);

export const isEnvelopeField = (name: string): boolean => envelopeNames.has(name);

/** Whether the fields that are kept apart decide it. */
export const isOfEnvelope = ({ where, field }: Needle): boolean =>
  where === 'field' && isEnvelopeField(field);

/** A header as SEARCH TEXT sees it: a line for each field, its name included. RFC 9051 §6.4.4. */
export function headerLines(fields: readonly FoldedField[]): string {
  return fields.map(([name, value]) => `${name}: ${value}`).join('\n');
}

/** An empty text asks whether the field is there. */
export function fieldHolds(fields: readonly FoldedField[], { field, text }: Needle): boolean {
  return fields.some(([name, value]) => name === field && value.includes(text));
}

/** The same of what `headerLines` made; a value never holds a line end, a name no colon. */
export function linesHold(lines: string, { field, text }: Needle): boolean {
  // Most often the text is nowhere.
  if (!lines.includes(text)) return false;
  const head = `${field}: `;
  for (let at = 0; at < lines.length; ) {
    const stop = lines.indexOf('\n', at);
    const end = stop === -1 ? lines.length : stop;
    if (lines.startsWith(head, at)) {
      const found = lines.indexOf(text, at + head.length);
      if (found !== -1 && found + text.length <= end) return true;
    }
    at = end + 1;
  }
  return false;
}

/** Header and body of a message, folded, as they are kept. */
export function packText(lines: string, body: string): Uint8Array {
  return zstdCompressSync(`${lines.length}\n${lines}${body}`);
}

/** Whether what `packText` packed holds the needle. */
export function packedHolds(packed: Uint8Array, needle: Needle): boolean {
  const text = zstdDecompressSync(packed).toString();
  const start = text.indexOf('\n') + 1;
  const end = start + Number(text.slice(0, start - 1));
  if (needle.where === 'field') return linesHold(text.slice(start, end), needle);
  if (needle.where === 'body') return text.includes(needle.text, end);
  return text.slice(start, end).includes(needle.text) || text.includes(needle.text, end);
}

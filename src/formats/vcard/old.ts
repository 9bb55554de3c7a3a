import { escapeText, type Parameter, splitEscaped } from '../content-lines/index.ts';
import type { CardProperty } from './types.ts';

/** Structured values: a ';' in them separates. */
const structured = new Set(['N', 'ADR', 'ORG', 'GEO']);
/** Values that are no text: they have no escapes. */
const plain = new Set(['URL', 'UID', 'REV', 'BDAY', 'TEL', 'EMAIL', 'PHOTO', 'LOGO', 'SOUND', 'KEY', 'TZ']);

/** Properties of version 2.1 -> as 3.0 writes them: no quoted-printable, no CHARSET, ENCODING=b, commas escaped. */
export function modernised(properties: readonly CardProperty[]): CardProperty[] {
  return properties.map((property) => {
    const encoding = parameterOf(property, 'ENCODING').toLowerCase();
    const parameters = property.parameters.flatMap(newer);
    if (encoding === 'base64' || encoding === 'b') {
      return { ...property, parameters, value: property.value.replaceAll(/\s+/g, '') };
    }
    const value =
      encoding === 'quoted-printable'
        ? decodeQuotedPrintable(property.value, parameterOf(property, 'CHARSET'))
        : property.value;
    return { ...property, parameters, value: escaped(property.name, value) };
  });
}

function parameterOf({ parameters }: CardProperty, name: string): string {
  return parameters.find((parameter) => parameter.name === name)?.values[0] ?? '';
}

function newer(parameter: Parameter): Parameter[] {
  if (parameter.name === 'CHARSET') return [];
  if (parameter.name !== 'ENCODING') return [parameter];
  return /^(?:base64|b)$/i.test(parameter.values[0] ?? '') ? [{ name: 'ENCODING', values: ['b'] }] : [];
}

/** Version 2.1 knew `\;` alone. */
function escaped(name: string, value: string): string {
  if (plain.has(name)) return value.replaceAll(/[\r\n]+/g, '');
  const pieces = structured.has(name) ? splitEscaped(value, ';') : [value];
  return pieces.map((piece) => escapeText(piece.replaceAll('\\;', ';').replaceAll('\\,', ','))).join(';');
}

function decodeQuotedPrintable(value: string, charset: string): string {
  const bytes: number[] = [];
  const source = Buffer.from(value.replaceAll(/=\r?\n/g, ''), 'utf8');
  for (let at = 0; at < source.length; at += 1) {
    const octet = source[at] ?? 0;
    const hex = octet === 0x3d ? source.toString('latin1', at + 1, at + 3) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(octet);
  }
  const text = decode(Buffer.from(bytes), charset);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: encoded, they pass what looks for them
  return text.replaceAll('\r\n', '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g, '');
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

import type { CardProperty } from '../types.ts';
import { firstOf, typesOf, valuesOf, without, withoutTypes, withValues } from './shape.ts';

/** What these hold where only a format is named. */
const classOf: Readonly<Record<string, string>> = { PHOTO: 'image', LOGO: 'image', SOUND: 'audio' };
/** Formats that version 3.0 names otherwise (RFC 2426 §3.7.2). */
const keyFormats: readonly (readonly [format: string, type: string])[] = [
  ['PGP', 'application/pgp-keys'],
  ['X509', 'application/pkix-cert'],
];
/** Types that say what it is for and not what it is. */
const uses = new Set(['home', 'work', 'pref']);

export const isMedia = (name: string): boolean => name === 'KEY' || classOf[name] !== undefined;

/** Base64 with its format -> `data:` URI; an address keeps its format as MEDIATYPE (RFC 6350 §6.2.4). */
export function mediaToFour(property: CardProperty): CardProperty {
  const format = typesOf(property).find((type) => !uses.has(type.toLowerCase()));
  const encoding = firstOf(property, 'ENCODING');
  const bare = without(
    withoutTypes(property, (type) => type === format?.toLowerCase()),
    'ENCODING',
    'VALUE',
  );
  if (encoding === 'b' || encoding === 'base64') {
    const base64 = property.value.replaceAll(/\s+/g, '');
    return { ...bare, value: `data:${mediaType(property.name, format, base64)};base64,${base64}` };
  }
  if (firstOf(property, 'VALUE') === 'text') return property;
  if (format === undefined || valuesOf(property, 'MEDIATYPE').length > 0) return bare;
  return withValues(bare, 'MEDIATYPE', [mediaType(property.name, format, '')]);
}

/** The other way. */
export function mediaToThree(property: CardProperty): CardProperty {
  const data = dataOf(property.value);
  if (data) {
    const types = [formatOf(property.name, data.type), ...typesOf(property)];
    const bare = without(property, 'VALUE', 'MEDIATYPE', 'TYPE', 'ENCODING');
    const parameters = [
      { name: 'ENCODING', values: ['b'] },
      { name: 'TYPE', values: types },
    ];
    return { ...bare, parameters: [...parameters, ...bare.parameters], value: data.base64 };
  }
  if (firstOf(property, 'VALUE') === 'text') return property;
  const uri = withValues(property, 'VALUE', ['uri']);
  const [type] = valuesOf(property, 'MEDIATYPE');
  if (type === undefined) return uri;
  const typed = withValues(uri, 'TYPE', [formatOf(property.name, type), ...typesOf(property)]);
  return without(typed, 'MEDIATYPE');
}

/** RFC 2397; some writers escape the comma and the semicolons as if it were text. */
function dataOf(value: string): { readonly type: string; readonly base64: string } | null {
  if (!/^data:/i.test(value)) return null;
  const comma = value.indexOf(',');
  if (comma < 0) return null;
  const header = value.slice(5, comma).replaceAll('\\', '');
  const [type = '', ...rest] = header.split(';');
  const body = value.slice(comma + 1);
  const base64 = rest.some((part) => part.trim().toLowerCase() === 'base64')
    ? body.replaceAll(/\s+/g, '')
    : percentDecoded(body).toString('base64');
  return { type: type.trim().toLowerCase() || 'text/plain', base64 };
}

function percentDecoded(text: string): Buffer {
  const latin = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin, 'latin1');
}

function mediaType(name: string, format: string | undefined, base64: string): string {
  if (format === undefined || format === '') return sniffed(base64);
  if (format.includes('/')) return format.toLowerCase();
  const key = keyFormats.find(([written]) => written === format.toUpperCase());
  if (key && name === 'KEY') return key[1];
  const short = format.toLowerCase();
  return `${classOf[name] ?? 'application'}/${short === 'jpg' ? 'jpeg' : short}`;
}

function formatOf(name: string, type: string): string {
  const lower = type.toLowerCase();
  const key = keyFormats.find(([, full]) => full === lower);
  if (key && name === 'KEY') return key[0];
  const [main = '', sub = ''] = lower.split('/');
  return main === (classOf[name] ?? 'application') && /^[a-z0-9-]+$/.test(sub) && sub !== 'jpg'
    ? sub.toUpperCase()
    : lower;
}

const signatures: readonly (readonly [base64: string, type: string])[] = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

function sniffed(base64: string): string {
  return signatures.find(([start]) => base64.startsWith(start))?.[1] ?? 'application/octet-stream';
}

import { FormatError } from '../../base/index.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The text whose UTF-8 is hashed (RFC 8785 §3.2). Throws FormatError for what has no canonical spelling. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return whole(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new FormatError(`JSON cannot say ${typeof value}`);
  const members = Object.keys(value).sort(byCodeUnit);
  return `{${members.map((name) => `${quoted(name)}:${canonicalJson(value[name] as JsonValue)}`).join(',')}}`;
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

// RFC 8785 §3.2.3: by UTF-16 code units, which is how JavaScript compares.
const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

// JSON.stringify escapes as RFC 8785 §3.2.2.2 asks; what it makes of a lone surrogate is no text.
function quoted(text: string): string {
  if (!text.isWellFormed()) throw new FormatError('a text has half of a surrogate pair');
  return JSON.stringify(text);
}

function whole(value: number): string {
  if (!Number.isSafeInteger(value))
    throw new FormatError(`${value} is no whole number that every reader can hold`);
  if (Object.is(value, -0)) throw new FormatError('there is no negative zero');
  return String(value);
}

import { FormatError } from '../../base/index.ts';

export type StrictJson =
  | null
  | boolean
  | number
  | string
  | readonly StrictJson[]
  | { readonly [name: string]: StrictJson };

/** Of text that is JSON already: its tokens, without the space between them. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const whole = /^-?(?:0|[1-9]\d*)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads one value. Throws FormatError, `at` in UTF-16 units of the text, for what has two readings or none. */
export function readStrictJson(octets: Uint8Array, depthMax: number): StrictJson {
  const text = decode(octets);
  // First: of text that is no JSON the tokens could cost more than its length.
  const value = parse(text);
  demandOneReading(text, depthMax);
  return value;
}

function decode(octets: Uint8Array): string {
  try {
    return utf8.decode(octets);
  } catch {
    throw new FormatError('it is not UTF-8');
  }
}

function parse(text: string): StrictJson {
  try {
    return JSON.parse(text) as StrictJson;
  } catch {
    throw new FormatError('it is not JSON');
  }
}

function demandOneReading(text: string, depthMax: number): void {
  /** The names of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = [];
  let last: { readonly text: string; readonly at: number } | null = null;
  for (const { 0: word, index } of text.matchAll(token)) {
    if (word === '{') open.push(new Set());
    else if (word === '[') open.push(null);
    else if (word === '}' || word === ']') open.pop();
    else if (word === ':') demandNew(open.at(-1), last);
    else if (word.startsWith('"')) last = { text: readText(word, index), at: index };
    else if (/^[-\d]/.test(word)) demandWhole(word, index);
    if (open.length > depthMax)
      throw new FormatError(`more than ${depthMax} values lie in each other`, index);
  }
}

function demandNew(
  names: Set<string> | null | undefined,
  name: { readonly text: string; readonly at: number } | null,
): void {
  if (!names || name === null) return;
  // RFC 7493 §2.3.
  if (names.has(name.text))
    throw new FormatError(`the name '${name.text.slice(0, 60)}' stands twice`, name.at);
  names.add(name.text);
}

function readText(word: string, at: number): string {
  const text = JSON.parse(word) as string;
  // RFC 7493 §2.1.
  if (!text.isWellFormed()) throw new FormatError('a text has half of a surrogate pair', at);
  return text;
}

function demandWhole(word: string, at: number): void {
  if (!whole.test(word) || word === '-0')
    throw new FormatError(`${word.slice(0, 40)} is no whole number written in digits`, at);
  // RFC 7493 §2.2.
  if (!Number.isSafeInteger(Number(word)))
    throw new FormatError(`${word.slice(0, 40)} is more than can be counted`, at);
}

import { parametersPerPropertyMax, parameterValuesMax } from './limits.ts';
import type { Line } from './lines.ts';
import { decodeCarets } from './text.ts';
import { CardError, type CardParameter, type CardProperty } from './types.ts';

const head = /(?:([A-Za-z0-9_-]{1,100})\.)?([A-Za-z0-9_-]{1,100})[ \t]*(?=[;:])/y;
const parameterName = /;[ \t]*([A-Za-z0-9_-]{1,100})[ \t]*(=?)/y;
const plainValue = /[^;:,]*/y;

/** `contentline` of RFC 6350 §3.3, with what older writers leave out: parameters without a name are a TYPE or an ENCODING. */
export function readProperty({ text, line }: Line): CardProperty {
  head.lastIndex = 0;
  const found = head.exec(text);
  if (!found) throw new CardError('syntax', 'a property is NAME:value', line);
  const [, group = '', spelling = ''] = found;
  const parameters: CardParameter[] = [];
  let at = head.lastIndex;
  let count = 0;
  while (text[at] === ';') {
    if (text[at + 1] === ':' || text[at + 1] === ';') {
      at += 1;
      continue;
    }
    count += 1;
    if (count > parametersPerPropertyMax) {
      throw new CardError('limit', `more than ${parametersPerPropertyMax} parameters`, line);
    }
    at = readParameter(text, at, line, parameters);
  }
  if (text[at] !== ':') throw new CardError('syntax', `'${spelling.slice(0, 40)}' has no ':'`, line);
  return { group, name: spelling.toUpperCase(), spelling, parameters, value: text.slice(at + 1), line };
}

function readParameter(text: string, from: number, line: number, into: CardParameter[]): number {
  parameterName.lastIndex = from;
  const found = parameterName.exec(text);
  if (!found) throw new CardError('syntax', 'a parameter is ;NAME=value', line);
  const [, written = '', equals] = found;
  const bare = equals === '';
  const name = bare ? nameOfBare(written) : written.toUpperCase();
  const values: string[] = bare ? [written] : [];
  let at = parameterName.lastIndex;
  while (!bare) {
    const value = readValue(text, at, line);
    at = value.at;
    // `TYPE="home,work"` is a list as often as it is one value
    if (name === 'TYPE') values.push(...typesIn(value.text));
    else values.push(decodeCarets(value.text));
    if (values.length > parameterValuesMax) {
      throw new CardError('limit', `more than ${parameterValuesMax} values of ${name}`, line);
    }
    if (text[at] !== ',') break;
    at += 1;
  }
  add(into, name, values);
  return at;
}

function add(into: CardParameter[], name: string, values: readonly string[]): void {
  const at = into.findIndex((parameter) => parameter.name === name);
  const before = into[at];
  if (!before) into.push({ name, values });
  else into[at] = { name, values: [...before.values, ...values] };
}

function readValue(text: string, from: number, line: number): { readonly text: string; readonly at: number } {
  if (text[from] !== '"') {
    plainValue.lastIndex = from;
    const [plain = ''] = plainValue.exec(text) ?? [];
    return { text: plain.trimEnd(), at: from + plain.length };
  }
  const end = text.indexOf('"', from + 1);
  if (end < 0) throw new CardError('syntax', 'a quoted parameter value has no end', line);
  return { text: text.slice(from + 1, end), at: end + 1 };
}

/** One more than there may be at most, however many are written. */
function typesIn(text: string): readonly string[] {
  return text.split(',', parameterValuesMax + 1).map((type) => type.trim());
}

function nameOfBare(value: string): string {
  return /^(?:quoted-printable|base64|b|8bit|7bit)$/i.test(value) ? 'ENCODING' : 'TYPE';
}

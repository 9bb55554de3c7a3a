import { parametersCharactersMax, parametersPerPropertyMax } from './limits.ts';
import type { Line } from './line-reader.ts';
import { shown } from './text.ts';

/** `values` are as meant: without quotes, RFC 6868 undone. Names are upper case. */
export interface Parameter {
  readonly name: string;
  readonly values: readonly string[];
}

export interface ContentLine {
  /** As it was written, a group before it as well: `item1.X-ABLabel`. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** As it stands, with its escapes. */
  readonly value: string;
}

/** `characters`: no UTF-8, or what XML cannot carry. `limit`: more than is read. */
export type LineFault = 'characters' | 'syntax' | 'limit';

/** How a format writes its lines, and says what is wrong with them. */
export interface Dialect {
  /** Characters of a line, unfolded. */
  readonly lineCharactersMax: number;
  error(fault: LineFault, message: string, line: number): Error;
  /**
   * Null: nothing but the grammar. Else what older writers do is read as well: spaces around names, parameters that are
   * empty, and values that lack their parameter's name, which this one finds.
   */
  readonly nameOfBare: ((value: string) => string) | null;
}

const none: readonly Parameter[] = [];
const nameCharactersMax = 255;

/** `contentline` of RFC 5545 §3.1 and RFC 6350 §3.3. */
export function readContentLine({ text, line }: Line, dialect: Dialect): ContentLine {
  const end = endOfName(text, 0);
  const at = pastSpaces(text, end, dialect);
  const mark = text.charCodeAt(at);
  if (mark !== 0x3a && mark !== 0x3b) {
    const what = text.includes(':') ? 'no name before' : "no ':' in";
    throw dialect.error('syntax', `${what} ${shown(text)}`, line);
  }
  if (end === 0) throw dialect.error('syntax', 'a name is empty', line);
  const name = text.slice(0, end);
  if (mark === 0x3a) return { name, parameters: none, value: text.slice(at + 1) };
  const reader = new ParameterReader(text, at, line, dialect);
  const parameters = reader.all();
  return { name, parameters, value: text.slice(reader.at + 1) };
}

class ParameterReader {
  readonly #text: string;
  readonly #line: number;
  readonly #dialect: Dialect;
  /** When all are read: the ':' behind them. */
  at: number;

  constructor(text: string, at: number, line: number, dialect: Dialect) {
    this.#text = text;
    this.at = at;
    this.#line = line;
    this.#dialect = dialect;
  }

  all(): readonly Parameter[] {
    const text = this.#text;
    const parameters: Parameter[] = [];
    let count = 0;
    while (text[this.at] === ';') {
      const next = text[this.at + 1];
      if (this.#dialect.nameOfBare !== null && (next === ';' || next === ':')) {
        this.at++;
        continue;
      }
      if (++count > parametersPerPropertyMax) {
        throw this.#error(`more than ${parametersPerPropertyMax} parameters`, 'limit');
      }
      const { name, values } = this.#one();
      const same = parameters.findIndex((parameter) => parameter.name === name);
      const before = parameters[same];
      if (before === undefined) parameters.push({ name, values });
      else parameters[same] = { name, values: [...before.values, ...values] };
    }
    if (text[this.at] !== ':') throw this.#error("no ':' after the parameters");
    return parameters;
  }

  #one(): Parameter {
    const from = pastSpaces(this.#text, this.at + 1, this.#dialect);
    const end = endOfName(this.#text, from);
    if (end === from) throw this.#error('a parameter has no name');
    const written = this.#text.slice(from, end);
    this.at = pastSpaces(this.#text, end, this.#dialect);
    if (this.#text[this.at] !== '=') {
      const name = this.#dialect.nameOfBare?.(written);
      if (name === undefined) throw this.#error(`the parameter ${shown(written)} has no '='`);
      return { name, values: [written] };
    }
    const values: string[] = [];
    do values.push(uncaret(this.#value()));
    while (this.#text[this.at] === ',');
    return { name: written.toUpperCase(), values };
  }

  /** `param-value`. A quote inside an unquoted value is taken as it is, as some clients write it. */
  #value(): string {
    const from = this.at + 1;
    if (this.#text[from] === '"') {
      const close = this.#text.indexOf('"', from + 1);
      if (close === -1) throw this.#error('a quoted parameter value does not end');
      this.#bound(close);
      this.at = close + 1;
      return this.#text.slice(from + 1, close);
    }
    let at = from;
    for (; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x3b || code === 0x3a || code === 0x2c) break;
    }
    this.#bound(at);
    this.at = at;
    const value = this.#text.slice(from, at);
    return this.#dialect.nameOfBare === null ? value : value.trimEnd();
  }

  #bound(at: number): void {
    if (at > parametersCharactersMax) {
      throw this.#error(`parameters of more than ${parametersCharactersMax} characters`, 'limit');
    }
  }

  #error(message: string, fault: LineFault = 'syntax'): Error {
    return this.#dialect.error(fault, message, this.#line);
  }
}

/** Letters, digits, '-', '_' as some write it, and the '.' behind a group. */
function endOfName(text: string, from: number): number {
  const most = Math.min(text.length, from + nameCharactersMax);
  for (let at = from; at < most; at++) {
    const code = text.charCodeAt(at);
    const fits =
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x2d ||
      code === 0x2e ||
      code === 0x5f;
    if (!fits) return at;
  }
  return most;
}

function pastSpaces(text: string, from: number, { nameOfBare }: Dialect): number {
  let at = from;
  if (nameOfBare !== null) while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** RFC 6868 §3.1. */
function uncaret(value: string): string {
  if (!value.includes('^')) return value;
  return value.replace(/\^['n^]/g, (found) => (found === '^n' ? '\n' : found === "^'" ? '"' : '^'));
}

/**
 * Responses as values: an atom is its text, a string is `"` and its text, a list is an array. What two servers may
 * write in two ways (literal or quoted) is one value; NIL, "" and atoms stay apart.
 */
export type Value = string | readonly Value[];

/** Reads one whole response line whose literals stand in it as `{n}CRLF…`, a character per octet. */
export function readValues(line: string): Value[] {
  const reader = new Reader(line);
  const values: Value[] = [];
  while (!reader.atEnd) values.push(reader.value());
  return values;
}

/** The text of a mailbox name, however it was written. */
export function plain(value: Value | undefined): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value.startsWith('"') ? value.slice(1) : value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#spaces();
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  value(): Value {
    const value = this.#value();
    this.#spaces();
    return value;
  }

  #spaces(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #value(): Value {
    const next = this.#text[this.#at];
    if (next === '(') return this.#list();
    if (next === '"') return `"${this.#quoted()}`;
    if (next === '{' || (next === '~' && this.#text[this.#at + 1] === '{')) return `"${this.#literal()}`;
    return this.#atom();
  }

  #list(): Value[] {
    this.#at++;
    this.#spaces();
    const values: Value[] = [];
    while (this.#text[this.#at] !== ')') {
      if (this.atEnd) throw new Error(`a list is not closed: ${this.#text.slice(0, 300)}`);
      values.push(this.value());
    }
    this.#at++;
    return values;
  }

  #quoted(): string {
    let text = '';
    for (this.#at++; this.#text[this.#at] !== '"'; this.#at++) {
      if (this.atEnd) throw new Error(`a string is not closed: ${this.#text.slice(0, 300)}`);
      if (this.#text[this.#at] === '\\') this.#at++;
      text += this.#text[this.#at];
    }
    this.#at++;
    return text;
  }

  #literal(): string {
    const size = /^~?\{(\d+)\}\r\n/.exec(this.#text.slice(this.#at, this.#at + 30));
    if (!size) throw new Error(`not a literal: ${this.#text.slice(this.#at, this.#at + 60)}`);
    const start = this.#at + size[0].length;
    this.#at = start + Number(size[1]);
    return this.#text.slice(start, this.#at);
  }

  /** `BODY[HEADER.FIELDS (To "Odd")]<0>` is one atom, written without its quotes. */
  #atom(): string {
    const start = this.#at;
    let depth = 0;
    for (; !this.atEnd; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '[') depth++;
      else if (character === ']') depth--;
      else if (depth === 0 && (character === ' ' || character === '(' || character === ')')) break;
    }
    if (this.#at === start) throw new Error(`no value at ${start} of ${this.#text.slice(0, 300)}`);
    return this.#text.slice(start, this.#at);
  }
}

import type { Dialect } from './content-line.ts';

/** A line, unfolded. */
export interface Line {
  readonly text: string;
  /** Of its first piece, from 1. */
  readonly line: number;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * The lines of a text, unfolded, one at a time. They end with CRLF or LF; empty ones are passed over, as real files have
 * them.
 */
export class LineReader {
  readonly #text: string;
  readonly #dialect: Dialect;
  readonly #goesOn: (first: string, last: string) => boolean;
  #at = 0;
  #line = 0;

  /** `goesOn`: after such a piece the next one belongs to it, behind a line break (quoted-printable of vCard 2.1). */
  constructor(
    text: string,
    dialect: Dialect,
    goesOn: (first: string, last: string) => boolean = () => false,
  ) {
    this.#text = text;
    this.#dialect = dialect;
    this.#goesOn = goesOn;
  }

  next(): Line | null {
    while (this.#at < this.#text.length) {
      const first = this.#physical();
      const line = this.#line;
      const text = this.#isEnd(first, first) ? first : this.#unfolded(first, line);
      if (text.length > this.#dialect.lineCharactersMax) throw this.#tooLong(line);
      if (text.trim() !== '') return { text, line };
    }
    return null;
  }

  #isEnd(first: string, last: string): boolean {
    const code = this.#text.charCodeAt(this.#at);
    return code > CR && code !== 0x20 && !this.#goesOn(first, last);
  }

  #unfolded(first: string, line: number): string {
    const pieces = [first];
    let last = first;
    let characters = first.length;
    for (;;) {
      if (this.#goesOn(first, last) && this.#at < this.#text.length) {
        last = this.#physical();
        pieces.push('\n');
      } else {
        this.#passEmpty();
        const code = this.#text.charCodeAt(this.#at);
        if (first === '' || (code !== 0x20 && code !== 0x09)) break;
        last = this.#physical().slice(1);
      }
      characters += last.length;
      if (characters > this.#dialect.lineCharactersMax) throw this.#tooLong(line);
      pieces.push(last);
    }
    return pieces.join('');
  }

  #physical(): string {
    const from = this.#at;
    const found = this.#text.indexOf('\n', from);
    const end = found === -1 ? this.#text.length : found;
    this.#at = found === -1 ? end : end + 1;
    this.#line++;
    return this.#text.slice(from, end > from && this.#text.charCodeAt(end - 1) === CR ? end - 1 : end);
  }

  #passEmpty(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === CR && this.#text.charCodeAt(this.#at + 1) === LF) this.#at += 2;
      else if (code === LF) this.#at++;
      else return;
      this.#line++;
    }
  }

  #tooLong(line: number): Error {
    const { lineCharactersMax } = this.#dialect;
    return this.#dialect.error('limit', `a line of more than ${lineCharactersMax} characters`, line);
  }
}

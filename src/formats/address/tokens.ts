import { commentDepthMax } from './limits.ts';

/** A piece of one entry of an address list. `gap`: white space or a comment stood before it. */
export interface Token {
  kind: 'atom' | 'quoted' | 'literal' | 'special';
  text: string;
  gap: boolean;
}

const specials = '()<>,;:@."';

/** Where a needle comes next; amortised linear, because the place found serves every earlier question too. */
class Next {
  readonly #text: string;
  readonly #needle: string;
  #found = -1;

  constructor(text: string, needle: string) {
    this.#text = text;
    this.#needle = needle;
  }

  /** `from` never goes back. Infinity when there is none. */
  at(from: number): number {
    if (this.#found < from) {
      const found = this.#text.indexOf(this.#needle, from);
      this.#found = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#found;
  }
}

/**
 * Lexical pieces of RFC 5322 §3.2: quoted strings, comments, domain literals, atoms; every position is
 * visited a bounded number of times, whatever is left open.
 */
export class Lexer {
  readonly text: string;
  pos = 0;
  #quotesBroken = false;
  #commentsBroken = false;
  readonly #wordEnd: Next;

  constructor(text: string) {
    this.text = text;
    this.#wordEnd = new Next(text, '?=');
  }

  /** Skips folding white space; tells whether there was any. */
  skipSpace(): boolean {
    const from = this.pos;
    while (isSpace(this.text.charCodeAt(this.pos))) this.pos++;
    return this.pos > from;
  }

  /** `"…"` at the position: its content, unescaped; undefined where the quote is never closed. */
  quoted(): string | undefined {
    if (this.#quotesBroken) return undefined;
    let content = '';
    let from = this.pos + 1;
    for (let i = from; i < this.text.length; i++) {
      const char = this.text[i];
      if (char === '"') {
        content += this.text.slice(from, i);
        this.pos = i + 1;
        return unfoldText(content);
      }
      if (char === '\\') {
        content += this.text.slice(from, i);
        from = ++i;
      }
    }
    this.#quotesBroken = true; // no quote after this one closes either: never look again
    return undefined;
  }

  /** `(…)` at the position, nested ones inside: its content; undefined where it is never closed. */
  comment(): string | undefined {
    if (this.#commentsBroken) return undefined;
    let depth = 1;
    let content = '';
    for (let i = this.pos + 1; i < this.text.length; i++) {
      const char = this.text[i] ?? '';
      if (char === '(' && depth < commentDepthMax) depth++;
      else if (char === ')' && --depth === 0) {
        this.pos = i + 1;
        return unfoldText(content).trim();
      }
      content += char === '\\' ? (this.text[++i] ?? '') : char;
    }
    this.#commentsBroken = true;
    return undefined;
  }

  /** `[…]` at the position with its brackets; undefined where it does not close before a space or comma. */
  literal(): string | undefined {
    for (let i = this.pos + 1; i < this.text.length && i - this.pos < 260; i++) {
      const char = this.text[i] ?? '';
      if (char === ']') {
        const found = this.text.slice(this.pos, i + 1);
        this.pos = i + 1;
        return found;
      }
      if (char === '[' || char === ',' || isSpace(char.charCodeAt(0))) return undefined;
    }
    return undefined;
  }

  /** A run of ordinary characters, at least one; an encoded word is taken whole, commas and all. */
  atom(): string {
    const from = this.pos;
    this.pos = this.#encodedWordEnd() ?? this.pos + 1;
    while (this.pos < this.text.length) {
      const code = this.text.charCodeAt(this.pos);
      if (isSpace(code) || specials.includes(this.text[this.pos] ?? '')) break;
      this.pos++;
    }
    return this.text.slice(from, this.pos);
  }

  // RFC 2047 §2; senders put bare commas inside, which only this keeps from splitting the list.
  #encodedWordEnd(): number | undefined {
    if (!this.text.startsWith('=?', this.pos)) return undefined;
    const head = /^=\?[^\s?]{1,64}\?[bq]\?/i.exec(this.text.slice(this.pos, this.pos + 70))?.[0];
    if (head === undefined) return undefined;
    const end = this.#wordEnd.at(this.pos + head.length);
    if (end - this.pos > 1_024) return undefined;
    return /[\s<>"]/.test(this.text.slice(this.pos, end)) ? undefined : end + 2;
  }
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

/** Folded text on one line. */
function unfoldText(text: string): string {
  return text.replace(/[\r\n]+/g, '');
}

import { charsetDecoder } from './charset.ts';
import { mimeTokenCharsMax, mimeValueCharsMax, parametersMax } from './limits.ts';
import { hexValue } from './transfer.ts';

/** A value with parameters: `multipart/mixed; boundary="x"`, `attachment; filename=y`. */
export interface ParameterisedValue {
  /** What stands before the first semicolon or space, lower-case. */
  value: string;
  params: [string, string][];
}

interface Piece {
  index: number;
  encoded: boolean;
  value: string;
}

/**
 * RFC 2045 §5.1 with RFC 2231; lenient: semicolons may be missing, tokens may hold what they should not, comments
 * are skipped. At most `parametersMax` parameters, values cut at `mimeValueCharsMax`. Linear; never throws.
 */
export function parseParameterised(text: string): ParameterisedValue {
  const scanner = new Scanner(text);
  scanner.skip();
  const value = scanner.token(';(').trim().toLowerCase();
  const plain = new Map<string, string>();
  const extended = new Map<string, Piece[]>();
  for (let count = 0; count < parametersMax; count++) {
    scanner.skip(';,');
    if (scanner.done) break;
    const name = scanner.token('=;').toLowerCase();
    scanner.skip();
    if (!scanner.accept('=')) continue;
    scanner.skip();
    const raw = scanner.value();
    if (name === '' || name.length > mimeTokenCharsMax) continue;
    addParameter(plain, extended, name, raw);
  }
  return { value: value.length > mimeTokenCharsMax ? '' : value, params: joinParameters(plain, extended) };
}

function addParameter(
  plain: Map<string, string>,
  extended: Map<string, Piece[]>,
  name: string,
  value: string,
): void {
  const match = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/.exec(name);
  if (!match) {
    if (!plain.has(name)) plain.set(name, value);
    return;
  }
  const [, base = '', digits, star] = match;
  const pieces = extended.get(base) ?? [];
  pieces.push({ index: Number(digits ?? 0), encoded: digits === undefined || star === '*', value });
  extended.set(base, pieces);
}

function joinParameters(plain: Map<string, string>, extended: Map<string, Piece[]>): [string, string][] {
  // RFC 2231 §3: where both forms are given, the extended one is meant for those who understand it.
  for (const [name, pieces] of extended) plain.set(name, joinPieces(pieces));
  return [...plain].map(([name, value]) => [name, cut(value)]);
}

/** RFC 2231 §3, §4: pieces in order up to the first gap; the charset stands in the first. */
function joinPieces(pieces: Piece[]): string {
  pieces.sort((a, b) => a.index - b.index);
  const chunks: Buffer[] = [];
  let charset = 'us-ascii';
  let expected = 0;
  for (const { index, encoded, value } of pieces) {
    if (index !== expected) break;
    let text = value;
    if (encoded && index === 0) {
      const match = /^([^']*)'[^']*'/.exec(text);
      if (match) {
        charset = match[1] || charset;
        text = text.slice(match[0].length);
      }
    }
    chunks.push(encoded ? decodePercent(text) : Buffer.from(text, 'utf8'));
    expected++;
  }
  const decode = charsetDecoder(charset) ?? charsetDecoder('us-ascii');
  return decode ? decode(Buffer.concat(chunks)) : '';
}

function decodePercent(text: string): Buffer {
  const source = Buffer.from(text, 'utf8');
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0;
    const high = byte === 0x25 ? hexValue(source[i + 1]) : -1;
    const low = high < 0 ? -1 : hexValue(source[i + 2]);
    out[length++] = low < 0 ? byte : high * 16 + low;
    if (low >= 0) i += 2;
  }
  return out.subarray(0, length);
}

function cut(value: string): string {
  return value.length > mimeValueCharsMax ? value.slice(0, mimeValueCharsMax).toWellFormed() : value;
}

// A comment, or a further parameter whose semicolon is missing. Tried once per run of spaces, so linear.
const nextParameter = /(?<!\s)\s+(?:\(|[a-z][\w*-]*\s*=)/i;

class Scanner {
  readonly #text: string;
  #pos = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#pos >= this.#text.length;
  }

  accept(char: string): boolean {
    if (this.#text[this.#pos] !== char) return false;
    this.#pos++;
    return true;
  }

  /** White space, comments and the given characters. */
  skip(also = ''): void {
    for (; !this.done; this.#pos++) {
      const char = this.#text[this.#pos] ?? '';
      if (char === '(') this.#skipComment();
      else if (char > ' ' && !also.includes(char)) return;
    }
  }

  /** Up to white space or one of `stops`; at least the rest of the text is consumed in the end. */
  token(stops: string): string {
    const from = this.#pos;
    for (; !this.done; this.#pos++) {
      const char = this.#text[this.#pos] ?? '';
      if (char <= ' ' || stops.includes(char)) break;
    }
    return this.#text.slice(from, this.#pos);
  }

  /** A quoted string, or everything up to a semicolon: unquoted names with spaces are common. */
  value(): string {
    if (this.#text[this.#pos] === '"') return this.#quoted();
    const from = this.#pos;
    const semicolon = this.#text.indexOf(';', from);
    this.#pos = semicolon < 0 ? this.#text.length : semicolon;
    const text = this.#text.slice(from, this.#pos);
    const next = text.search(nextParameter);
    if (next >= 0) this.#pos = from + next;
    return (next < 0 ? text : text.slice(0, next)).trim();
  }

  #quoted(): string {
    let content = '';
    let from = ++this.#pos;
    for (; !this.done; this.#pos++) {
      const char = this.#text[this.#pos];
      if (char === '"') break;
      if (char === '\\') {
        content += this.#text.slice(from, this.#pos);
        from = ++this.#pos;
      }
    }
    content += this.#text.slice(from, this.#pos);
    this.#pos++;
    return content;
  }

  /** Stops on the closing parenthesis, or at the end. */
  #skipComment(): void {
    let depth = 0;
    for (; !this.done; this.#pos++) {
      const char = this.#text[this.#pos];
      if (char === '\\') this.#pos++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) return;
    }
  }
}

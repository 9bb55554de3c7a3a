import { isAscii, isUtf8 } from 'node:buffer';
import { classes, classOf } from './characters.ts';
import { SyntaxFault } from './fault.ts';
import { wireLimits } from './limits.ts';
import { literalAtEnd } from './literals.ts';
import { type CommandPart, type LiteralPart, literalSize, type SpooledPart } from './parts.ts';

const number64Max = 9_223_372_036_854_775_807n;
const nothing = Buffer.alloc(0);

/**
 * The characters, tokens, numbers and strings of a command: RFC 9051 §9 up to `string`. Each method consumes its
 * production or throws SyntaxFault; one pass, no backtracking.
 */
export class Scanner {
  readonly #parts: readonly CommandPart[];
  #index = 0;
  #text: Buffer = nothing;
  #at = 0;
  /** Where the text ends or the marker of its literal begins. */
  #limit = 0;
  /** Octets of the command before the current text. */
  #base = 0;

  /** Throws TypeError where the parts are no command: text must come first and end with each literal's marker. */
  constructor(parts: readonly CommandPart[]) {
    this.#parts = parts;
    for (let i = 1; i < parts.length; i++) checkJoint(parts[i - 1], parts[i]);
    this.#open(0);
  }

  /** Octets of the command consumed so far; the line end before a literal counts two. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Throws SyntaxFault here, or at `offset`. */
  fault(message: string, offset: number = this.offset): never {
    throw new SyntaxFault(message, offset);
  }

  /** Throws SyntaxFault that names what stands here where `expected` should. */
  faultExpected(expected: string): never {
    return this.fault(`expected ${expected}, found ${this.#found()}`);
  }

  /** The next character; '' at the end; '{' or '~' where a literal follows. 8-bit octets come as Latin-1. */
  peek(): string {
    return this.#at < this.#text.length ? String.fromCharCode(this.#text[this.#at] ?? 0) : '';
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  get atLiteral(): boolean {
    return this.#at === this.#limit && this.#limit < this.#text.length;
  }

  /** Consumes one character if it is the next one. */
  tryChar(character: string): boolean {
    if (this.#at >= this.#limit || this.#text[this.#at] !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  char(character: string): void {
    if (!this.tryChar(character)) this.faultExpected(character === ' ' ? 'a space' : `'${character}'`);
  }

  sp(): void {
    this.char(' ');
  }

  /** The end of the command. */
  end(): void {
    if (!this.atEnd) this.faultExpected('the end of the command');
  }

  /** RFC 9051 §9 CRLF; the same as `end`, for the parts hold no line ends. */
  crlf(): void {
    this.end();
  }

  /** One or more characters of the given classes; see `classes`. */
  token(bits: number, what: string): string {
    const start = this.#at;
    while (this.#at < this.#limit && ((classOf[this.#text[this.#at] ?? 0] ?? 0) & bits) !== 0) this.#at++;
    if (this.#at === start) this.faultExpected(what);
    return this.#text.toString('latin1', start, this.#at);
  }

  atom(what = 'an atom'): string {
    return this.token(classes.atom, what);
  }

  /** An atom in upper case, for words of the grammar, which are case-insensitive. */
  keyword(what = 'a keyword'): string {
    return this.atom(what).toUpperCase();
  }

  /** Consumes `word` (upper case) if the next atom is it. */
  tryKeyword(word: string): boolean {
    const end = this.#at + word.length;
    if (end > this.#limit || this.#text.toString('latin1', this.#at, end).toUpperCase() !== word)
      return false;
    if (end < this.#limit && ((classOf[this.#text[end] ?? 0] ?? 0) & classes.atom) !== 0) return false;
    this.#at = end;
    return true;
  }

  /** Whether `text` (upper case) comes next, in any case; consumes nothing. */
  lookingAt(text: string): boolean {
    const end = this.#at + text.length;
    return end <= this.#limit && this.#text.toString('latin1', this.#at, end).toUpperCase() === text;
  }

  tag(): string {
    return this.token(classes.tag, 'a tag');
  }

  /** 0 to 4294967295. */
  number(): number {
    const start = this.offset;
    const value = decimal(this.token(classes.digit, 'a number'));
    if (value > 4_294_967_295n) this.fault('a number of more than 32 bits', start);
    return Number(value);
  }

  /** 1 to 4294967295, without leading zeros. */
  nzNumber(): number {
    this.#refuseZero();
    return this.number();
  }

  /** 0 to 2^63-1; above Number.MAX_SAFE_INTEGER the value is that, for nothing here counts so far. */
  number64(): number {
    const start = this.offset;
    const value = decimal(this.token(classes.digit, 'a number'));
    if (value > number64Max) this.fault('a number of more than 63 bits', start);
    return Number(value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : value);
  }

  nzNumber64(): number {
    this.#refuseZero();
    return this.number64();
  }

  /** 1 to 2^63-1, as `number64`. RFC 7162 §7 mod-sequence-value. */
  modSequenceValue(): number {
    const start = this.offset;
    const value = this.number64();
    if (value === 0) this.fault('a mod-sequence is at least 1 here', start);
    return value;
  }

  /** RFC 7162 §7 mod-sequence-valzer. */
  modSequenceValzer(): number {
    return this.number64();
  }

  /** A quoted string's octets, escapes resolved. */
  quotedBytes(): Buffer {
    this.char('"');
    const start = this.#at;
    let escapes = 0;
    for (; this.#at < this.#limit; this.#at++) {
      const code = this.#text[this.#at];
      if (code === 0x22) {
        const inside = this.#text.subarray(start, this.#at++);
        return escapes === 0 ? inside : withoutEscapes(inside, escapes);
      }
      if (code === 0x5c) {
        const next = this.#at + 1 < this.#limit ? this.#text[this.#at + 1] : undefined;
        if (next !== 0x22 && next !== 0x5c)
          this.fault("only '\"' and '\\' may follow '\\' in a quoted string");
        escapes++;
        this.#at++;
      } else if (code === 0 || code === 0x0d || code === 0x0a) {
        this.fault('a quoted string holds NUL, CR or LF; send a literal');
      }
    }
    return this.fault('a quoted string is not closed', this.#base + start - 1);
  }

  quoted(): string {
    const start = this.offset;
    return this.utf8(this.quotedBytes(), start);
  }

  /** A literal held in memory. A NUL, literal8 and a spooled literal are refused: strings do not need them. */
  literal(): Buffer {
    const start = this.offset;
    const part = this.takeLiteral();
    if (part.kind === 'spooled') this.fault(`a literal of ${part.size} octets is too large here`, start);
    if (part.binary) this.fault('a literal8 is not allowed here', start);
    if (part.bytes.includes(0)) this.fault('a literal holds NUL', start);
    return part.bytes;
  }

  /** Any literal, as the session handed it over. */
  takeLiteral(): LiteralPart | SpooledPart {
    const part = this.#parts[this.#index + 1];
    if (!this.atLiteral || part === undefined || part.kind === 'text') return this.faultExpected('a literal');
    if (this.#index / 2 >= wireLimits.commandLiteralsMax) {
      this.fault(`more than ${wireLimits.commandLiteralsMax} literals in a command`);
    }
    this.#base += this.#text.length + 2 + literalSize(part);
    this.#open(this.#index + 2);
    return part;
  }

  stringBytes(): Buffer {
    if (this.peek() === '"') return this.quotedBytes();
    return this.atLiteral ? this.literal() : this.faultExpected('a quoted string or a literal');
  }

  string(): string {
    const start = this.offset;
    return this.utf8(this.stringBytes(), start);
  }

  nstring(): string | null {
    return this.tryKeyword('NIL') ? null : this.string();
  }

  astringBytes(what = 'a string'): Buffer {
    if (this.peek() === '"' || this.atLiteral) return this.stringBytes();
    return Buffer.from(this.token(classes.astring, what), 'latin1');
  }

  astring(what = 'a string'): string {
    const start = this.offset;
    return this.utf8(this.astringBytes(what), start);
  }

  /** Octets that must be UTF-8 (RFC 9051 §4.3, RFC 3629). */
  utf8(bytes: Buffer, offset: number): string {
    if (isAscii(bytes)) return bytes.toString('latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : this.fault('a string is not valid UTF-8', offset);
  }

  #refuseZero(): void {
    if (this.peek() === '0') this.fault('expected a number from 1, without leading zeros');
  }

  #open(index: number): void {
    const part = this.#parts[index];
    if (part !== undefined && part.kind !== 'text') throw new TypeError('text must precede a literal');
    this.#index = index;
    this.#text = part?.bytes ?? nothing;
    this.#at = 0;
    const next = this.#parts[index + 1];
    this.#limit = next === undefined ? this.#text.length : (literalAtEnd(this.#text)?.start ?? 0);
  }

  /** Never a character of the client's data: it may belong to a password. */
  #found(): string {
    if (this.atEnd) return 'the end of the command';
    if (this.atLiteral) return 'a literal';
    const character = this.peek();
    if (character === ' ') return 'a space';
    return '()[]{}<>"\\%*'.includes(character) ? `'${character}'` : 'something else';
  }
}

function checkJoint(before: CommandPart | undefined, part: CommandPart | undefined): void {
  if (part === undefined || before === undefined) return;
  if (part.kind === 'text') {
    if (before.kind === 'text') throw new TypeError('two texts of a command stand side by side');
    return;
  }
  if (before.kind !== 'text') throw new TypeError('text must precede a literal');
  const marker = literalAtEnd(before.bytes);
  if (marker?.size !== literalSize(part) || marker.binary !== part.binary) {
    throw new TypeError('the text before a literal does not end with its marker');
  }
}

function withoutEscapes(inside: Buffer, escapes: number): Buffer {
  const bytes = Buffer.allocUnsafe(inside.length - escapes);
  let to = 0;
  for (let from = 0; from < inside.length; from++) {
    if (inside[from] === 0x5c) from++;
    bytes[to++] = inside[from] ?? 0;
  }
  return bytes;
}

/** Digits as a value; what is surely above 63 bits comes as 2^64 without reading it all. */
function decimal(digits: string): bigint {
  let zeros = 0;
  while (zeros < digits.length - 1 && digits.charCodeAt(zeros) === 0x30) zeros++;
  return digits.length - zeros > 19 ? 2n ** 64n : BigInt(digits.slice(zeros));
}

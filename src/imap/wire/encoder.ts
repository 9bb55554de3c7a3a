import type { BlockPool } from './block-pool.ts';
import { classes, isToken } from './characters.ts';
import { formatDateTime } from './dates.ts';
import { wireLimits } from './limits.ts';
import { formatResponseCode, type ResponseCode } from './response-code.ts';
import { SequenceSet } from './sequence-set.ts';
import { encodeUtf7 } from './utf7.ts';

/** Short answers come from Node's pool, long ones from blocks that are used again; a silent session holds none. */
const blockBytesMin = 1024;
const blockBytesMax = 16 * 1024;
const ownBlockBytesMax = 4 * 1024;
/** Text is gathered up to so many characters before it becomes octets: many small writes cost more than one. */
const textCharactersMax = 4 * 1024;
const nothing = Buffer.alloc(0);
/** A literal of this size or more is handed on as it is instead of being copied. */
const sharedLiteralBytesMin = 8 * 1024;
/** Many numbers go into one block as far as they fit: one write costs less than several. */
const numbersBlockBytesMax = 64 * 1024;
/** Roughly, with its space. */
const numberBytes = 6;
/** Of a number of 32 bits. */
const digitsMax = 10;
/** Longer strings go as literals. RFC 9051 §4.3 leaves the choice to the sender. */
const quotedCharactersMax = 1000;

export type TaggedStatus = 'OK' | 'NO' | 'BAD';
export type UntaggedStatus = TaggedStatus | 'PREAUTH' | 'BYE';

/**
 * Responses of RFC 9051 §7 as octets. Written into blocks that are handed out by `take` without copying. Text that
 * came from anywhere never breaks out of its place: CR, LF and NUL cannot leave `text`, strings choose their form,
 * atoms and flags are checked and throw (that would be our bug). Server literals never carry '+' and never wait.
 */
export class ResponseWriter {
  /** UTF-8 in quoted strings and mailbox names (after ENABLE IMAP4rev2 or UTF8=ACCEPT), else modified UTF-7. */
  utf8: boolean;
  #block: Buffer = nothing;
  #blockBytes = blockBytesMin;
  #start = 0;
  #at = 0;
  #done: Buffer[] = [];
  #doneBytes = 0;
  #text = '';
  readonly #pool: BlockPool | null;
  #lent: Buffer[] | null = null;

  constructor(options: { readonly utf8?: boolean; readonly pool?: BlockPool } = {}) {
    this.utf8 = options.utf8 ?? false;
    this.#pool = options.pool ?? null;
  }

  /** Octets written and not yet taken. */
  get pendingBytes(): number {
    return this.#doneBytes + this.#at - this.#start + Buffer.byteLength(this.#text);
  }

  /** Whether that is `bytes` or more; cheap, for it leaves out the text that is still being gathered. */
  holds(bytes: number): boolean {
    return this.#doneBytes + this.#at - this.#start >= bytes;
  }

  /** Blocks of the pool in which lies what `take` answers; whoever asks gives them back when all that was sent. */
  lent(): readonly Buffer[] | null {
    const lent = this.#lent;
    this.#lent = null;
    return lent;
  }

  /** What was written since the last call, in order; the buffers are the caller's and are not written again. */
  take(): Buffer[] {
    this.#encode();
    this.#cut();
    const done = this.#done;
    this.#done = [];
    this.#doneBytes = 0;
    this.#block = nothing;
    this.#blockBytes = blockBytesMin;
    this.#start = 0;
    this.#at = 0;
    return done;
  }

  /** `A1 OK [READ-WRITE] done` with its line end. */
  tagged(tag: string, status: TaggedStatus, code: ResponseCode | null, text: string): this {
    if (!isToken(tag, classes.tag)) throw new TypeError('not a tag');
    return this.raw(`${tag} `).#status(status, code, text);
  }

  /** `* OK [UIDNEXT 4] text` with its line end. */
  untagged(status: UntaggedStatus, code: ResponseCode | null, text: string): this {
    return this.raw('* ').#status(status, code, text);
  }

  /** `+ text` with its line end; base64 of a SASL challenge goes here as well, and may be empty. */
  continuation(text = ''): this {
    return this.raw('+ ').text(text).crlf();
  }

  #status(status: UntaggedStatus, code: ResponseCode | null, text: string): this {
    this.raw(`${status} `);
    if (code !== null) {
      const formatted = formatResponseCode(code);
      if (/[^ -\\^-~]/.test(formatted)) throw new TypeError('a response code holds a forbidden character');
      this.raw(`[${formatted}] `);
    }
    // Without a code, a '[' at the start would be read as one; the text may not be empty (RFC 9051 §9 resp-text).
    const shown = code === null && text.startsWith('[') ? `(${text.slice(1)}` : text;
    return this.text(shown === '' ? status : shown).crlf();
  }

  /** `* NAME`, the start of a data response; end it with `crlf`. */
  data(name: string): this {
    return this.raw('* ').atom(name);
  }

  /** `* 5 EXISTS`, `* 3 FETCH`: the start of a response about a number. */
  numbered(number: number, name: string): this {
    return this.raw(`* ${number} `).atom(name);
  }

  crlf(): this {
    return this.raw('\r\n');
  }

  sp(): this {
    return this.raw(' ');
  }

  nil(): this {
    return this.raw('NIL');
  }

  /**
   * Octets that are already in the grammar of a response: envelopes and structures kept ready to send. A large
   * buffer is handed on as it is and must not change any more.
   */
  raw(text: string | Buffer): this {
    if (typeof text !== 'string') return this.#bytes(text);
    this.#text += text;
    if (this.#text.length >= textCharactersMax) this.#encode();
    return this;
  }

  #encode(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    // Three octets of UTF-8 are the most that one UTF-16 unit needs; only long text is worth measuring.
    this.#reserve(text.length < 1024 ? text.length * 3 : Buffer.byteLength(text));
    this.#at += this.#block.write(text, this.#at, 'utf8');
  }

  /** Human text: control characters become spaces, and what is not ASCII '?' unless UTF-8 is on. */
  text(text: string): this {
    const plain = text.replace(/\p{Cc}/gu, ' ');
    return this.raw(this.utf8 ? plain : plain.replace(/[^ -~]/gu, '?'));
  }

  atom(text: string): this {
    if (!isToken(text, classes.astring)) throw new TypeError('not an atom');
    return this.raw(text);
  }

  number(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a number of IMAP`);
    return this.raw(String(value));
  }

  /** One octet of ASCII; together with `digits` and `numbers` for answers of very many numbers, which text would slow. */
  octet(code: number): this {
    if (this.#text !== '') this.#encode();
    if (this.#at === this.#block.length) this.#reserve(1);
    this.#block[this.#at++] = code;
    return this;
  }

  /** A message number or uid. */
  digits(value: number): this {
    if (this.#text !== '') this.#encode();
    if (this.#at + digitsMax > this.#block.length) this.#reserve(digitsMax);
    this.#at = writeDigits(this.#block, this.#at, value);
    return this;
  }

  /** ` 2 3 5`: each with a space before. */
  numbers(values: ArrayLike<number>): this {
    const expected = Math.min(values.length * numberBytes, numbersBlockBytesMax);
    if (expected > this.#blockBytes) this.#blockBytes = expected;
    if (this.#text !== '') this.#encode();
    for (let i = 0; i < values.length; i++) {
      if (this.#at + digitsMax + 1 > this.#block.length) this.#reserve(digitsMax + 1);
      this.#block[this.#at] = 0x20;
      this.#at = writeDigits(this.#block, this.#at + 1, values[i] as number);
    }
    return this;
  }

  /** A quoted string where that is allowed, else a literal. NUL, which neither may hold, becomes '?'. */
  string(text: string): this {
    const form = formOf(text, this.utf8);
    if (form === 'literal') return this.literal(Buffer.from(text.replaceAll('\0', '?')));
    return this.raw(`"${form === 'escaped' ? text.replace(/["\\]/g, '\\$&') : text}"`);
  }

  nstring(text: string | null): this {
    return text === null ? this.nil() : this.string(text);
  }

  /** An atom where the text is one, else a string. NIL is quoted: unquoted it is nothing. */
  astring(text: string): this {
    const isAtom = isToken(text, classes.astring) && text.toUpperCase() !== 'NIL';
    return isAtom ? this.raw(text) : this.string(text);
  }

  /** `{n}` and the octets, or `~{n}` for literal8. */
  literal(bytes: Buffer, binary = false): this {
    return this.literalStart(bytes.length, binary).#bytes(bytes);
  }

  /** The announcement of `size` octets that the caller sends after what `take` answers. */
  literalStart(size: number, binary = false): this {
    return this.raw(`${binary ? '~' : ''}{${size}}\r\n`);
  }

  /**
   * Room for octets of the literal just announced, `size` or as many as fit: to be filled before anything else is
   * written or taken. What is not longer than three quarters of a block is never parted.
   */
  room(size: number): Buffer {
    const text = this.#text;
    this.#text = '';
    const blockBytes = wireLimits.longBlockBytesMax - text.length * 3;
    const left = this.#block.length - this.#at - text.length * 3;
    if (left < size && (size <= blockBytes || left < blockBytes / 4)) {
      this.#begin(text.length * 3 + Math.min(size, blockBytes));
    }
    this.#at += this.#block.write(text, this.#at, 'utf8');
    const start = this.#at;
    this.#at = Math.min(start + size, this.#block.length);
    return this.#block.subarray(start, this.#at);
  }

  /** RFC 9051 §5.1; modified UTF-7 for clients of IMAP4rev1. */
  mailbox(name: string): this {
    return this.astring(this.utf8 ? name : encodeUtf7(name));
  }

  /** `(\Seen $Forwarded)`. */
  flags(flags: readonly string[]): this {
    for (const flag of flags) {
      const word = flag.startsWith('\\') ? flag.slice(1) : flag;
      if (flag !== '\\*' && !isToken(word, classes.atom)) throw new TypeError('not a flag');
    }
    return this.raw(`(${flags.join(' ')})`);
  }

  /** Numbers in their order, runs as ranges. An empty set has no form: the caller leaves it out. */
  sequenceSet(set: SequenceSet | Iterable<number>): this {
    const text = (set instanceof SequenceSet ? set : SequenceSet.of(set)).toString();
    if (text === '') throw new RangeError('an empty sequence set cannot be sent');
    return this.raw(text);
  }

  /** `"17-Jul-1996 02:44:25 -0700"`. */
  dateTime(timeMs: number, zoneMinutes = 0): this {
    return this.raw(`"${formatDateTime(timeMs, zoneMinutes)}"`);
  }

  /** "(" entries with spaces between ")". */
  list<T>(entries: Iterable<T>, write: (entry: T, writer: this) => void): this {
    this.raw('(');
    let first = true;
    for (const entry of entries) {
      if (!first) this.sp();
      first = false;
      write(entry, this);
    }
    return this.raw(')');
  }

  #bytes(bytes: Buffer): this {
    this.#encode();
    if (bytes.length >= sharedLiteralBytesMin) {
      this.#cut();
      this.#done.push(bytes);
      this.#doneBytes += bytes.length;
      return this;
    }
    this.#reserve(bytes.length);
    this.#at += bytes.copy(this.#block, this.#at);
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes > this.#block.length) this.#begin(bytes);
  }

  #begin(bytes: number): void {
    this.#cut();
    const size = Math.max(this.#blockBytes, bytes);
    if (this.#pool !== null && size > ownBlockBytesMax && size <= wireLimits.longBlockBytesMax) {
      this.#block = this.#pool.take();
      this.#lent ??= [];
      this.#lent.push(this.#block);
    } else this.#block = Buffer.allocUnsafe(size);
    this.#blockBytes = Math.min(this.#blockBytes * 4, blockBytesMax);
    this.#start = 0;
    this.#at = 0;
  }

  #cut(): void {
    if (this.#at === this.#start) return;
    this.#done.push(this.#block.subarray(this.#start, this.#at));
    this.#doneBytes += this.#at - this.#start;
    this.#start = this.#at;
  }
}

/** Answers the place behind the last digit. Throws RangeError for what is no number of 32 bits. */
function writeDigits(block: Buffer, at: number, value: number): number {
  if (value >>> 0 !== value) throw new RangeError(`${value} is not a number of IMAP`);
  let length = 1;
  for (let power = 10; length < digitsMax && value >= power; power *= 10) length++;
  let left = value;
  for (let place = at + length - 1; place >= at; place--) {
    const tens = (left / 10) >>> 0;
    block[place] = 0x30 + left - tens * 10;
    left = tens;
  }
  return at + length;
}

function formOf(text: string, utf8: boolean): 'plain' | 'escaped' | 'literal' {
  if (text.length > quotedCharactersMax) return 'literal';
  let form: 'plain' | 'escaped' = 'plain';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f || (code > 0x7f && !utf8)) return 'literal';
    if (code === 0x22 || code === 0x5c) form = 'escaped';
  }
  return form;
}

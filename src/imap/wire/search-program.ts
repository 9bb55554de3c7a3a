import { classes, isToken } from './characters.ts';
import type { CalendarDate } from './dates.ts';
import type { Decoder, Parsers } from './decoder.ts';
import { CharsetFault, shown } from './fault.ts';
import { wireLimits } from './limits.ts';
import type { SequenceSet } from './sequence-set.ts';

/** What SEARCH looks for. Texts are Unicode already. RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 7162 §3.1.5. */
export type SearchKey =
  | { readonly kind: 'all' }
  /** ANSWERED, UNSEEN, KEYWORD …: the flag is set, or is not. */
  | { readonly kind: 'flag'; readonly flag: string; readonly set: boolean }
  /** RECENT and OLD of IMAP4rev1; NEW comes as `and` of RECENT and UNSEEN. */
  | { readonly kind: 'recent'; readonly set: boolean }
  /** BCC, CC, FROM, TO: a substring of that address field of the envelope. */
  | { readonly kind: 'address'; readonly field: 'bcc' | 'cc' | 'from' | 'to'; readonly text: string }
  /** An empty text finds every message that has the field. */
  | { readonly kind: 'header'; readonly name: string; readonly text: string }
  | { readonly kind: 'subject' | 'body' | 'text'; readonly text: string }
  | {
      readonly kind: 'date';
      /** The internal date, or the Date field of the message. */
      readonly of: 'internal' | 'sent';
      readonly compare: 'before' | 'on' | 'since';
      readonly date: CalendarDate;
    }
  | { readonly kind: 'size'; readonly compare: 'larger' | 'smaller'; readonly bytes: number }
  | { readonly kind: 'sequence' | 'uid'; readonly set: SequenceSet }
  | { readonly kind: 'modseq'; readonly modseq: number; readonly entry: ModseqEntry | null }
  | { readonly kind: 'not'; readonly key: SearchKey }
  | { readonly kind: 'or'; readonly keys: readonly [SearchKey, SearchKey] }
  | { readonly kind: 'and'; readonly keys: readonly SearchKey[] }
  /** A key of the caller's table; `value` is what its parser returned. */
  | { readonly kind: 'extension'; readonly name: string; readonly value: unknown };

/** The metadata item whose mod-sequence is meant. RFC 7162 §3.1.5. */
export interface ModseqEntry {
  readonly name: string;
  readonly type: 'priv' | 'shared' | 'all';
}

export type SearchReturn = 'MIN' | 'MAX' | 'ALL' | 'COUNT' | 'SAVE';

export interface SearchProgram {
  /** The options of RETURN, `ALL` where it had none (RFC 9051 §6.4.4); null without RETURN. */
  readonly returns: {
    readonly options: ReadonlySet<SearchReturn>;
    readonly extensions: ReadonlyMap<string, unknown>;
  } | null;
  /** In upper case; null where the client named none. */
  readonly charset: string | null;
  readonly key: SearchKey;
}

/** Reads what follows the name of a key or a RETURN option; `reader.key` reads a further key one level deeper. */
export type SearchKeyParser = (decoder: Decoder, reader: SearchReader) => unknown;

export interface SearchTables {
  readonly keys?: Parsers<SearchKeyParser>;
  /** RETURN options beyond RFC 9051. */
  readonly returns?: Parsers<(decoder: Decoder) => unknown>;
  /** Texts of a charset beside US-ASCII and UTF-8; undefined, for an empty buffer too, where it is not served. */
  readonly decode?: (charset: string, bytes: Buffer) => string | undefined;
}

export interface SearchReader {
  /** A search-key of its own, without a space before it. */
  key(): SearchKey;
  /** An astring in the charset of the command. */
  text(): string;
}

const flagWords: Readonly<Record<string, string>> = {
  ANSWERED: '\\Answered',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
  FLAGGED: '\\Flagged',
  SEEN: '\\Seen',
};

const returnWords: readonly SearchReturn[] = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'];

/** [RETURN (…) SP] [CHARSET … SP] search-key *(SP search-key). RFC 9051 §9 search-program. */
export function parseSearchProgram(decoder: Decoder, tables: SearchTables): SearchProgram {
  const returns = parseReturns(decoder, tables);
  let charset: string | null = null;
  if (decoder.tryKeyword('CHARSET')) {
    decoder.sp();
    charset = parseCharset(decoder, tables);
    decoder.sp();
  }
  return { returns, charset, key: parseKeys(decoder, charset, tables) };
}

/** [RETURN (…) SP]; null without. RFC 4466 §2.6.1. */
export function parseReturns(decoder: Decoder, tables: SearchTables): SearchProgram['returns'] {
  if (!decoder.tryKeyword('RETURN')) return null;
  decoder.sp();
  const start = decoder.offset;
  const options = new Set<SearchReturn>();
  const extensions = new Map<string, unknown>();
  const read = () => {
    const before = decoder.offset;
    const name = decoder.keyword('a RETURN option');
    const known = returnWords.find((word) => word === name);
    const parser = tables.returns?.get(name);
    if (extensions.has(name)) decoder.fault(`the RETURN option ${shown(name)} stands twice`, before);
    if (known) options.add(known);
    else if (parser) extensions.set(name, parser(decoder));
    else decoder.fault(`unknown SEARCH RETURN option ${shown(name)}`, before);
  };
  decoder.list(read, { max: wireLimits.optionsMax, what: 'RETURN options' });
  if (options.size === 0 && extensions.size === 0) options.add('ALL');
  // RFC 9394 §3.1
  if (options.has('ALL') && extensions.has('PARTIAL')) {
    decoder.fault('ALL and PARTIAL cannot be asked for at once', start);
  }
  decoder.sp();
  return { options, extensions };
}

/** In upper case. Throws CharsetFault where texts of that charset cannot be read. */
export function parseCharset(decoder: Decoder, tables: SearchTables): string {
  const start = decoder.offset;
  const charset = decoder.astring('a charset').toUpperCase();
  if (!isUnicode(charset) && tables.decode?.(charset, Buffer.alloc(0)) === undefined) {
    throw new CharsetFault(charset, start);
  }
  return charset;
}

/** search-key *(SP search-key), up to the end of the command. */
export function parseKeys(decoder: Decoder, charset: string | null, tables: SearchTables): SearchKey {
  const reader = new KeyReader(decoder, charset, tables);
  const keys = [reader.key()];
  while (decoder.tryChar(' ')) keys.push(reader.key());
  return and(keys);
}

class KeyReader implements SearchReader {
  readonly #decoder: Decoder;
  readonly #charset: string | null;
  readonly #tables: SearchTables;
  #depth = 0;
  #count = 0;

  constructor(decoder: Decoder, charset: string | null, tables: SearchTables) {
    this.#decoder = decoder;
    this.#charset = charset;
    this.#tables = tables;
  }

  key(): SearchKey {
    const decoder = this.#decoder;
    if (++this.#count > wireLimits.searchKeysMax) {
      decoder.fault(`more than ${wireLimits.searchKeysMax} search keys`);
    }
    if (++this.#depth > wireLimits.searchDepthMax) {
      decoder.fault(`search keys nested deeper than ${wireLimits.searchDepthMax}`);
    }
    const key = this.#key();
    this.#depth--;
    return key;
  }

  /** An astring in the charset of the command. */
  text(): string {
    const start = this.#decoder.offset;
    const bytes = this.#decoder.astringBytes('a text to search for');
    if (this.#charset === null || isUnicode(this.#charset)) return this.#decoder.utf8(bytes, start);
    const text = this.#tables.decode?.(this.#charset, bytes);
    if (text === undefined) throw new CharsetFault(this.#charset, start);
    return text;
  }

  #key(): SearchKey {
    const decoder = this.#decoder;
    const next = decoder.peek();
    if (next === '(') return this.#group();
    if (next !== '' && isToken(next, classes.sequence) && next !== ':' && next !== ',') {
      return { kind: 'sequence', set: decoder.sequenceSet() };
    }
    const start = decoder.offset;
    const name = decoder.keyword('a search key');
    const parser = this.#tables.keys?.get(name);
    if (parser) return { kind: 'extension', name, value: parser(decoder, this) };
    return (
      this.#flagKey(name) ??
      this.#textKey(name) ??
      this.#valueKey(name) ??
      decoder.fault(`unknown search key ${shown(name)}`, start)
    );
  }

  #group(): SearchKey {
    this.#decoder.char('(');
    const keys = [this.key()];
    while (this.#decoder.tryChar(' ')) keys.push(this.key());
    this.#decoder.char(')');
    return and(keys);
  }

  #flagKey(name: string): SearchKey | null {
    const set = !name.startsWith('UN');
    const word = set ? name : name.slice(2);
    const flag = Object.hasOwn(flagWords, word) ? flagWords[word] : undefined;
    if (flag !== undefined) return { kind: 'flag', flag, set };
    switch (name) {
      case 'KEYWORD':
      case 'UNKEYWORD':
        this.#decoder.sp();
        return { kind: 'flag', flag: this.#decoder.flagKeyword(), set };
      case 'RECENT':
      case 'OLD':
        return { kind: 'recent', set: name === 'RECENT' };
      case 'NEW':
        return and([
          { kind: 'recent', set: true },
          { kind: 'flag', flag: '\\Seen', set: false },
        ]);
      default:
        return null;
    }
  }

  #textKey(name: string): SearchKey | null {
    switch (name) {
      case 'BCC':
      case 'CC':
      case 'FROM':
      case 'TO':
        return {
          kind: 'address',
          field: name.toLowerCase() as 'bcc' | 'cc' | 'from' | 'to',
          text: this.#spText(),
        };
      case 'SUBJECT':
      case 'BODY':
      case 'TEXT':
        return { kind: name.toLowerCase() as 'subject' | 'body' | 'text', text: this.#spText() };
      case 'HEADER': {
        this.#decoder.sp();
        const field = this.#decoder.astring('a header field name');
        return { kind: 'header', name: field, text: this.#spText() };
      }
      default:
        return null;
    }
  }

  #spText(): string {
    this.#decoder.sp();
    return this.text();
  }

  #valueKey(name: string): SearchKey | null {
    const decoder = this.#decoder;
    if (name === 'ALL') return { kind: 'all' };
    const date = /^(SENT)?(BEFORE|ON|SINCE)$/.exec(name);
    if (!date && !['LARGER', 'SMALLER', 'UID', 'NOT', 'OR', 'MODSEQ'].includes(name)) return null;
    decoder.sp();
    if (date) {
      const compare = (date[2] ?? '').toLowerCase() as 'before' | 'on' | 'since';
      return { kind: 'date', of: date[1] ? 'sent' : 'internal', compare, date: decoder.date() };
    }
    switch (name) {
      case 'LARGER':
      case 'SMALLER':
        return { kind: 'size', compare: name === 'LARGER' ? 'larger' : 'smaller', bytes: decoder.number64() };
      case 'UID':
        return { kind: 'uid', set: decoder.sequenceSet() };
      case 'NOT':
        return { kind: 'not', key: this.key() };
      case 'OR': {
        const first = this.key();
        decoder.sp();
        return { kind: 'or', keys: [first, this.key()] };
      }
      default:
        return this.#modseq();
    }
  }

  /** RFC 7162 §7 search-modsequence. */
  #modseq(): SearchKey {
    const decoder = this.#decoder;
    let entry: ModseqEntry | null = null;
    if (decoder.peek() === '"') {
      const start = decoder.offset;
      const name = decoder.quoted();
      if (!/^\/flags\/\\?./i.test(name)) decoder.fault('expected "/flags/…" as the entry of MODSEQ', start);
      decoder.sp();
      const type = decoder.keyword('priv, shared or all').toLowerCase();
      if (type !== 'priv' && type !== 'shared' && type !== 'all') {
        return decoder.fault('expected priv, shared or all after the entry of MODSEQ', start);
      }
      entry = { name, type };
      decoder.sp();
    }
    return { kind: 'modseq', modseq: decoder.modSequenceValzer(), entry };
  }
}

function and(keys: readonly SearchKey[]): SearchKey {
  const [only] = keys;
  return keys.length === 1 && only ? only : { kind: 'and', keys };
}

function isUnicode(charset: string): boolean {
  return charset === 'UTF-8' || charset === 'US-ASCII';
}

import { type AppendData, type AppendMessage, parseAppendData, parseAppendMessage } from './append.ts';
import {
  type CreateParameters,
  type FetchModifiers,
  parseCreateParameters,
  parseFetchModifiers,
  parseIdParameters,
  parseSelectParameters,
  parseStoreArguments,
  type SelectParameters,
  type StoreArguments,
} from './arguments.ts';
import { classes } from './characters.ts';
import { type CalendarDate, type DateTime, parseDateText, parseDateTimeText } from './dates.ts';
import { type FetchItem, type FetchItemParser, type PartialRange, parseFetchItems } from './fetch-items.ts';
import { wireLimits } from './limits.ts';
import {
  type ListArguments,
  type ListTables,
  parseListArguments,
  parseStatusItems,
  type StatusItem,
} from './list-arguments.ts';
import {
  parseResultRange,
  parseSortProgram,
  parseThreadProgram,
  type ResultRange,
  type SortProgram,
  type ThreadProgram,
} from './order-programs.ts';
import type { CommandPart } from './parts.ts';
import { Scanner } from './scanner.ts';
import { parseSearchProgram, type SearchProgram, type SearchTables } from './search-program.ts';
import { SequenceSet } from './sequence-set.ts';
import { decodeUtf7 } from './utf7.ts';

/** An open table: names in upper case -> what reads the rest. An entry wins over the built-in of its name. */
export type Parsers<Parser> = ReadonlyMap<string, Parser>;

type OptionParsers = Parsers<(decoder: Decoder) => unknown>;

export interface DecoderOptions {
  /** Mailbox names are UTF-8 (after ENABLE IMAP4rev2 or UTF8=ACCEPT) and not modified UTF-7. */
  readonly utf8?: boolean;
}

export interface ListBounds {
  /** Fewest entries; 0 unless told. */
  readonly min?: number;
  readonly max: number;
  /** Plural name of the entries, for the message. */
  readonly what: string;
}

const systemFlags = new Map(
  ['\\Answered', '\\Deleted', '\\Draft', '\\Flagged', '\\Recent', '\\Seen'].map((flag) => [
    flag.toLowerCase(),
    flag,
  ]),
);

/**
 * One whole command, its literals read. Each method is a production of RFC 9051 §9 (or of the RFC it names): it
 * consumes it, from its first character on, or throws SyntaxFault. It knows no session: what is allowed now, and
 * whether a mailbox or message exists, is for the command to ask.
 */
export class Decoder extends Scanner {
  readonly utf8Names: boolean;
  #depth = 0;

  constructor(parts: readonly CommandPart[], options: DecoderOptions = {}) {
    super(parts);
    this.utf8Names = options.utf8 ?? false;
  }

  /** "(" [entry *(SP entry)] ")". */
  list<T>(entry: (decoder: Decoder) => T, bounds: ListBounds): T[] {
    const start = this.offset;
    this.char('(');
    if (++this.#depth > wireLimits.nestingDepthMax) {
      this.fault(`parentheses nested deeper than ${wireLimits.nestingDepthMax}`, start);
    }
    const entries: T[] = [];
    if (!this.tryChar(')')) {
      do {
        if (entries.length >= bounds.max) this.fault(`more than ${bounds.max} ${bounds.what}`);
        entries.push(entry(this));
      } while (this.tryChar(' '));
      if (!this.tryChar(')')) this.faultExpected("a space or ')'");
    }
    this.#depth--;
    if (entries.length < (bounds.min ?? 0)) this.fault(`an empty list of ${bounds.what}`, start);
    return entries;
  }

  /** A mailbox name in Unicode; INBOX in any case is 'INBOX'. May be empty (LIST). RFC 9051 §5.1. */
  mailbox(): string {
    const start = this.offset;
    return this.#name(this.astringBytes('a mailbox name'), start);
  }

  /** A mailbox name or pattern of LIST, in Unicode. RFC 9051 §9 list-mailbox. */
  listMailbox(): string {
    const start = this.offset;
    if (this.peek() === '"' || this.atLiteral) return this.#name(this.stringBytes(), start);
    const pattern = this.token(classes.list, 'a mailbox name or pattern');
    return this.#name(Buffer.from(pattern, 'latin1'), start);
  }

  #name(bytes: Buffer, start: number): string {
    const name = this.utf8Names ? this.utf8(bytes, start) : decodeUtf7(bytes.toString('latin1'), start);
    if (Buffer.byteLength(name) > wireLimits.mailboxNameBytesMax) {
      this.fault(`a mailbox name of more than ${wireLimits.mailboxNameBytesMax} octets`, start);
    }
    return name.length === 5 && name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
  }

  /** `\Seen` (the case of RFC 9051 for the system flags) or a keyword as written. */
  flag(): string {
    const start = this.offset;
    if (!this.tryChar('\\')) return this.flagKeyword();
    const flag = `\\${this.atom('a flag')}`;
    if (flag.length > wireLimits.flagBytesMax) {
      this.fault(`a flag of more than ${wireLimits.flagBytesMax} octets`, start);
    }
    return systemFlags.get(flag.toLowerCase()) ?? flag;
  }

  flagKeyword(): string {
    const start = this.offset;
    const keyword = this.atom('a flag');
    if (keyword.length > wireLimits.flagBytesMax) {
      this.fault(`a flag of more than ${wireLimits.flagBytesMax} octets`, start);
    }
    return keyword;
  }

  /** "(" [flag *(SP flag)] ")", each once: flags are case-insensitive, the first spelling stays. */
  flagList(): string[] {
    return this.distinctFlags(this.list((d) => d.flag(), { max: wireLimits.flagsMax, what: 'flags' }));
  }

  /** Flags without those that repeat an earlier one in another case. */
  distinctFlags(flags: readonly string[]): string[] {
    const distinct = new Map<string, string>();
    for (const flag of flags) {
      const key = flag.toLowerCase();
      if (!distinct.has(key)) distinct.set(key, flag);
    }
    return [...distinct.values()];
  }

  sequenceSet(): SequenceSet {
    const start = this.offset;
    return SequenceSet.parse(this.token(classes.sequence, 'a sequence set'), start);
  }

  /** A set without '*' and '$'. RFC 4315 §4 uid-set. */
  uidSet(): SequenceSet {
    const start = this.offset;
    const set = this.sequenceSet();
    if (set.hasStar || set.isSaved) this.fault("'*' and '$' are not allowed in this set of uids", start);
    return set;
  }

  date(): CalendarDate {
    const start = this.offset;
    const text = this.peek() === '"' ? this.quoted() : this.atom('a date');
    return parseDateText(text) ?? this.fault('expected a date like 1-Feb-1994', start);
  }

  dateTime(): DateTime {
    const start = this.offset;
    const parsed = parseDateTimeText(this.quoted());
    return parsed ?? this.fault('expected a date and time like " 1-Feb-1994 21:52:25 -0800"', start);
  }

  /** ["<" number64 "." nz-number64 ">"], null without. RFC 9051 §9 partial. */
  partial(): PartialRange | null {
    if (!this.tryChar('<')) return null;
    const offset = this.number64();
    this.char('.');
    const length = this.nzNumber64();
    this.char('>');
    return { offset, length };
  }

  /** A macro, an item or a list of items. */
  fetchItems(more: Parsers<FetchItemParser> = new Map()): FetchItem[] {
    return parseFetchItems(this, more);
  }

  /** [SP "(" … ")"] up to the end of the command. */
  fetchModifiers(more: OptionParsers = new Map()): FetchModifiers {
    return parseFetchModifiers(this, more);
  }

  /** "(" status-att … ")". `more`: items of extensions, upper case. */
  statusItems(more: ReadonlySet<string> = new Set()): StatusItem[] {
    return parseStatusItems(this, more);
  }

  /** All that follows `SEARCH SP`. */
  searchProgram(tables: SearchTables = {}): SearchProgram {
    return parseSearchProgram(this, tables);
  }

  /** All that follows `SORT SP`. */
  sortProgram(tables: SearchTables = {}): SortProgram {
    return parseSortProgram(this, tables);
  }

  /** All that follows `THREAD SP`. */
  threadProgram(tables: SearchTables = {}): ThreadProgram {
    return parseThreadProgram(this, tables);
  }

  /** `1:100` or `-1:-100`. */
  resultRange(): ResultRange {
    return parseResultRange(this);
  }

  /** All that follows `LIST SP`. */
  listArguments(tables: ListTables = {}): ListArguments {
    return parseListArguments(this, tables);
  }

  /** All that follows `STORE SP sequence-set SP`. */
  storeArguments(more: OptionParsers = new Map()): StoreArguments {
    return parseStoreArguments(this, more);
  }

  /** [SP "(" … ")"] after the mailbox of SELECT and EXAMINE. */
  selectParameters(more: OptionParsers = new Map()): SelectParameters {
    return parseSelectParameters(this, more);
  }

  /** [SP "(" … ")"] after the mailbox of CREATE. */
  createParameters(more: OptionParsers = new Map()): CreateParameters {
    return parseCreateParameters(this, more);
  }

  /** All that follows `ID SP`. */
  idParameters(): Map<string, string | null> {
    return parseIdParameters(this);
  }

  /** What follows the mailbox and a space in APPEND; MULTIAPPEND repeats it after further spaces. */
  appendMessage(): AppendMessage {
    return parseAppendMessage(this);
  }

  appendData(): AppendData {
    return parseAppendData(this);
  }
}

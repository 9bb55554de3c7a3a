import { classes } from './characters.ts';
import type { Decoder, Parsers } from './decoder.ts';
import { shown } from './fault.ts';
import { wireLimits } from './limits.ts';
import { parseSection, parseSectionBinary, type Section } from './sections.ts';

/** `<offset.length>` of a FETCH item. */
export interface PartialRange {
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
}

const plainItems = [
  'FLAGS',
  'UID',
  'ENVELOPE',
  'INTERNALDATE',
  'RFC822',
  'RFC822.SIZE',
  'RFC822.HEADER',
  'RFC822.TEXT',
  'BODYSTRUCTURE',
  'MODSEQ',
] as const;

export type PlainItem = (typeof plainItems)[number];

/** One thing FETCH asks for. RFC 9051 §6.4.5, RFC 3501 §6.4.5, RFC 7162 §3.1.4.1. */
export type FetchItem =
  | { readonly item: PlainItem }
  /** BODY without a section: the structure without extension data. */
  | { readonly item: 'BODY' }
  | {
      readonly item: 'BODY[]';
      readonly peek: boolean;
      readonly section: Section;
      readonly partial: PartialRange | null;
    }
  | {
      readonly item: 'BINARY[]';
      readonly peek: boolean;
      readonly part: readonly number[];
      readonly partial: PartialRange | null;
    }
  | { readonly item: 'BINARY.SIZE[]'; readonly part: readonly number[] }
  /** An item of the caller's table; `value` is what its parser returned. */
  | { readonly item: 'extension'; readonly name: string; readonly value: unknown };

/** Reads what follows the name of an item, up to the space or parenthesis after it. */
export type FetchItemParser = (decoder: Decoder) => unknown;

const macros: Readonly<Record<string, readonly FetchItem[]>> = {
  FAST: plain('FLAGS', 'INTERNALDATE', 'RFC822.SIZE'),
  ALL: plain('FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'),
  FULL: [...plain('FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'), { item: 'BODY' }],
};

function plain(...items: PlainItem[]): FetchItem[] {
  return items.map((item) => ({ item }));
}

/** A macro, one item or a parenthesised list of items. RFC 9051 §9 fetch. */
export function parseFetchItems(decoder: Decoder, extensions: Parsers<FetchItemParser>): FetchItem[] {
  if (decoder.peek() === '(') {
    return decoder.list(() => parseItem(decoder, extensions), {
      min: 1,
      max: wireLimits.fetchItemsMax,
      what: 'FETCH items',
    });
  }
  for (const [name, items] of Object.entries(macros)) {
    if (decoder.tryKeyword(name)) return [...items];
  }
  return [parseItem(decoder, extensions)];
}

function parseItem(decoder: Decoder, extensions: Parsers<FetchItemParser>): FetchItem {
  const start = decoder.offset;
  const name = decoder.token(classes.name, 'a FETCH item').toUpperCase();
  const parser = extensions.get(name);
  if (parser) return { item: 'extension', name, value: parser(decoder) };
  switch (name) {
    case 'BODY':
    case 'BODY.PEEK':
      if (name === 'BODY' && decoder.peek() !== '[') return { item: 'BODY' };
      return {
        item: 'BODY[]',
        peek: name === 'BODY.PEEK',
        section: parseSection(decoder),
        partial: decoder.partial(),
      };
    case 'BINARY':
    case 'BINARY.PEEK':
      return {
        item: 'BINARY[]',
        peek: name === 'BINARY.PEEK',
        part: parseSectionBinary(decoder),
        partial: decoder.partial(),
      };
    case 'BINARY.SIZE':
      return { item: 'BINARY.SIZE[]', part: parseSectionBinary(decoder) };
    default: {
      const item = plainItems.find((known) => known === name);
      return item ? { item } : decoder.fault(`unknown FETCH item ${shown(name)}`, start);
    }
  }
}

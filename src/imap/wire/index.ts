/**
 * imap/wire: the grammar of IMAP, both ways, and nothing else: no session, no I/O, no store.
 *
 * - A command is read whole before it is parsed: the session reads lines, asks `literalAtEnd` after each, collects the
 *   parts and gives them to a `Decoder`. Bytes are bounded while they are read (`wireLimits`), counts while parsing.
 * - The text before a literal keeps its marker `{n}`; each further line of the command is a text part again, and may
 *   be empty.
 * - Every decoder method begins at the first character of its production. Only those written `[SP …]` take the
 *   space before them. Nothing the client sends makes them throw anything but SyntaxFault.
 * - Extensions bring tables (FETCH items, search keys, options); none needs a change here. Response codes are the
 *   exception: the union is closed.
 * - Decoding is linear in the size of the command, nesting is capped, names of data never stand in a message.
 */
export type { AppendData, AppendMessage, CatenatePart } from './append.ts';
export { AppendLiterals, type LiteralUse } from './append-literals.ts';
export type {
  CreateParameters,
  FetchModifiers,
  SelectParameters,
  StoreArguments,
} from './arguments.ts';
export { BlockPool } from './block-pool.ts';
export { classes, isToken } from './characters.ts';
export { type CalendarDate, type DateTime, formatDateTime } from './dates.ts';
export { Decoder, type DecoderOptions, type ListBounds, type Parsers } from './decoder.ts';
export { ResponseWriter, type TaggedStatus, type UntaggedStatus } from './encoder.ts';
export { CharsetFault, SyntaxFault, shown } from './fault.ts';
export type { FetchItem, FetchItemParser, PartialRange, PlainItem } from './fetch-items.ts';
export { wireLimits } from './limits.ts';
export {
  type ListArguments,
  type ListTables,
  type ReturnOption,
  type SelectionOption,
  type StatusItem,
  statusItems,
} from './list-arguments.ts';
export { type LiteralMarker, literalAtEnd } from './literals.ts';
export {
  type GetMetadataArguments,
  type MetadataEntry,
  type MetadataSelection,
  parseGetMetadata,
  parseMetadataSelection,
  parseSetMetadata,
  type SetMetadataArguments,
} from './metadata-arguments.ts';
export {
  type ResultRange,
  type SortCriterion,
  type SortKey,
  type SortProgram,
  sortKeys,
  type ThreadProgram,
} from './order-programs.ts';
export type { CommandPart, LiteralPart, SpooledPart, TextPart } from './parts.ts';
export { type KnownState, parseKnownState } from './qresync.ts';
export { formatResponseCode, type PlainResponseCode, type ResponseCode } from './response-code.ts';
export type {
  ModseqEntry,
  SearchKey,
  SearchKeyParser,
  SearchProgram,
  SearchReader,
  SearchReturn,
  SearchTables,
} from './search-program.ts';
export { formatSection, type Section, type SectionText } from './sections.ts';
export { SequenceSet } from './sequence-set.ts';
export { type MessageUrl, parseMessageUrl } from './url.ts';
export { decodeUtf7, encodeUtf7 } from './utf7.ts';

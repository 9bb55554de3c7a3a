import type { DateTime } from './dates.ts';
import type { Decoder } from './decoder.ts';
import { wireLimits } from './limits.ts';
import type { LiteralPart, SpooledPart } from './parts.ts';

/** One message of APPEND, or that of REPLACE. RFC 9051 §6.3.12, RFC 8508 §5. */
export interface AppendMessage {
  readonly flags: readonly string[];
  readonly internalDate: DateTime | null;
  readonly data: AppendData;
}

/** The whole message, or the pieces it is made of (RFC 4469 §5). */
export type AppendData =
  | { readonly kind: 'message'; readonly literal: LiteralPart | SpooledPart }
  | { readonly kind: 'catenate'; readonly parts: readonly CatenatePart[] };

export type CatenatePart =
  | { readonly kind: 'text'; readonly literal: LiteralPart | SpooledPart }
  | { readonly kind: 'url'; readonly url: string };

/** [flag-list SP] [date-time SP] append-data: what follows the mailbox and a space, or repeats (RFC 3502). */
export function parseAppendMessage(decoder: Decoder): AppendMessage {
  let flags: string[] = [];
  if (decoder.peek() === '(') {
    flags = decoder.flagList();
    decoder.sp();
  }
  let internalDate: DateTime | null = null;
  if (decoder.peek() === '"') {
    internalDate = decoder.dateTime();
    decoder.sp();
  }
  return { flags, internalDate, data: parseAppendData(decoder) };
}

/** literal / literal8 / "UTF8" SP "(" literal8 ")" / "CATENATE" SP "(" cat-part *(SP cat-part) ")". */
export function parseAppendData(decoder: Decoder): AppendData {
  if (decoder.atLiteral) return { kind: 'message', literal: decoder.takeLiteral() };
  if (decoder.tryKeyword('UTF8')) return { kind: 'message', literal: utf8Literal(decoder) };
  if (!decoder.tryKeyword('CATENATE')) return decoder.faultExpected('a literal, UTF8 or CATENATE');
  decoder.sp();
  const bounds = { min: 1, max: wireLimits.catenatePartsMax, what: 'CATENATE parts' };
  return { kind: 'catenate', parts: decoder.list(parseCatenatePart, bounds) };
}

/** "TEXT" SP literal / "URL" SP astring / "UTF8" SP "(" literal8 ")". RFC 4469 §5, RFC 6855 §4. */
function parseCatenatePart(decoder: Decoder): CatenatePart {
  if (decoder.tryKeyword('UTF8')) return { kind: 'text', literal: utf8Literal(decoder) };
  if (decoder.tryKeyword('TEXT')) {
    decoder.sp();
    return { kind: 'text', literal: decoder.takeLiteral() };
  }
  if (!decoder.tryKeyword('URL')) return decoder.faultExpected('TEXT or URL');
  decoder.sp();
  const start = decoder.offset;
  const url = decoder.astring('a URL');
  if (url.length > wireLimits.urlBytesMax) {
    decoder.fault(`a URL of more than ${wireLimits.urlBytesMax} octets`, start);
  }
  return { kind: 'url', url };
}

/** SP "(" literal8 ")". RFC 6855 §4; RFC 9755 has dropped it, and what it holds is a message like any other. */
function utf8Literal(decoder: Decoder): LiteralPart | SpooledPart {
  decoder.sp();
  decoder.char('(');
  const start = decoder.offset;
  const literal = decoder.takeLiteral();
  if (!literal.binary) decoder.fault('UTF8 needs a literal8, ~{n}', start);
  decoder.char(')');
  return literal;
}

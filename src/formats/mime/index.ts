/**
 * mime: a message as a tree of parts with byte offsets, read once at delivery and never again. Pure.
 *
 * - Nothing throws on any input: what is broken becomes its best reading and a name in `defects`; what is beyond a
 *   limit is one opaque part. (`decodeStructure`, which reads our own text, throws FormatError.)
 * - Time is linear in the size, memory bounded by `limits.ts`: the parser keeps one header or the beginning of one
 *   text body, never the message. Chunks of any size give the same answer as the whole.
 * - Offsets nest: a child lies inside its parent's body, [headerStart, bodyStart) is the header with its empty line,
 *   [bodyStart, bodyEnd) the body without the line end that belongs to the next delimiter (RFC 2046 §5.1.1).
 * - Everything is plain data and survives JSON. `envelopeText` and `bodyStructureText` are what IMAP sends.
 * - Header bytes are UTF-8 where they are valid UTF-8 (RFC 6532), Latin-1 otherwise.
 */
export { decodeCharset } from './charset.ts';
export {
  base64Lines,
  type ComposedText,
  composeText,
  crlf,
  dateField,
  encodeHeader,
  type TextMail,
} from './compose.ts';
export { parseDate } from './date.ts';
export { decodeHeader } from './encoded-words.ts';
export { type HeaderField, headerFields, unfold } from './fields.ts';
export { FieldNames, HeaderTable } from './header-table.ts';
export { htmlToText } from './html.ts';
export { bodyStructureText, envelopeText } from './imap-text.ts';
export { partDepthMax, partsMax, previewCharsMax } from './limits.ts';
export { streamSafe } from './nfc.ts';
export { type ParameterisedValue, parseParameterised } from './parameters.ts';
export { createMimeParser, type MimeParser, parseMessage } from './parser.ts';
export { fileName } from './part.ts';
export { partText } from './preview.ts';
export { type MessageRange, type NewEncoding, withEncodings } from './reencode.ts';
export { messageIds } from './references.ts';
export { type ByteRange, findPart, sectionRange } from './sections.ts';
export { findStoredPart, type PartPlace, placeRange } from './stored-parts.ts';
export { decodeStructure, encodeStructure } from './structure.ts';
export { readSubject, type SubjectReading } from './subject.ts';
export { canDecode, decodeBody, isIdentityEncoding } from './transfer.ts';
export { type BodyTransform, createBase64Encoder, createBodyDecoder } from './transfer-stream.ts';
export type {
  Defect,
  Disposition,
  Envelope,
  EnvelopeAddress,
  MimePart,
  ParsedMessage,
} from './types.ts';

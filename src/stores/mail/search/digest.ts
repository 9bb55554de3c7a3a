import { decodeStructure } from '../../../formats/mime/index.ts';
import { limits } from '../limits.ts';
import { columnsOf, kinds, openColumn } from './columns.ts';
import { headerLines, isEnvelopeField, packText } from './needle.ts';
import { bodyBytes, foldedBody, foldedHeader, sentDayOf } from './text.ts';

/** A message for the index: its parts by where they stand in it. */
export interface Undigested {
  readonly id: number;
  /** As `encodeStructure` wrote it. */
  readonly structure: string;
  readonly headerLength: number;
  /** All that `rangesOf` asked for. */
  readonly pieces: readonly { readonly start: number; readonly bytes: Uint8Array }[];
}

/** What the index keeps of a message. */
export interface Digest {
  readonly id: number;
  readonly sentDay: number | null;
  /** The fields of the envelope as JSON; null where they are long: whoever searches reads the message. */
  readonly fields: string | null;
  /** `packText` of header and body; null where it is long. */
  readonly text: Uint8Array | null;
  /** `storedColumnBytes` each. */
  readonly columns: Uint8Array;
}

/** What has to be read of a message, [start, end) each; a body that is too long is left out. */
export function rangesOf(message: {
  readonly structure: string;
  readonly size: number;
  readonly headerLength: number;
}): readonly (readonly [start: number, end: number])[] {
  if (message.size <= limits.indexedWholeBytesMax) return message.size === 0 ? [] : [[0, message.size]];
  const root = decodeStructure(message.structure);
  const ranges: [number, number][] = [[0, Math.min(message.headerLength, message.size)]];
  if (bodyBytes(root) > limits.indexedBodyBytesMax) return ranges;
  const walk = (part: typeof root) => {
    if (part !== root) ranges.push([part.headerStart, part.bodyStart]);
    if (part.type === 'text') ranges.push([part.bodyStart, part.bodyEnd]);
    for (const child of part.children) walk(child);
    if (part.message) walk(part.message.root);
  };
  walk(root);
  return ranges.filter(([start, end]) => end > start);
}

function pieceOf({ pieces }: Undigested, start: number, end: number): Uint8Array {
  for (const piece of pieces) {
    const stop = piece.start + piece.bytes.length;
    if (piece.start <= start && end <= stop)
      return piece.bytes.subarray(start - piece.start, end - piece.start);
  }
  throw new RangeError(`bytes ${start} to ${end} were not read`);
}

export async function digest(message: Undigested): Promise<Digest> {
  const root = decodeStructure(message.structure);
  const header = message.headerLength === 0 ? [] : foldedHeader(pieceOf(message, 0, message.headerLength));
  const lines = headerLines(header);
  const envelope = header.filter(([name]) => isEnvelopeField(name));
  const tooLong = bodyBytes(root) > limits.indexedBodyBytesMax;
  const body = tooLong ? null : await foldedBody(root, async (start, end) => pieceOf(message, start, end));
  const fields = JSON.stringify(envelope);
  const values = envelope.map(([, value]) => value).join('\n');
  const columnsMax = limits.indexedColumnsMax;
  const columns = [
    ...columnsOf(kinds.envelope, values, columnsMax),
    ...columnsOf(kinds.header, lines, columnsMax),
    ...(body === null ? [openColumn(kinds.body)] : columnsOf(kinds.body, body, columnsMax)),
  ];
  const long = body === null || lines.length + body.length > limits.storedTextCharsMax;
  return {
    id: message.id,
    sentDay: sentDayOf(header),
    fields: fields.length > limits.storedFieldsCharsMax ? null : fields,
    text: long ? null : packText(lines, body),
    columns: Buffer.concat(columns),
  };
}

/** For a message that could not be digested: it may hold anything, so every search reads it. */
export function openDigest(id: number): Digest {
  const columns = Buffer.concat([kinds.envelope, kinds.header, kinds.body].map(openColumn));
  return { id, sentDay: null, fields: null, text: null, columns };
}

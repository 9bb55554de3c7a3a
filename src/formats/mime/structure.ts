import { FormatError, messageOf } from '../../base/index.ts';
import { partDepthMax } from './limits.ts';
import type { Disposition, Envelope, MimePart } from './types.ts';

/** Position in the stored list is the format: append, never reorder. */
type Stored = [
  path: string,
  type: string,
  subtype: string,
  params: [string, string][],
  id: string | null,
  description: string | null,
  encoding: string,
  md5: string | null,
  disposition: Disposition | null,
  language: string[] | null,
  location: string | null,
  headerStart: number,
  bodyStart: number,
  bodyEnd: number,
  lines: number,
  children: Stored[],
  message: [Envelope, Stored] | null,
];
const storedLength = 17;

/** A part tree as compact JSON. */
export function encodeStructure(root: MimePart): string {
  return JSON.stringify(toStored(root));
}

/** Reads what `encodeStructure` wrote; throws FormatError on anything else. */
export function decodeStructure(text: string): MimePart {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`a stored message structure is not JSON: ${messageOf(error)}`);
  }
  return fromStored(value, 0);
}

function toStored(part: MimePart): Stored {
  return [
    part.path,
    part.type,
    part.subtype,
    part.params,
    part.id,
    part.description,
    part.encoding,
    part.md5,
    part.disposition,
    part.language,
    part.location,
    part.headerStart,
    part.bodyStart,
    part.bodyEnd,
    part.lines,
    part.children.map(toStored),
    part.message && [part.message.envelope, toStored(part.message.root)],
  ];
}

function fromStored(value: unknown, depth: number): MimePart {
  if (!isStored(value) || depth > partDepthMax + 1)
    throw new FormatError('a stored message structure is malformed');
  const [path, type, subtype, params, id, description, encoding, md5, disposition, language, location] =
    value;
  const message = value[16];
  return {
    path,
    type,
    subtype,
    params,
    id,
    description,
    encoding,
    md5,
    disposition,
    language,
    location,
    headerStart: value[11],
    bodyStart: value[12],
    bodyEnd: value[13],
    lines: value[14],
    children: value[15].map((child) => fromStored(child, depth + 1)),
    message: message && { envelope: message[0], root: fromStored(message[1], depth + 1) },
  };
}

/** The frame of the list: what offsets and nesting are read from. The texts inside are our own. */
function isStored(value: unknown): value is Stored {
  if (!Array.isArray(value) || value.length < storedLength) return false;
  const offsets = value.slice(11, 15).every((n) => Number.isSafeInteger(n) && n >= 0);
  const texts = [0, 1, 2, 6].every((i) => typeof value[i] === 'string');
  const message = value[16] === null || (Array.isArray(value[16]) && value[16].length === 2);
  return offsets && texts && Array.isArray(value[3]) && Array.isArray(value[15]) && message;
}

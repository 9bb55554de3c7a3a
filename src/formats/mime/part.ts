import { decodeHeader } from './encoded-words.ts';
import type { HeaderField } from './fields.ts';
import { boundaryBytesMax, languagesMax, mimeTokenCharsMax, mimeValueCharsMax } from './limits.ts';
import { parseParameterised } from './parameters.ts';
import type { Disposition, MimePart } from './types.ts';

/** A part of which nothing but its place is known. */
export function newPart(path: string, headerStart: number, inDigest: boolean): MimePart {
  return {
    path,
    type: inDigest ? 'message' : 'text', // RFC 2046 §5.1.5
    subtype: inDigest ? 'rfc822' : 'plain',
    params: [],
    id: null,
    description: null,
    encoding: '7bit',
    md5: null,
    disposition: null,
    language: null,
    location: null,
    headerStart,
    bodyStart: headerStart,
    bodyEnd: headerStart,
    lines: 0,
    children: [],
    message: null,
  };
}

/** Fills in what the MIME fields say; of a repeated field the first counts. Answers the boundary of a multipart. */
export function describePart(part: MimePart, fields: readonly HeaderField[]): string | null {
  const values = new Map<string, string>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (name.startsWith('content-') && !values.has(name)) values.set(name, field.value);
  }
  const text = (name: string): string | null =>
    values.get(name)?.slice(0, mimeValueCharsMax).toWellFormed() ?? null;
  part.id = text('content-id');
  part.description = text('content-description');
  part.md5 = text('content-md5');
  part.location = text('content-location');
  part.language = readLanguages(values.get('content-language'));
  part.encoding = readToken(values.get('content-transfer-encoding')) || '7bit';
  part.disposition = readDisposition(values.get('content-disposition'));
  return readType(part, values.get('content-type'));
}

/** The name a part wants to be saved under, decoded (RFC 2231, and the encoded words many senders put there). */
export function fileName(part: MimePart): string | null {
  const find = (params: [string, string][] | undefined, wanted: string): string | undefined =>
    params?.find(([name]) => name === wanted)?.[1];
  const raw = find(part.disposition?.params, 'filename') ?? find(part.params, 'name');
  return raw === undefined ? null : decodeHeader(raw);
}

function readType(part: MimePart, text: string | undefined): string | null {
  if (text === undefined) return null;
  const { value, params } = parseParameterised(text);
  const match = /^([^\s/]+)\/([^\s/]+)$/.exec(value);
  if (!match) return null; // RFC 2045 §5.2: as if it were absent
  part.type = match[1] ?? '';
  part.subtype = match[2] ?? '';
  part.params = params;
  return part.type === 'multipart' ? readBoundary(params) : null;
}

/** RFC 2046 §5.1.1; it cannot end in white space, which transports add. */
function readBoundary(params: [string, string][]): string | null {
  const boundary = params.find(([name]) => name === 'boundary')?.[1].trimEnd() ?? '';
  return boundary === '' || Buffer.byteLength(boundary) > boundaryBytesMax ? null : boundary;
}

function readDisposition(text: string | undefined): Disposition | null {
  if (text === undefined) return null;
  const { value, params } = parseParameterised(text);
  if (value === '' && params.length === 0) return null;
  return { type: value || 'attachment', params }; // RFC 2183 §2.8
}

function readLanguages(text: string | undefined): string[] | null {
  const tags = (text ?? '')
    .slice(0, mimeValueCharsMax)
    .split(/[,\s]+/)
    .filter((tag) => tag !== '' && tag.length <= mimeTokenCharsMax);
  return tags.length > 0 ? tags.slice(0, languagesMax) : null;
}

function readToken(text: string | undefined): string {
  const { value } = parseParameterised((text ?? '').slice(0, mimeValueCharsMax));
  return value;
}

import { FormatError } from '../../base/index.ts';
import { readStrictJson } from '../../formats/strict-json/index.ts';
import { refusal } from '../refusals.ts';
import { bodyBytesMax, bodyDepthMax, uploadBytesMax } from './limits.ts';
import type { Shape } from './types.ts';

export const isFile = (shape: Shape): shape is { readonly media: string } =>
  shape !== null && 'media' in shape;

/** The octets, no more than the route takes; their type is the route's. */
export async function readBody(request: Request, shape: Shape): Promise<Uint8Array> {
  const bytesMax = isFile(shape) ? uploadBytesMax : bodyBytesMax;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw refusal('E_TOO_LARGE', `a body has at most ${bytesMax} octets here`);
    chunks.push(chunk);
  }
  if (shape === null && bytes > 0) throw refusal('E_BODY', 'this takes no body');
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const wanted = shape === null ? type : isFile(shape) ? shape.media : 'application/json';
  if (type !== wanted) throw refusal('E_MEDIA', `the body is to be ${wanted}`);
  return Buffer.concat(chunks);
}

/** JSON with one reading; E_JSON says what is wrong, with its place. */
export function readJson(octets: Uint8Array): unknown {
  try {
    return readStrictJson(octets, bodyDepthMax);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const place = error.at < 0 ? '' : `, at ${error.at}`;
    throw refusal('E_JSON', `the body cannot be read: ${error.message}${place}`);
  }
}

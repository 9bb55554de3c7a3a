import { createHash } from 'node:crypto';
import type { Upload } from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import type { Exchange } from '../types.ts';
import { aboutText, isPartial } from './about.ts';
import { putTogether, targetOf } from './finish.ts';
import { concatenatedMax } from './limits.ts';
import { goalOf, readMetadata } from './metadata.ts';
import { type UploadHouse, UploadPlace, type UploadsHome } from './space.ts';

/** tus 1.0.0, Concatenation: what a POST says of itself. DavError 400. */
export type Concat =
  | { readonly kind: 'none' | 'partial' }
  | { readonly kind: 'final'; readonly of: readonly string[] };

export function readConcat(text: string | undefined): Concat {
  const said = text?.trim() ?? '';
  if (said === '') return { kind: 'none' };
  if (said === 'partial') return { kind: 'partial' };
  const [, list] = /^final;(.*)$/.exec(said) ?? [];
  if (list === undefined) throw new DavError(400, 'Upload-Concat is partial or final');
  const of = list.split(' ').filter((each) => each !== '');
  if (of.length === 0 || of.length > concatenatedMax)
    throw new DavError(400, `an upload is put together from 1 to ${concatenatedMax} others`);
  return { kind: 'final', of };
}

/**
 * Makes the file of the uploads that are named, in their order; they end with it. Its own id follows from theirs, so that
 * who asks again, having lost the answer, is told the same. DavError 400, 409, 413.
 */
export async function concatenate(
  exchange: Exchange,
  house: UploadHouse,
  home: UploadsHome,
  {
    of,
    concat,
    metadata,
  }: { readonly of: readonly string[]; readonly concat: string; readonly metadata: string },
): Promise<UploadPlace> {
  const { account, handle } = home;
  const goal = goalOf(readMetadata(metadata));
  const ids = of.map((uri) => idOf(exchange, home, uri));
  const id = createHash('sha256')
    .update(JSON.stringify([ids, metadata]))
    .digest('hex');
  const placeOf = (upload: Upload) => new UploadPlace(home, upload);
  const known = await house.uploads.upload(account, id);
  if (known?.done) return placeOf(known);
  const length = await lengthOf(house, account, ids);
  await targetOf(exchange, handle, goal);
  await putTogether(exchange, house, { account, handle, goal, ids });
  const about = aboutText({ metadata, concat });
  if (!known) await house.uploads.begin({ account, id, length: null, about });
  await house.uploads.finish(account, id, length);
  for (const part of new Set(ids)) await house.uploads.end(account, part);
  const done = await house.uploads.upload(account, id);
  if (!done) throw new DavError(409, 'the upload ended meanwhile');
  return placeOf(done);
}

function idOf(exchange: Exchange, home: UploadsHome, uri: string): string {
  const path = exchange.locate(uri);
  const id = typeof path === 'string' ? undefined : path[home.path.length];
  const isHere =
    typeof path !== 'string' &&
    path.length === home.path.length + 1 &&
    home.path.every((name, at) => path[at] === name);
  if (!isHere || id === undefined) throw new DavError(400, 'Upload-Concat names what is no upload here');
  return id;
}

/** Bytes of all; they must be parts, and whole. */
async function lengthOf(
  { uploads, fileBytesMax }: UploadHouse,
  account: number,
  ids: readonly string[],
): Promise<number> {
  let bytes = 0;
  for (const id of ids) {
    const part = await uploads.upload(account, id);
    if (!part || !isPartial(part)) throw new DavError(400, 'Upload-Concat names what is no partial upload');
    if (part.offset !== part.length) throw new DavError(409, 'a partial upload is not whole yet');
    bytes += part.offset;
  }
  if (bytes > fileBytesMax) throw new DavError(413, 'the file is too large');
  return bytes;
}

import { StoreError } from '../../base/index.ts';
import type { Upload } from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import { verified } from '../files/index.ts';
import type { DavMethod, Exchange, Found } from '../types.ts';
import { aboutOf, aboutText } from './about.ts';
import { readChecksum } from './checksum.ts';
import { concatenate, readConcat } from './concatenation.ts';
import { finish, targetOf } from './finish.ts';
import { goalOf, readMetadata } from './metadata.ts';
import { type UploadHouse, UploadPlace, UploadsHome } from './space.ts';

export const tusVersion = '1.0.0';
const bodyType = 'application/offset+octet-stream';

/** 412 for a client of another version, before anything is done. */
function demandVersion(exchange: Exchange): void {
  if (exchange.header('tus-resumable')?.trim() === tusVersion) return;
  const headers = { 'Tus-Version': tusVersion };
  throw new DavError(412, `Tus-Resumable is ${tusVersion}`, { headers });
}

/** A whole number, or null where there is none. DavError 400. */
function numberIn(exchange: Exchange, name: string): number | null {
  const text = exchange.header(name.toLowerCase())?.trim();
  if (text === undefined) return null;
  if (!/^\d{1,15}$/.test(text)) throw new DavError(400, `${name} is no number`);
  return Number(text);
}

function lengthIn(exchange: Exchange, house: UploadHouse): number | null {
  const length = numberIn(exchange, 'Upload-Length');
  if (length !== null && length > house.fileBytesMax) throw new DavError(413, 'the file is too large');
  return length;
}

function stateOf({ offset, expiresMs }: Upload): Record<string, string> {
  return { 'Upload-Offset': String(offset), 'Upload-Expires': new Date(expiresMs).toUTCString() };
}

const isOffsetBody = (exchange: Exchange) =>
  exchange.header('content-type')?.trim().toLowerCase() === bodyType;

/** Takes the body in; what had arrived when the client went away is kept. */
async function append(exchange: Exchange, { uploads }: UploadHouse, place: UploadPlace): Promise<Upload> {
  const { account, upload } = place;
  const { offset, length } = upload;
  if (length !== null && exchange.length !== null && offset + exchange.length > length)
    throw new DavError(413, 'that is more than the upload was to have');
  const wanted = exchange.header('upload-checksum');
  const checksum = wanted === undefined ? null : readChecksum(wanted);
  // tus 1.0.0, Checksum: 460 Checksum Mismatch.
  const body = verified(exchange.body, checksum, 460);
  try {
    return await uploads.append(account, upload.id, offset, body, { whole: checksum !== null });
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'conflict') throw new DavError(409, error.message);
    throw error;
  }
}

/** Takes what comes with the request, and makes the file where all is there; the upload as it is then. */
async function goOn(exchange: Exchange, house: UploadHouse, place: UploadPlace): Promise<Upload> {
  const grown = await append(exchange, house, place);
  if (grown.offset === grown.length) await finish(exchange, house, new UploadPlace(place, grown));
  return grown;
}

/** An upload whose bytes come, now or later. */
async function single(
  exchange: Exchange,
  house: UploadHouse,
  home: UploadsHome,
  kind: 'none' | 'partial',
): Promise<UploadPlace> {
  const length = lengthIn(exchange, house);
  if ((length === null) !== (exchange.header('upload-defer-length')?.trim() === '1'))
    throw new DavError(400, 'one of Upload-Length and Upload-Defer-Length: 1 is needed');
  const withBody = exchange.length !== 0;
  if (withBody && !isOffsetBody(exchange)) throw new DavError(415, `a body here is ${bodyType}`);
  const metadata = exchange.header('upload-metadata') ?? '';
  const { account, handle } = home;
  // Where it shall go a partial one need not know.
  if (kind === 'partial') readMetadata(metadata);
  else await targetOf(exchange, handle, goalOf(readMetadata(metadata)));
  const about = aboutText({ metadata, concat: kind === 'partial' ? kind : '' });
  const upload = await house.uploads.begin({ account, length, about });
  const place = new UploadPlace(home, upload);
  if (!withBody && length !== 0) return place;
  return new UploadPlace(home, await goOn(exchange, house, place));
}

/** One that is put together from others; it has no bytes of its own. */
function final(
  exchange: Exchange,
  house: UploadHouse,
  home: UploadsHome,
  of: readonly string[],
): Promise<UploadPlace> {
  const saysLength = ['upload-length', 'upload-defer-length'].some((name) => exchange.header(name));
  if (saysLength || exchange.length !== 0)
    throw new DavError(400, 'a final upload has neither a length nor bytes of its own');
  const metadata = exchange.header('upload-metadata') ?? '';
  const concat = exchange.header('upload-concat')?.trim() ?? '';
  return concatenate(exchange, house, home, { of, concat, metadata });
}

/** Creation, creation-with-upload, creation-defer-length, concatenation. */
const creation = (house: UploadHouse): DavMethod => ({
  name: 'POST',
  rfc: 'tus 1.0.0 Creation, Concatenation',
  on: ({ resource }: Found) => resource instanceof UploadsHome,
  demands: () => [{ on: 'resource', privilege: 'bind' }],
  async run(exchange, { resource }) {
    if (!(resource instanceof UploadsHome)) return;
    demandVersion(exchange);
    const concat = readConcat(exchange.header('upload-concat'));
    const place =
      concat.kind === 'final'
        ? await final(exchange, house, resource, concat.of)
        : await single(exchange, house, resource, concat.kind);
    const { visit } = exchange;
    exchange.send(201, { Location: visit.origin + visit.href(place), ...stateOf(place.upload) });
  },
});

/**
 * Core: how far an upload is. To a client one at its end is done with, so it becomes a file first, where the process
 * ended in between or a lock or the quota forbade it before; what forbids it still is the answer.
 */
const state = (house: UploadHouse): DavMethod => ({
  name: 'HEAD',
  rfc: 'tus 1.0.0 Core',
  on: ({ resource }: Found) => resource instanceof UploadPlace,
  demands: () => [{ on: 'resource', privilege: 'read' }],
  async run(exchange, { resource }) {
    if (!(resource instanceof UploadPlace)) return;
    const { upload } = resource;
    if (upload.offset === upload.length) await finish(exchange, house, resource);
    const { metadata, concat } = aboutOf(upload);
    exchange.send(200, {
      ...stateOf(upload),
      ...(upload.length === null
        ? { 'Upload-Defer-Length': '1' }
        : { 'Upload-Length': String(upload.length) }),
      ...(metadata === '' ? {} : { 'Upload-Metadata': metadata }),
      ...(concat === '' ? {} : { 'Upload-Concat': concat }),
      'Cache-Control': 'no-store',
    });
  },
});

/** Core: more bytes of an upload, at its end. */
const patch = (house: UploadHouse): DavMethod => ({
  name: 'PATCH',
  rfc: 'tus 1.0.0 Core, Checksum',
  on: ({ resource }: Found) => resource instanceof UploadPlace,
  demands: () => [{ on: 'resource', privilege: 'write-content' }],
  async run(exchange, { resource }) {
    if (!(resource instanceof UploadPlace)) return;
    demandVersion(exchange);
    if (!isOffsetBody(exchange)) throw new DavError(415, `a body here is ${bodyType}`);
    if (aboutOf(resource.upload).concat.startsWith('final'))
      throw new DavError(403, 'nothing is added to what was put together');
    const offset = numberIn(exchange, 'Upload-Offset');
    if (offset === null) throw new DavError(400, 'Upload-Offset is needed');
    let { upload } = resource;
    if (offset !== upload.offset) throw new DavError(409, `the upload is at ${upload.offset}`);
    const length = lengthIn(exchange, house);
    if (length !== null) upload = await setLength(house, resource, length);
    const grown = await goOn(exchange, house, new UploadPlace(resource, upload));
    exchange.send(204, stateOf(grown));
  },
});

async function setLength({ uploads }: UploadHouse, place: UploadPlace, length: number): Promise<Upload> {
  try {
    return await uploads.setLength(place.account, place.upload.id, length);
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'conflict') throw new DavError(400, error.message);
    throw error;
  }
}

/** Termination. */
const termination = ({ uploads }: UploadHouse): DavMethod => ({
  name: 'DELETE',
  rfc: 'tus 1.0.0 Termination',
  on: ({ resource }: Found) => resource instanceof UploadPlace,
  demands: () => [{ on: 'resource', privilege: 'unbind' }],
  async run(exchange, { resource }) {
    if (!(resource instanceof UploadPlace)) return;
    demandVersion(exchange);
    await uploads.end(resource.account, resource.upload.id);
    exchange.send(204);
  },
});

export function tusMethods(house: UploadHouse): readonly DavMethod[] {
  return [creation(house), state(house), patch(house), termination(house)];
}

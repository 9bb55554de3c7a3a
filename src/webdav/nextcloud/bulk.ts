import { StoreError } from '../../base/index.ts';
import { Bare } from '../bare.ts';
import { DavError } from '../errors.ts';
import { Entry, parseChecksum, verified } from '../files/index.ts';
import { readModified } from '../server/headers.ts';
import type { Content, DavMethod, Exchange, Space, Written } from '../types.ts';
import { fileIdOf } from './identity.ts';
import { bulkFileBytesMax, bulkFilesMax } from './limits.ts';
import { type Part, partsOf } from './parts.ts';
import { lettersOf } from './permissions.ts';

/** `/remote.php/dav/bulk`: nothing is there; many small files are POSTed to it in one request. */
export const bulkSpace: Space = {
  name: 'bulk',
  async find(visit, path) {
    const taken = path.length === 0 && visit.visitor.kind === 'member';
    return { resource: taken ? bulk : null, parent: null, name: '' };
  },
};

class Bulk extends Bare {
  readonly kind = 'bulk';
  readonly isCollection = false;

  may(): boolean {
    return true;
  }
}

const bulk = new Bulk(['bulk']);

type Outcome = Readonly<Record<string, string | boolean>>;

/** Each file is whole or not at all, and has an answer of its own. */
export function bulkMethod(instance: string): DavMethod {
  return {
    name: 'POST',
    rfc: 'Nextcloud client APIs, bulk upload',
    on: ({ resource }) => resource === bulk,
    demands: () => [{ on: 'resource', privilege: 'bind' }],
    async run(exchange) {
      const boundary = boundaryOf(exchange.header('content-type') ?? '');
      const outcomes: Record<string, Outcome> = {};
      let files = 0;
      for await (const part of partsOf(exchange.body, boundary)) {
        if (++files > bulkFilesMax)
          throw new DavError(413, `a bulk upload has at most ${bulkFilesMax} files`);
        outcomes[part.headers.get('x-file-path') ?? ''] = await take(exchange, part, instance);
      }
      const body = JSON.stringify(outcomes);
      exchange.send(200, { 'Content-Type': 'application/json; charset=utf-8' }, body);
    },
  };
}

function boundaryOf(type: string): string {
  const [, quoted, plain] =
    /^multipart\/related\s*;.*?boundary=(?:"([^"]{1,200})"|([^\s";]{1,200}))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw new DavError(415, 'a bulk upload is multipart/related');
  return boundary;
}

async function take(exchange: Exchange, part: Part, instance: string): Promise<Outcome> {
  try {
    const { resource } = await store(exchange, part);
    const etag = resource.etag ?? '';
    const known = resource instanceof Entry ? { 'OC-FileID': fileIdOf(resource.node, instance) } : {};
    const permissions = lettersOf(resource) ?? '';
    return { error: false, etag, 'OC-ETag': etag, permissions, 'X-OC-MTime': 'accepted', ...known };
  } catch (error) {
    const refused = error instanceof DavError || (error instanceof StoreError && error.reason !== 'corrupt');
    if (!refused) throw error;
    return { error: true, message: error.message };
  }
}

async function store(exchange: Exchange, part: Part): Promise<Written> {
  const { visitor } = exchange.visit;
  const names = (part.headers.get('x-file-path') ?? '').split('/').filter((name) => name !== '');
  if (visitor.kind !== 'member' || names.length === 0)
    throw new DavError(400, 'a part does not say its path');
  if (part.length > bulkFileBytesMax) throw new DavError(413, 'the file is too large for a bulk upload');
  const { resource, parent, name } = await exchange.find(['files', visitor.handle, ...names]);
  const match = part.headers.get('if-match');
  if (match !== undefined && match !== resource?.etag)
    throw new DavError(412, 'the file has changed meanwhile');
  const options = { visit: exchange.visit, seen: { etag: resource?.etag ?? null } };
  const content = contentOf(part);
  if (resource?.put) {
    exchange.demand(resource, 'write-content');
    return resource.put(content, options);
  }
  if (resource !== null || !parent?.create) throw new DavError(409, 'the folder of the file is not there');
  exchange.demand(parent, 'bind');
  return parent.create(name, content, options);
}

function contentOf({ headers, length, body }: Part): Content {
  const digest = headers.get('x-file-md5');
  const checksum = digest === undefined ? null : parseChecksum(`MD5:${digest.replace(/^MD5:/i, '')}`);
  return {
    body: verified(body, checksum),
    length,
    type: headers.get('content-type') ?? null,
    modifiedMs: readModified(headers.get('x-file-mtime') ?? headers.get('x-oc-mtime')),
  };
}

import { DavError } from '../errors.ts';
import { readModified } from '../server/headers.ts';
import type { Content, DavMethod, Exchange, Found } from '../types.ts';
import { inParent, noParent } from './answer.ts';
import { answerContent } from './representation.ts';

/** RFC 9110 §9.3.4: a content is there whole or not at all. */
export const put: DavMethod = {
  name: 'PUT',
  rfc: 'RFC 4918 §9.7, RFC 9110 §9.3.4',
  on: ({ resource, parent }: Found) =>
    resource === null ? parent === null || parent.create !== undefined : resource.put !== undefined,
  demands: ({ resource }: Found) =>
    resource === null
      ? [{ on: 'parent', privilege: 'bind' }]
      : [{ on: 'resource', privilege: 'write-content' }],
  async run(exchange, { resource, parent, name }) {
    // RFC 9110 §14.5: bytes in the middle of a file would be taken for all of it.
    if (exchange.header('content-range') !== undefined) {
      throw new DavError(400, 'a part of a file cannot be put: Content-Range is not taken');
    }
    const modifiedMs = readModified(exchange.header('x-oc-mtime'));
    const content = contentOf(exchange, modifiedMs);
    await checkExpected(exchange, parent);
    // Nextcloud's clients send their file's time, and take it for kept where this comes back.
    const more: Record<string, string> = modifiedMs === null ? {} : { 'X-OC-MTime': 'accepted' };
    if (resource?.put)
      return await answerContent(exchange, await resource.put(content, exchange.write), more);
    if (!parent?.create) throw noParent();
    await answerContent(exchange, await inParent(parent.create(name, content, exchange.write)), more);
  },
};

/** The body as it is to be stored. */
export function contentOf(exchange: Exchange, modifiedMs: number | null): Content {
  const type = exchange.header('content-type')?.trim() || null;
  // What curl says of everything that it sends says nothing.
  const known = type === 'application/x-www-form-urlencoded' ? null : type;
  return { body: exchange.body, length: exchange.length, type: known, modifiedMs };
}

/** Finder sends chunks without a length, and says beside it what they will be: too much is refused before it comes. */
async function checkExpected(exchange: Exchange, parent: Found['parent']): Promise<void> {
  const text = exchange.header('x-expected-entity-length')?.trim() ?? '';
  if (exchange.length !== null || !/^\d{1,15}$/.test(text)) return;
  const quota = await parent?.quota?.();
  if (!quota || quota.available === null || Number(text) <= quota.available) return;
  throw new DavError(507, 'that does not fit', { condition: '<D:quota-not-exceeded/>' });
}

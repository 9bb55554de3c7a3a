import { FormatError, StoreError } from '../../base/index.ts';
import { escapeXml, fragmentOf, type XmlElement } from '../../formats/xml/index.ts';
import { davChild } from '../dav-child.ts';
import { DavError, rootOf } from '../errors.ts';
import { lockOwnerBytesMax } from '../limits.ts';
import { activeLockXml } from '../locks/index.ts';
import { prefixDeclarations } from '../prefixes.ts';
import { readTimeout, readWholeDepth } from '../server/index.ts';
import type { ActiveLock, DavMethod, Exchange, Found, LockAbility, LockWish, Xml } from '../types.ts';
import { inParent, noParent } from './answer.ts';

/** RFC 4918 §9.10: a new lock with a body, without one a longer life for an old one. */
export const lock: DavMethod = {
  name: 'LOCK',
  rfc: 'RFC 4918 §9.10',
  on: ({ resource, parent }: Found) =>
    resource === null
      ? parent === null || (parent.locks !== undefined && parent.create !== undefined)
      : resource.locks !== undefined,
  // Who may only drop files must not learn which names are taken.
  demands: ({ resource }: Found) =>
    resource === null
      ? [
          { on: 'parent', privilege: 'bind' },
          { on: 'parent', privilege: 'read' },
        ]
      : [{ on: 'resource', privilege: 'write-content' }],
  async run(exchange, found) {
    const body = await exchange.xml('verbatim');
    if (body === null) return refresh(exchange, found.resource?.locks);
    const wish = readWish(exchange, body);
    if (found.resource?.locks) return taken(exchange, 200, await take(exchange, found.resource.locks, wish));
    const made = await makeEmpty(exchange, found);
    const locks = made.resource?.locks;
    if (!locks) throw new DavError(403, 'what is made here cannot be locked');
    taken(exchange, made.created ? 201 : 200, await take(exchange, locks, wish));
  },
};

/** §7.3: a lock on a name that nothing has makes an empty file. */
async function makeEmpty(
  exchange: Exchange,
  { parent, name }: Found,
): Promise<{ readonly resource: Found['resource']; readonly created: boolean }> {
  if (!parent?.create) throw noParent();
  const body = { async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {} };
  const content = { body, length: 0, type: null, modifiedMs: null };
  try {
    return await inParent(parent.create(name, content, { visit: exchange.visit, seen: { etag: null } }));
  } catch (error) {
    // Somebody was quicker: theirs is locked, and stays as it is.
    if (!(error instanceof StoreError) || error.reason !== 'conflict') throw error;
    return { resource: (await exchange.find(exchange.path)).resource, created: false };
  }
}

async function take(exchange: Exchange, locks: LockAbility, wish: LockWish): Promise<ActiveLock> {
  try {
    return await locks.take(wish, exchange.write);
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'locked') throw error;
    // §9.10.6: the lock that stands in the way may be of another resource.
    const href = `<D:href>${escapeXml(rootOf(error) ?? exchange.visit.href({ path: exchange.path, isCollection: exchange.slash }))}</D:href>`;
    const condition = `<D:no-conflicting-lock>${href}</D:no-conflicting-lock>`;
    throw new DavError(423, error.message, { condition });
  }
}

/** §9.10.2: the If header names the lock. */
async function refresh(exchange: Exchange, locks: LockAbility | undefined): Promise<void> {
  const { tokens } = exchange.visit;
  if (!locks) throw new DavError(404, 'there is nothing here');
  if (tokens.length === 0) throw new DavError(400, 'a LOCK without a body names a lock in its If header');
  const seconds = readTimeout(exchange);
  for (const token of tokens) {
    const active = await locks.refresh(token, seconds, { visit: exchange.visit });
    if (active) return discovered(exchange, 200, active, {});
  }
  const condition = '<D:lock-token-matches-request-uri/>';
  throw new DavError(412, 'no such lock is held here', { condition });
}

function taken(exchange: Exchange, status: number, active: ActiveLock): void {
  discovered(exchange, status, active, { 'Lock-Token': `<${active.token}>` });
}

function discovered(
  exchange: Exchange,
  status: number,
  active: ActiveLock,
  headers: Readonly<Record<string, string>>,
): void {
  const xml = `<D:lockdiscovery>${activeLockXml(active, exchange.visit)}</D:lockdiscovery>`;
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<D:prop${prefixDeclarations}>${xml}</D:prop>\n`;
  exchange.send(status, { 'Content-Type': 'application/xml; charset=utf-8', ...headers }, body);
}

function readWish(exchange: Exchange, body: XmlElement): LockWish {
  if (body.namespace !== 'DAV:' || body.name !== 'lockinfo')
    throw new FormatError('the body is no DAV:lockinfo');
  const scopes = davChild(body, 'lockscope');
  const scope = davChild(scopes, 'exclusive') ? 'exclusive' : davChild(scopes, 'shared') ? 'shared' : null;
  if (scope === null) throw new FormatError('DAV:lockscope is exclusive or shared');
  if (!davChild(davChild(body, 'locktype'), 'write')) throw new FormatError('DAV:locktype is write');
  const owner = ownerOf(body, davChild(body, 'owner'));
  if (Buffer.byteLength(owner) > lockOwnerBytesMax) {
    throw new DavError(413, `the owner of a lock takes at most ${lockOwnerBytesMax} bytes`);
  }
  return { scope, depth: readWholeDepth(exchange), owner, seconds: readTimeout(exchange) };
}

/** §14.17: whatever the client wants to read there again. */
function ownerOf(body: XmlElement, owner: XmlElement | undefined): Xml {
  const parts = owner?.source?.content ?? [];
  return parts
    .map((part) =>
      typeof part === 'string' || !owner ? escapeXml(String(part)) : fragmentOf([body, owner, part]),
    )
    .join('');
}

import { FormatError, StoreError } from '../../base/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import type { ShareRights } from '../../stores/collections/index.ts';
import { DavError } from '../errors.ts';
import { textOf } from '../prefixes.ts';
import type { DavPost, Exchange, Resource } from '../types.ts';
import type { SharingHouse } from './house.ts';
import { receiversMax } from './limits.ts';
import { calendarServer } from './names.ts';
import { canBeShared } from './properties.ts';
import { receiverOf } from './receivers.ts';

/** What somebody is to have; `rights` null: nothing any more. */
interface Wish {
  readonly href: string;
  readonly rights: ShareRights | null;
  readonly summary: string;
}

const hrefIn = (element: XmlElement): string => {
  const href = childOf(element, 'href')?.text.trim() ?? '';
  if (href === '') throw new FormatError('a receiver has a DAV:href');
  return href;
};

/** caldav-sharing §6.26 */
function readShare({ children }: XmlElement): readonly Wish[] {
  return children
    .filter(({ namespace, name }) => namespace === calendarServer && (name === 'set' || name === 'remove'))
    .map((each) => ({
      href: hrefIn(each),
      rights: each.name === 'remove' ? null : rightsIn(each),
      summary: childOf(each, 'summary')?.text.trim() ?? '',
    }));
}

/** draft-pot-webdav-resource-sharing §6.1 */
function readSharees({ children }: XmlElement): readonly Wish[] {
  return children
    .filter(({ namespace, name }) => namespace === 'DAV:' && name === 'sharee')
    .map((each) => {
      const access = childOf(each, 'share-access');
      if (access === undefined) throw new FormatError('a DAV:sharee has a DAV:share-access');
      return {
        href: hrefIn(each),
        rights: childOf(access, 'no-access') ? null : rightsIn(access),
        summary: childOf(each, 'comment')?.text.trim() ?? '',
      };
    });
}

function rightsIn(element: XmlElement): ShareRights {
  if (childOf(element, 'read-free-busy')) return 'busy';
  return childOf(element, 'read-write') ? 'write' : 'read';
}

/** POST of receivers that are given a collection, or not any more. */
export function sharePosts(house: SharingHouse): readonly DavPost[] {
  const declared = (
    namespace: string,
    name: string,
    rfc: string,
    read: (body: XmlElement) => readonly Wish[],
  ): DavPost => ({
    namespace,
    name,
    rfc,
    on: canBeShared,
    privilege: 'write-acl',
    run: (exchange, resource, body) => share(exchange, house, resource, read(body)),
  });
  return [
    declared(calendarServer, 'share', 'caldav-sharing §5.3', readShare),
    declared('DAV:', 'share-resource', 'resource-sharing §5.1', readSharees),
  ];
}

async function share(
  exchange: Exchange,
  house: SharingHouse,
  resource: Resource,
  wishes: readonly Wish[],
): Promise<void> {
  if (wishes.length === 0) throw new FormatError('nobody is named');
  if (wishes.length > receiversMax)
    throw new FormatError(`one request names at most ${receiversMax} receivers`);
  const refused = new Map<string, string>();
  for (const wish of wishes) {
    const fault = await fulfil(exchange, house, resource, wish);
    if (fault !== null) refused.set(wish.href, fault);
  }
  if (refused.size === 0) return exchange.send(200, { 'Cache-Control': 'no-cache' });
  if (refused.size === wishes.length)
    throw new DavError(403, [...refused.values()][0] ?? 'nobody of those is here');
  // Some have it now, and the others are named.
  const answer = exchange.multiStatus();
  for (const { href } of wishes) {
    const status = refused.has(href) ? '403 Forbidden' : '200 OK';
    await answer.response(textOf(href), `<D:status>HTTP/1.1 ${status}</D:status>`);
  }
  await answer.end();
}

/** Why not; null where it is so now. */
async function fulfil(
  exchange: Exchange,
  house: SharingHouse,
  resource: Resource,
  { href, rights, summary }: Wish,
): Promise<string | null> {
  if (!canBeShared(resource)) return 'that is not shared';
  const to = await receiverOf(exchange, house, href);
  if (to === null) return 'neither a member nor a group of this co-op';
  const { account, id } = resource.row;
  const { sharing } = house.collections;
  try {
    if (rights === null) await sharing.takeBack(account, id, to);
    else await sharing.give(account, id, to, { rights, summary });
    return null;
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'invalid') return error.message;
    throw error;
  }
}

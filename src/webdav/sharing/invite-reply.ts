import { FormatError } from '../../base/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import type { CollectionRow, Home } from '../../stores/collections/index.ts';
import { HomeResource, receivedName } from '../collections/index.ts';
import { DavError } from '../errors.ts';
import { prefixDeclarations } from '../prefixes.ts';
import { hrefElement } from '../properties/live.ts';
import type { DavPost, Exchange } from '../types.ts';
import type { SharingHouse } from './house.ts';
import { calendarServer } from './names.ts';

/** What a receiver says to an invitation (caldav-sharing §5.4.1), posted to their home. */
export function inviteReply(house: SharingHouse): DavPost {
  return {
    namespace: calendarServer,
    name: 'invite-reply',
    rfc: 'caldav-sharing §5.4.1',
    on: (resource) => resource instanceof HomeResource,
    privilege: 'bind',
    async run(exchange, _, body) {
      const accepts = childOf(body, 'invite-accepted') !== undefined;
      if (!accepts && !childOf(body, 'invite-declined'))
        throw new FormatError('a reply is CS:invite-accepted or CS:invite-declined');
      const shared = await sharedIn(exchange, house, body);
      await answer(exchange, house, shared, {
        accepts,
        summary: childOf(body, 'summary')?.text.trim() ?? '',
      });
    },
  };
}

interface Shared {
  readonly row: CollectionRow;
  readonly ownersHandle: string;
}

/** CS:hosturl: the owner's URL of what is shared. */
async function sharedIn(exchange: Exchange, house: SharingHouse, body: XmlElement): Promise<Shared> {
  const href = childOf(childOf(body, 'hosturl'), 'href')?.text.trim() ?? '';
  const path = href === '' ? 'no-dav' : exchange.locate(href);
  const nothing = new DavError(403, 'nothing is shared by that URL');
  if (typeof path === 'string') throw nothing;
  const [home = '', ownersHandle = '', name = ''] = path;
  const owner = isHome(home) ? await house.accounts.byName(ownersHandle) : null;
  if (!owner || !isHome(home)) throw nothing;
  const row = await house.collections.collection(owner.id, home, name.normalize('NFC'));
  if (row === null) throw nothing;
  return { row, ownersHandle: house.accounts.handleOf(owner) };
}

const isHome = (name: string): name is Home => name === 'calendars' || name === 'contacts';

async function answer(
  exchange: Exchange,
  house: SharingHouse,
  { row, ownersHandle }: Shared,
  { accepts, summary }: { readonly accepts: boolean; readonly summary: string },
): Promise<void> {
  const { visit } = exchange;
  const { visitor } = visit;
  if (visitor.kind !== 'member') throw new DavError(403, 'only members answer');
  const { sharing } = house.collections;
  const { id } = visitor.member;
  const standing = (await sharing.received(id, visitor.groups, row.home)).find(
    ({ collection }) => collection.account === row.account && collection.id === row.id,
  );
  if (!standing) throw new DavError(403, 'nothing is shared by that URL');
  const isFirst = accepts && standing.share.state !== 'accepted';
  await sharing.answer(id, visitor.groups, row.account, row.id, {
    state: accepts ? 'accepted' : 'declined',
    details: {
      ...(accepts && summary !== '' ? { displayName: summary } : {}),
      // caldav-sharing §5.5.5: what others do makes nobody busy who did not say so.
      ...(isFirst && row.home === 'calendars' ? { transparent: true } : {}),
    },
  });
  if (!accepts) return exchange.send(200, { 'Cache-Control': 'no-cache' });
  const path = [row.home, visitor.handle, receivedName(ownersHandle, row.id)];
  exchange.send(
    200,
    { 'Content-Type': 'application/xml; charset=utf-8' },
    `<?xml version="1.0" encoding="utf-8"?>\n<CS:shared-as${prefixDeclarations}>${hrefElement(visit, path)}</CS:shared-as>\n`,
  );
}

import type { Share, ShareRights } from '../../stores/collections/index.ts';
import { CollectionResource } from '../collections/index.ts';
import { elementOf, textOf } from '../prefixes.ts';
import { isPrincipal } from '../principals/principal.ts';
import { davElement, davProperty, hrefElement } from '../properties/live.ts';
import type { LiveProperty, QName, Resource, Visit, Xml } from '../types.ts';
import type { SharingHouse } from './house.ts';
import { calendarServer, notificationsName, serverName } from './names.ts';
import { personOf } from './receivers.ts';

/** What can be shared: the inbox is not. */
export const canBeShared = (resource: Resource): resource is CollectionResource =>
  resource instanceof CollectionResource && resource.row.kind !== 'inbox';

export const cs = (name: string, inner: Xml = ''): Xml => elementOf(serverName(name), inner);

export const mailto = (address: string): Xml => davElement('href', textOf(`mailto:${encodeURI(address)}`));

const answers = {
  invited: 'invite-noresponse',
  accepted: 'invite-accepted',
  declined: 'invite-declined',
} as const satisfies Record<Share['state'], string>;

export const answerOf = ({ state }: Share): Xml => cs(answers[state]);

/** Who sees busy times reads, in the words of Apple; of RFC 4791 §6.1.1 is what says that it is no more. */
export function accessOf(rights: ShareRights): Xml {
  const busy = rights === 'busy' ? elementOf(readFreeBusy) : '';
  return cs('access', (rights === 'write' ? cs('read-write') : cs('read')) + busy);
}

const readFreeBusy: QName = { namespace: 'urn:ietf:params:xml:ns:caldav', name: 'read-free-busy' };

const shareAccess = (rights: ShareRights): Xml =>
  davElement('share-access', davElement(rights === 'write' ? 'read-write' : 'read'));

/** The owner of what is shared; '' where they are gone. */
export async function organizerOf(house: SharingHouse, account: number): Promise<Xml> {
  const owner = await personOf(house, { member: account, group: '' });
  return owner ? cs('organizer', mailto(owner.address) + cs('common-name', textOf(owner.name))) : '';
}

/** Of a member of a group who answered no more than of the group is shown. */
const isGiven = ({ member, group }: Share) => member === 0 || group === '';

/** The owner sees every receiver; a receiver themselves alone; others nobody. */
async function sharesSeen(
  house: SharingHouse,
  resource: CollectionResource,
): Promise<readonly Share[] | null> {
  if (resource.share) return [resource.share];
  if (resource.scene.right !== 'own') return null;
  const { account, id } = resource.row;
  const shares = (await house.collections.sharing.sharesOf(account, id)).filter(isGiven);
  return shares.length === 0 ? null : shares;
}

async function rowsOf(
  house: SharingHouse,
  shares: readonly Share[],
  row: (share: Share, person: { readonly address: string; readonly name: string }) => Xml,
): Promise<Xml> {
  const rows: Xml[] = [];
  for (const share of shares) {
    // Who answered for a group is one of its members.
    const receiver = share.member === 0 ? share : { member: share.member, group: '' };
    const person = await personOf(house, receiver);
    if (person) rows.push(row(share, person));
  }
  return rows.join('');
}

const userRow = (share: Share, { address, name }: { readonly address: string; readonly name: string }) =>
  cs(
    'user',
    mailto(address) +
      cs('common-name', textOf(name)) +
      answerOf(share) +
      accessOf(share.rights) +
      (share.summary === '' ? '' : cs('summary', textOf(share.summary))),
  );

const shareeRow = (share: Share, { address, name }: { readonly address: string; readonly name: string }) =>
  davElement(
    'sharee',
    mailto(address) +
      davElement('prop', davElement('displayname', textOf(name))) +
      davElement(answers[share.state]) +
      shareAccess(share.rights) +
      (share.summary === '' ? '' : davElement('comment', textOf(share.summary))),
  );

/** The owner's URL of what is shared. */
export async function ownersPath(
  house: SharingHouse,
  { home, name, account }: CollectionResource['row'],
): Promise<readonly string[] | null> {
  const owner = await house.accounts.member(account);
  return owner && [home, house.accounts.handleOf(owner), name];
}

function property(
  name: string,
  rfc: string,
  read: (resource: CollectionResource, visit: Visit) => Promise<Xml | undefined> | Xml | undefined,
): LiveProperty {
  return {
    namespace: calendarServer,
    name,
    key: `CS:${name}`,
    rfc,
    on: canBeShared,
    privilege: 'read',
    allprop: false,
    read: (resource, visit) => (canBeShared(resource) ? read(resource, visit) : undefined),
  };
}

/** What Apple's clients ask of shared collections. */
function appleProperties(house: SharingHouse): readonly LiveProperty[] {
  return [
    property('invite', 'caldav-sharing §5.2.2', async (resource) => {
      const shares = await sharesSeen(house, resource);
      if (shares === null) return undefined;
      return (await organizerOf(house, resource.row.account)) + (await rowsOf(house, shares, userRow));
    }),
    property('allowed-sharing-modes', 'caldav-sharing §5.2.3', ({ scene, row }) => {
      if (scene.right !== 'own') return undefined;
      return cs('can-be-shared') + (row.home === 'calendars' ? cs('can-be-published') : '');
    }),
    property('shared-url', 'caldav-sharing §5.2.4', async (resource, visit) => {
      const path = resource.share ? await ownersPath(house, resource.row) : null;
      return path === null ? undefined : hrefElement(visit, path);
    }),
    {
      namespace: calendarServer,
      name: 'notification-URL',
      key: 'CS:notification-URL',
      rfc: 'caldav-sharing §4.1.1',
      on: (resource) => isPrincipal(resource) && resource.kind === 'principal',
      // It is the member's own alone.
      privilege: 'read-acl',
      allprop: false,
      read: ({ path }, visit) => hrefElement(visit, [notificationsName, path.at(-1) ?? '']),
    },
  ];
}

/** The same as draft-pot-webdav-resource-sharing §4.4 has it. */
function davProperties(house: SharingHouse): readonly LiveProperty[] {
  const on = { on: canBeShared };
  return [
    davProperty(
      'invite',
      'resource-sharing §4.4.3',
      async (resource) => {
        const shares = canBeShared(resource) ? await sharesSeen(house, resource) : null;
        return shares === null ? undefined : rowsOf(house, shares, shareeRow);
      },
      on,
    ),
    davProperty(
      'share-access',
      'resource-sharing §4.4.1',
      async (resource) => {
        if (!canBeShared(resource)) return undefined;
        if (resource.share) return davElement(resource.share.rights === 'write' ? 'read-write' : 'read');
        if (resource.scene.right !== 'own') return davElement('not-shared');
        return davElement((await sharesSeen(house, resource)) === null ? 'not-shared' : 'shared-owner');
      },
      on,
    ),
    davProperty(
      'share-resource-uri',
      'resource-sharing §4.4.2',
      async (resource, visit) => {
        const path = canBeShared(resource) ? await ownersPath(house, resource.row) : null;
        return path === null ? undefined : hrefElement(visit, path);
      },
      on,
    ),
  ];
}

export const sharingProperties = (house: SharingHouse): readonly LiveProperty[] => [
  ...appleProperties(house),
  ...davProperties(house),
];

import type { XmlElement } from '../../formats/xml/index.ts';
import {
  DavError,
  hrefElement,
  isPrincipal,
  type LiveProperty,
  type Resource,
  type Visit,
  type Xml,
} from '../../webdav/index.ts';
import type { CarddavHouse } from '../house.ts';
import { findMeCard, meCardKey } from '../me-card.ts';
import { calendarServer, directoryName, kinds } from '../names.ts';
import { cardProperty, onBooks } from './book.ts';

/** Groups have no address books. */
const isMember = (resource: Resource): boolean => isPrincipal(resource) && resource.kind === 'principal';
const isHome = ({ kind }: Resource): boolean => kind === kinds.home;

/** RFC 6352 §7.1, the gateway that Apple's clients search, and which card is one's own. */
export function principalProperties(house: CarddavHouse): readonly LiveProperty[] {
  const { accounts, directory } = house;
  const ownCard = async (visit: Visit): Promise<Xml | undefined> => {
    const { visitor } = visit;
    if (visitor.kind !== 'member') return undefined;
    const own = await findMeCard(house.collections, visitor.member.id);
    if (own) return hrefElement(visit, ['contacts', visitor.handle, own.book.name, own.item.name], false);
    return inDirectory(visit, await directory.cardOf(visitor.member.id));
  };
  const meCard = (on: LiveProperty['on']): LiveProperty => ({
    namespace: calendarServer,
    name: 'me-card',
    key: meCardKey,
    rfc: 'calendarserver',
    on,
    privilege: 'read',
    allprop: false,
    read: (resource, visit) => (isOwn(resource, visit) ? ownCard(visit) : undefined),
  });
  return [
    cardProperty('addressbook-home-set', '6352 §7.1.1', isMember, ({ path }, visit) =>
      hrefElement(visit, ['contacts', path.at(-1) ?? '']),
    ),
    cardProperty('principal-address', '6352 §7.1.2', isMember, async ({ path }, visit) => {
      const member = await accounts.byName(path.at(-1) ?? '');
      return inDirectory(visit, member && (await directory.cardOf(member.id)));
    }),
    cardProperty(
      'directory-gateway',
      'draft-daboo-carddav-directory-gateway',
      isMember,
      async (resource, visit) => {
        const { visitor } = visit;
        if (visitor.kind !== 'member' || !isOwn(resource, visit) || !(await directory.book()))
          return undefined;
        return hrefElement(visit, ['contacts', visitor.handle, directoryName]);
      },
    ),
    {
      ...meCard(isHome),
      write: {
        parse(value) {
          if (value === null) return null;
          const href = value.children.find(isHref)?.text.trim();
          if (href === undefined || href === '') throw new DavError(409, 'a me-card is a DAV:href');
          return href;
        },
      },
    },
    meCard((resource) => onBooks(resource) || isMember(resource)),
  ];
}

const isHref = ({ namespace, name }: XmlElement) => namespace === 'DAV:' && name === 'href';

/** What belongs to the visitor themself. */
function isOwn({ owner }: Resource, { visitor }: Visit): boolean {
  return visitor.kind === 'member' && owner?.[0] === 'principals' && owner[1] === visitor.handle;
}

function inDirectory(visit: Visit, name: string | null): Xml | undefined {
  const { visitor } = visit;
  if (name === null || visitor.kind !== 'member') return undefined;
  return hrefElement(visit, ['contacts', visitor.handle, directoryName, name], false);
}

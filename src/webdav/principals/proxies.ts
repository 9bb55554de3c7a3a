import type { Accounts, Member } from '../../accounts/index.ts';
import type { CollectionSharing, Delegate } from '../../stores/collections/index.ts';
import { bareFolder } from '../bare.ts';
import { DavError } from '../errors.ts';
import { delegateHrefsMax } from '../limits.ts';
import { davProperty, hrefElement } from '../properties/live.ts';
import type { LiveProperty, PropertyChanges, Resource, Visit, WriteOptions } from '../types.ts';
import { groupPath, groupsOfVisitor, isPrincipal, memberPath, type PrincipalResource } from './principal.ts';

/** Who acts for whom in calendars. */
export type Delegations = Pick<CollectionSharing, 'delegates' | 'setDelegates' | 'delegatedTo'>;

export interface ProxyHouse {
  readonly accounts: Accounts;
  readonly delegations: Delegations;
}

type Rights = Delegate['rights'];

export const proxyNames = {
  'calendar-proxy-read': 'read',
  'calendar-proxy-write': 'write',
} as const satisfies Record<string, Rights>;

export const isProxyName = (name: string): name is keyof typeof proxyNames => Object.hasOwn(proxyNames, name);

const nameOf = (rights: Rights) =>
  rights === 'read' ? 'calendar-proxy-read' : ('calendar-proxy-write' as const);

/** Whom `rights` lets act for a member, as a group (caldav-proxy §5). Its owner says who is in it. */
export interface ProxyPrincipal extends PrincipalResource {
  readonly kind: 'proxy';
  readonly rights: Rights;
}

export const isProxy = (resource: Resource): resource is ProxyPrincipal => resource.kind === 'proxy';

/** DAV:group-member-set as it is to be: hrefs as they were written. */
export const proxyMembersKey = 'proxy-members';

export function proxyPrincipal(
  house: ProxyHouse,
  visit: Visit,
  member: Member,
  rights: Rights,
): ProxyPrincipal {
  const { accounts, delegations } = house;
  const { visitor } = visit;
  const own = visitor.kind === 'member' && visitor.member.id === member.id;
  const owner = memberPath({ handle: accounts.handleOf(member), member });
  const name = nameOf(rights);
  return {
    ...bareFolder([...owner, name]),
    kind: 'proxy',
    rights,
    displayName: name,
    types: [
      { namespace: 'DAV:', name: 'principal' },
      { namespace: 'http://calendarserver.org/ns/', name },
    ],
    owner,
    address: member.address,
    may: (privilege) =>
      privilege === 'read' ||
      privilege === 'read-current-user-privilege-set' ||
      (own && (privilege === 'read-acl' || privilege === 'write-properties')),
    async memberPaths() {
      const all = own ? await delegations.delegates(member.id) : [];
      const paths = await Promise.all(
        all.filter((each) => each.rights === rights).map((each) => pathOf(accounts, each)),
      );
      return paths.filter((path) => path !== null);
    },
    groupPaths: async () => [],
    async patch(changes: PropertyChanges, _: WriteOptions) {
      const hrefs = changes.live.get(proxyMembersKey);
      if (changes.dead.length > 0 || !Array.isArray(hrefs))
        throw new DavError(403, 'only DAV:group-member-set is set here');
      const to = await Promise.all(hrefs.map((href: string) => delegateOf(accounts, visit, href)));
      await delegations.setDelegates(member.id, rights, to);
    },
  };
}

async function pathOf(accounts: Accounts, { member, group }: Delegate) {
  if (member === 0) return groupPath(group);
  const found = await accounts.member(member);
  return found && memberPath({ handle: accounts.handleOf(found), member: found });
}

/** A principal's URL, or an address. DavError 403 for nobody of ours. */
async function delegateOf(accounts: Accounts, visit: Visit, href: string) {
  const name = nameIn(visit, href);
  if (name !== null) {
    const member = (await accounts.byName(name)) ?? (await accounts.byAddress(name));
    if (member && !member.disabled) return { member: member.id, group: '' };
    const group = await accounts.group(name);
    if (group !== null && !group.startsWith('*@')) return { member: 0, group };
  }
  throw new DavError(403, 'neither a member nor a group of this co-op', {
    condition: '<D:recognized-principal/>',
    property: { namespace: 'DAV:', name: 'group-member-set' },
  });
}

function nameIn({ base, origin }: Visit, href: string): string | null {
  const mailto = /^mailto:([^?]*)/i.exec(href)?.[1];
  const path = href.startsWith(origin) ? href.slice(origin.length) : href;
  const start = `${base}/principals/`;
  const inside = path.startsWith(start) ? path.slice(start.length) : null;
  const name = mailto ?? /^(?:groups\/)?([^/]+)\/?$/.exec(inside ?? '')?.[1];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** The proxies that a visitor is in (RFC 3744 §4.4). */
export async function proxiesOf({ accounts, delegations }: ProxyHouse, visit: Visit, rights?: Rights) {
  const { visitor } = visit;
  if (visitor.kind !== 'member') return [];
  const all = await delegations.delegatedTo(visitor.member.id, groupsOfVisitor(visit));
  const found = new Map<string, { readonly owner: readonly string[]; readonly rights: Rights }>();
  for (const each of all) {
    if (rights !== undefined && each.rights !== rights) continue;
    const member = await accounts.member(each.account);
    if (!member || member.disabled) continue;
    const owner = memberPath({ handle: accounts.handleOf(member), member });
    found.set(`${each.account} ${each.rights}`, { owner, rights: each.rights });
  }
  return [...found.values()];
}

/** The same as paths of the proxies. */
export const proxyPaths = async (house: ProxyHouse, visit: Visit) =>
  (await proxiesOf(house, visit)).map(({ owner, rights }) => [...owner, nameOf(rights)]);

/** caldav-proxy §5.3.1, and what Apple's clients ask for in place of it. */
export function proxyProperties(house: ProxyHouse): readonly LiveProperty[] {
  const isOwn = (resource: Resource) => isPrincipal(resource) && resource.kind === 'principal';
  const proxyFor = (rights: Rights): LiveProperty => ({
    namespace: 'http://calendarserver.org/ns/',
    name: `${nameOf(rights)}-for`,
    key: `CS:${nameOf(rights)}-for`,
    rfc: 'caldav-proxy',
    on: isOwn,
    // For whom somebody acts is their own business.
    privilege: 'read-acl',
    allprop: false,
    read: async (_, visit) =>
      (await proxiesOf(house, visit, rights)).map(({ owner }) => hrefElement(visit, owner)).join(''),
  });
  return [
    {
      ...davProperty(
        'group-member-set',
        '3744 §4.3',
        async (resource, visit) =>
          isProxy(resource)
            ? (await resource.memberPaths()).map((path) => hrefElement(visit, path)).join('')
            : undefined,
        { on: isProxy, privilege: 'read-acl' },
      ),
      key: proxyMembersKey,
      write: {
        parse(value) {
          const hrefs = (value?.children ?? [])
            .filter(({ namespace, name }) => namespace === 'DAV:' && name === 'href')
            .map(({ text }) => text.trim());
          if (hrefs.length > delegateHrefsMax)
            throw new DavError(409, `at most ${delegateHrefsMax} act for a member`);
          return [...new Set(hrefs)];
        },
      },
    },
    davProperty('principal-URL', '3744 §4.2', ({ path }, visit) => hrefElement(visit, path), { on: isProxy }),
    proxyFor('read'),
    proxyFor('write'),
  ];
}

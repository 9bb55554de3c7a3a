import type { Accounts, Member } from '../../accounts/index.ts';
import type { Collection, Found, Space, Visit } from '../types.ts';
import {
  groupPrincipal,
  groupsOfVisitor,
  memberPrincipal,
  type PrincipalResource,
  principalFolder,
} from './principal.ts';
import { isProxyName, type ProxyHouse, proxyNames, proxyPaths, proxyPrincipal } from './proxies.ts';

/**
 * `/dav/principals/<member>/` and `/dav/principals/groups/<address>/`: who somebody is (RFC 3744 §2). Members find each
 * other by name; listed are they themselves and their groups alone. To guests nobody is there.
 */
export function principalsSpace(accounts: Accounts, proxies: ProxyHouse | null = null): Space {
  return {
    name: 'principals',
    async find(visit, path) {
      if (visit.visitor.kind !== 'member') return { resource: null, parent: null, name: path.at(-1) ?? '' };
      return await findPrincipal({ accounts, proxies }, visit, path);
    },
  };
}

interface House {
  readonly accounts: Accounts;
  readonly proxies: ProxyHouse | null;
}

async function findPrincipal(house: House, visit: Visit, path: readonly string[]): Promise<Found> {
  const { accounts } = house;
  const folders = foldersOf(house, visit);
  const [first, second] = path;
  if (first === undefined) return { resource: folders.all, parent: null, name: '' };
  if (first !== 'groups') return findMember(house, visit, path, folders.all);
  if (second === undefined) return { resource: folders.groups, parent: folders.all, name: first };
  const address = path.length === 2 ? await accounts.group(second) : null;
  const resource = address === null ? null : groupPrincipal(accounts, visit, address);
  return { resource, parent: path.length === 2 ? folders.groups : null, name: path.at(-1) ?? '' };
}

/** A member, or who acts for them. */
async function findMember(
  { accounts, proxies }: House,
  visit: Visit,
  [first = '', second, ...more]: readonly string[],
  all: Collection,
): Promise<Found> {
  const member = more.length > 0 ? null : await accounts.byName(first);
  const there = member === null || member.disabled ? null : member;
  const principal = there && ownPrincipal({ accounts, proxies }, visit, there);
  if (second === undefined) return { resource: principal, parent: all, name: first };
  const name = more.at(-1) ?? second;
  if (!there || !proxies || !isProxyName(second)) return { resource: null, parent: null, name };
  return { resource: proxyPrincipal(proxies, visit, there, proxyNames[second]), parent: principal, name };
}

/** Somebody, and for themselves whom they act for and who acts for them. */
function ownPrincipal({ accounts, proxies }: House, visit: Visit, member: Member): PrincipalResource {
  const principal = memberPrincipal(accounts, visit, member);
  const { visitor } = visit;
  if (!proxies || visitor.kind !== 'member' || visitor.member.id !== member.id) return principal;
  return {
    ...principal,
    groupPaths: async () => [...(await principal.groupPaths()), ...(await proxyPaths(proxies, visit))],
    async *members() {
      yield (['read', 'write'] as const).map((rights) => proxyPrincipal(proxies, visit, member, rights));
    },
  };
}

function foldersOf(house: House, visit: Visit): { all: Collection; groups: Collection } {
  const groups = principalFolder(['principals', 'groups'], async () =>
    groupsOfVisitor(visit).map((address) => groupPrincipal(house.accounts, visit, address)),
  );
  const all = principalFolder(['principals'], async () => {
    const { visitor } = visit;
    return visitor.kind === 'member' ? [ownPrincipal(house, visit, visitor.member), groups] : [];
  });
  return { all, groups };
}

import type { Accounts } from '../../accounts/index.ts';
import type { Collection, Found, Resource, Space, Visit } from '../types.ts';
import { groupPrincipal, groupsOfVisitor, memberPrincipal, principalFolder } from './principal.ts';

/**
 * `/dav/principals/<member>/` and `/dav/principals/groups/<address>/`: who somebody is (RFC 3744 §2). Members find each
 * other by name; listed are they themselves and their groups alone. To guests nobody is there.
 */
export function principalsSpace(accounts: Accounts): Space {
  return {
    name: 'principals',
    async find(visit, path) {
      if (visit.visitor.kind !== 'member') return { resource: null, parent: null, name: path.at(-1) ?? '' };
      return await findPrincipal(accounts, visit, path);
    },
  };
}

async function findPrincipal(accounts: Accounts, visit: Visit, path: readonly string[]): Promise<Found> {
  const folders = foldersOf(accounts, visit);
  const [first, second] = path;
  if (first === undefined) return { resource: folders.all, parent: null, name: '' };
  if (first !== 'groups') {
    const found = path.length === 1 ? await memberNamed(accounts, visit, first) : null;
    return { resource: found, parent: path.length === 1 ? folders.all : null, name: path.at(-1) ?? '' };
  }
  if (second === undefined) return { resource: folders.groups, parent: folders.all, name: first };
  const address = path.length === 2 ? await accounts.group(second) : null;
  const resource = address === null ? null : groupPrincipal(accounts, visit, address);
  return { resource, parent: path.length === 2 ? folders.groups : null, name: path.at(-1) ?? '' };
}

async function memberNamed(accounts: Accounts, visit: Visit, name: string): Promise<Resource | null> {
  const member = await accounts.byName(name);
  return member === null || member.disabled ? null : memberPrincipal(accounts, visit, member);
}

function foldersOf(accounts: Accounts, visit: Visit): { all: Collection; groups: Collection } {
  const groups = principalFolder(['principals', 'groups'], async () =>
    groupsOfVisitor(visit).map((address) => groupPrincipal(accounts, visit, address)),
  );
  const all = principalFolder(['principals'], async () => {
    const { visitor } = visit;
    return visitor.kind === 'member' ? [memberPrincipal(accounts, visit, visitor.member), groups] : [];
  });
  return { all, groups };
}

import type { Accounts, Member } from '../../accounts/index.ts';
import { bareFolder, looksOnly } from '../bare.ts';
import type { Collection, DavPrivilege, QName, Resource, Visit } from '../types.ts';

type Path = readonly string[];

/** Somebody, or several (RFC 3744 §2). A collection without members, so that its URL ends with a slash as Apple's clients ask. */
export interface PrincipalResource extends Collection {
  readonly kind: 'principal' | 'group' | 'proxy';
  readonly address: string;
  /** DAV:group-member-set */
  memberPaths(): Promise<readonly Path[]>;
  /** DAV:group-membership */
  groupPaths(): Promise<readonly Path[]>;
}

export function isPrincipal(resource: Resource): resource is PrincipalResource {
  return resource.kind === 'principal' || resource.kind === 'group';
}

const groups = 'groups';
/** '@' stays out of paths: some clients encode it and some do not. */
const inPath = (address: string) => address.replace('@', '~');

/** The path of a member below the DAV root. */
export function memberPath({ handle, member }: { handle: string; member: Pick<Member, 'address'> }): Path {
  return ['principals', handle === groups ? inPath(member.address) : handle];
}

export const groupPath = (address: string): Path => ['principals', groups, inPath(address)];

/** A catch-all is nobody's group. */
export const groupsOfVisitor = (visit: Visit): readonly string[] =>
  visit.visitor.kind === 'member' ? visit.visitor.groups.filter((address) => !address.startsWith('*@')) : [];

const principalTypes: readonly QName[] = [{ namespace: 'DAV:', name: 'principal' }];

/** Others may know somebody's name and address, and no more. */
const sees = (privilege: DavPrivilege, own: boolean) =>
  privilege === 'read' ||
  (own && (privilege === 'read-acl' || privilege === 'read-current-user-privilege-set'));

export function memberPrincipal(accounts: Accounts, visit: Visit, member: Member): PrincipalResource {
  const { visitor } = visit;
  const own = visitor.kind === 'member' && visitor.member.id === member.id;
  const handle = accounts.handleOf(member);
  const path = memberPath({ handle, member });
  return {
    ...bareFolder(path),
    kind: 'principal',
    displayName: member.name === '' ? handle : member.name,
    types: principalTypes,
    owner: path,
    address: member.address,
    may: (privilege) => sees(privilege, own),
    memberPaths: async () => [],
    groupPaths: async () => (own ? groupsOfVisitor(visit).map(groupPath) : []),
  };
}

export function groupPrincipal(accounts: Accounts, visit: Visit, address: string): PrincipalResource {
  const own = groupsOfVisitor(visit).includes(address);
  return {
    ...bareFolder(groupPath(address)),
    kind: 'group',
    displayName: address,
    types: principalTypes,
    address,
    may: (privilege) => sees(privilege, own),
    async memberPaths() {
      if (!own) return [];
      const resolved = await accounts.resolve(address);
      if (resolved.kind !== 'local') return [];
      const found: Path[] = [];
      for (const recipient of resolved.recipients) {
        // Those elsewhere are in it too, but they are no principals here.
        if (recipient.kind !== 'member') continue;
        const member = { address: recipient.address };
        found.push(memberPath({ handle: accounts.handleOf(member), member }));
      }
      return found;
    },
    groupPaths: async () => [],
  };
}

/** A folder of principals; it lists whom its visitor belongs to, not everybody. */
export function principalFolder(path: Path, inside: () => Promise<readonly Resource[]>): Collection {
  return {
    ...bareFolder(path),
    kind: 'principals',
    may: looksOnly,
    async *members() {
      yield await inside();
    },
  };
}

import type { ShareRights } from '../../stores/collections/index.ts';
import type { DavPrivilege } from '../types.ts';

/** How somebody is in a collection: as its owner, by a share, or as who acts for the owner (`act`) or watches (`watch`). */
export type Right = 'own' | ShareRights | 'act' | 'watch';

const looking = ['read', 'read-current-user-privilege-set', 'read-free-busy'] as const;
const changing = ['write-content', 'bind', 'unbind'] as const;

/** RFC 3744 §3. Who was given a collection has their own name and colour for it: `write-properties` is of these alone. */
const granted = {
  own: [...looking, ...changing, 'write-properties', 'unlock', 'read-acl', 'write-acl'],
  write: [...looking, ...changing, 'write-properties'],
  read: [...looking, 'write-properties'],
  busy: [...looking, 'write-properties'],
  act: [...looking, ...changing, 'write-properties'],
  watch: looking,
} as const satisfies Record<Right, readonly DavPrivilege[]>;

/** Of the home itself: only its owner makes and removes collections. */
const grantedAtHome = {
  ...granted,
  write: [],
  read: [],
  busy: [],
  act: looking,
} as const satisfies Record<Right, readonly DavPrivilege[]>;

const setsOf = (table: Record<Right, readonly DavPrivilege[]>) =>
  new Map(Object.entries(table).map(([right, privileges]) => [right, new Set<DavPrivilege>(privileges)]));

const inCollections = setsOf(granted);
const inHomes = setsOf(grantedAtHome);

export const allows = (right: Right, privilege: DavPrivilege): boolean =>
  inCollections.get(right)?.has(privilege) ?? false;

export const allowsAtHome = (right: Right, privilege: DavPrivilege): boolean =>
  inHomes.get(right)?.has(privilege) ?? false;

export const privilegesOf = (right: Right): readonly DavPrivilege[] => granted[right];

/** Whether it came by a share, and stands in the home of who received it. */
export const isReceived = (right: Right): right is ShareRights =>
  right === 'write' || right === 'read' || right === 'busy';

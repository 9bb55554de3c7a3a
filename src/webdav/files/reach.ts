import type { FileNode, Link, ShareRights } from '../../stores/files/index.ts';
import type { DavPrivilege } from '../types.ts';

const bits = {
  read: 1,
  'write-content': 2,
  'write-properties': 4,
  bind: 8,
  unbind: 16,
  unlock: 32,
  'read-acl': 64,
  'write-acl': 128,
  'read-current-user-privilege-set': 256,
  // Of calendars alone.
  'read-free-busy': 512,
  'schedule-deliver-invite': 1_024,
  'schedule-deliver-reply': 2_048,
  'schedule-query-freebusy': 4_096,
  'schedule-send-invite': 8_192,
  'schedule-send-reply': 16_384,
  'schedule-send-freebusy': 32_768,
} as const satisfies Record<DavPrivilege, number>;

const reading = bits.read | bits['read-current-user-privilege-set'];
const writing = reading | bits['write-content'] | bits['write-properties'] | bits.bind | bits.unbind;

/** What a right lets its holder do, as privileges of RFC 3744 §3. */
const masks = {
  // RFC 3744 §3.5: whoever took a lock ends it without that privilege.
  own: writing | bits.unlock | bits['read-acl'] | bits['write-acl'],
  read: reading,
  write: writing,
  reshare: writing,
  drop: bits.bind,
} as const;

export type Right = ShareRights | Link['rights'] | 'own';

/** The part of a tree that a visitor may reach, and what they may do there. */
export interface Reach {
  /** Whose tree it is. */
  readonly account: number;
  /** Where the walk begins, and its path below the DAV root. */
  readonly top: FileNode;
  readonly path: readonly string[];
  readonly right: Right;
  /** When it ends, ms since 1970; absent or 0: it does not. */
  readonly endsMs?: number;
  /** How often it may be read is counted: then a part is as good as the whole. */
  readonly counted?: boolean;
  /** The owner's principal; null for the co-op. */
  readonly owner: readonly string[] | null;
}

export function allows(right: Right, privilege: DavPrivilege): boolean {
  return (masks[right] & bits[privilege]) !== 0;
}

/** Of the folder that holds the shares: they are renamed there, and go from sight. */
export function allowsInShared(privilege: DavPrivilege): boolean {
  return ((reading | bits.bind | bits.unbind) & bits[privilege]) !== 0;
}

const privileges = Object.keys(bits).filter((each): each is DavPrivilege => Object.hasOwn(bits, each));

export function privilegesOf(right: Right): readonly DavPrivilege[] {
  return privileges.filter((each) => allows(right, each));
}

/** The rights of RFC 4314 §2.1, in its order; the owner of a mailbox has them all. */
export const allRights = 'lrswipkxtea';

/** The grantee of what is granted to every member; members' ids begin at 1, below zero there is room for groups. */
export const everyone = 0;

/** One line of a mailbox's ACL. */
export interface Grant {
  /** A member, or `everyone`. */
  readonly grantee: number;
  /** Letters of `allRights`, in that order. */
  readonly rights: string;
  /** What is taken away whatever else grants it (RFC 4314 §2, "negative rights"). */
  readonly denied: string;
}

/** How SETACL changes a line: `rights` replace it, are added to it, or taken off. */
export type GrantMode = 'replace' | 'add' | 'remove';

/** The rights of RFC 2086, and what they are made of here (RFC 4314 §2.1.1). */
const obsolete: Readonly<Record<string, string>> = { c: 'kx', d: 'te' };

/** Rights as they are told: with the virtual `c` and `d` wherever one of their members is set. */
export function withObsolete(rights: string): string {
  let text = rights;
  for (const [letter, members] of Object.entries(obsolete)) {
    if ([...members].some((right) => rights.includes(right))) text += letter;
  }
  return text;
}

/** Letters that somebody wrote as rights, `c` and `d` taken apart; `unknown` is the first that is no right. */
export function expandRights(letters: string): { readonly rights: string; readonly unknown: string | null } {
  let rights = '';
  for (const letter of letters) {
    const meant = allRights.includes(letter) ? letter : obsolete[letter];
    if (meant === undefined) return { rights, unknown: letter };
    rights += meant;
  }
  return { rights: orderRights(rights), unknown: null };
}

/** Letters in the order of `allRights`, each once; what is no right is left out. */
export function orderRights(letters: Iterable<string>): string {
  const given = new Set(letters);
  return [...allRights].filter((right) => given.has(right)).join('');
}

/** A line's letters after a change. */
export function changeRights(now: string, mode: GrantMode, letters: string): string {
  if (mode === 'replace') return orderRights(letters);
  if (mode === 'add') return orderRights(now + letters);
  return orderRights([...now].filter((right) => !letters.includes(right)));
}

/** What a member may do by these lines: all that any of them grants but what any of them denies. */
export function effectiveRights(grants: readonly Grant[], member: number): string {
  let granted = '';
  let denied = '';
  for (const grant of grants) {
    if (grant.grantee !== member && grant.grantee !== everyone) continue;
    granted += grant.rights;
    denied += grant.denied;
  }
  return changeRights(orderRights(granted), 'remove', denied);
}

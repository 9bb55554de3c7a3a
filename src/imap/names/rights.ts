import type { Privilege } from '../../accounts/index.ts';
import { allRights, flagBits } from '../../stores/mail/index.ts';
import { SyntaxFault, shown } from '../wire/index.ts';

/** Rights with which something of a mailbox is changed. */
const writing = 'swikxtea';

/** Rights of which SELECT needs one to answer READ-WRITE: `\Seen` and all other flags are shared here (RFC 4314 §5.2). */
const changing = 'swite';

/** RFC 4314 §2.1.1: the rights of RFC 2086, and what they are made of here. */
const obsolete = { c: 'kx', d: 'te' } as const;

/** The privileges of accounts that the owner's grant amounts to; the letters are looked at besides. */
export function privilegesOf(rights: string): Privilege[] {
  if (rights === '') return [];
  return hasAny(rights, writing) ? ['mail:read', 'mail:write'] : ['mail:read'];
}

/** The privilege that these letters are part of. */
export function privilegeFor(need: string): Privilege {
  return hasAny(need, writing) ? 'mail:write' : 'mail:read';
}

export function hasAll(rights: string, need: string): boolean {
  return [...need].every((right) => rights.includes(right));
}

export function hasAny(rights: string, some: string): boolean {
  return [...some].some((right) => rights.includes(right));
}

/** Whether a mailbox opens READ-WRITE. */
export function mayChange(rights: string): boolean {
  return hasAny(rights, changing);
}

/** Letters as they are told: with the virtual `c` and `d` wherever one of their members is set. RFC 4314 §2.1.1. */
export function withObsolete(rights: string): string {
  let text = rights;
  for (const [letter, members] of Object.entries(obsolete)) if (hasAny(rights, members)) text += letter;
  return text;
}

/** Letters of a client as rights; upper case and what is no right are refused (RFC 4314 §3.1). */
export function readRights(letters: string): string {
  let rights = '';
  for (const letter of letters) {
    if (allRights.includes(letter)) rights += letter;
    else if (letter === 'c' || letter === 'd') rights += obsolete[letter];
    else throw new SyntaxFault(`there is no right ${shown(letter)}`, -1);
  }
  return rights;
}

/** The system flags that may be set and cleared with these rights, and whether keywords may. RFC 4314 §4. */
export function changeableFlags(rights: string): { readonly flags: number; readonly keywords: boolean } {
  const { seen, deleted, answered, flagged, draft } = flagBits;
  let flags = 0;
  if (rights.includes('s')) flags |= seen;
  if (rights.includes('t')) flags |= deleted;
  if (rights.includes('w')) flags |= answered | flagged | draft;
  return { flags, keywords: rights.includes('w') };
}

/** Flags of a command without those that these rights do not reach: they are dropped, not refused (RFC 4314 §4). */
export function permittedFlags(
  wanted: { readonly flags: number; readonly keywords: readonly string[] },
  rights: string,
): { flags: number; keywords: readonly string[] } {
  const may = changeableFlags(rights);
  return { flags: wanted.flags & may.flags, keywords: may.keywords ? wanted.keywords : [] };
}

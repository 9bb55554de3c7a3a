import type { Privilege } from '../../accounts/index.ts';
import { expandRights, flagBits } from '../../stores/mail/index.ts';
import { SyntaxFault, shown } from '../wire/index.ts';

/** Rights with which something of a mailbox is changed. */
const writing = 'swikxtea';

/** Rights of which SELECT needs one to answer READ-WRITE: `\Seen` and all other flags are shared here (RFC 4314 §5.2). */
const changing = 'swite';

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

/** Letters of a client as rights; upper case and what is no right are refused (RFC 4314 §3.1). */
export function readRights(letters: string): string {
  const { rights, unknown } = expandRights(letters);
  if (unknown !== null) throw new SyntaxFault(`there is no right ${shown(unknown)}`, -1);
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

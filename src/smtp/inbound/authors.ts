import { FormatError } from '../../base/index.ts';
import {
  type AddressItem,
  formatMailbox,
  parseAddressList,
  parseMailbox,
  quoteLocal,
} from '../../formats/address/index.ts';

/** The mailboxes of a From or Sender field, normalised; null where one of them, or all, cannot be read for sure. */
export function authorsOf(value: string): readonly string[] | null {
  if (!hasOneReading(value)) return null;
  const items: AddressItem[] = [];
  for (const entry of parseAddressList(value)) {
    // RFC 6854 lets From hold a group; its members are the authors.
    if (entry.kind === 'group') items.push(...entry.members);
    else items.push(entry);
  }
  if (items.length === 0) return null;
  const authors: string[] = [];
  for (const { local, domain, route } of items) {
    if (route !== null) return null;
    try {
      authors.push(formatMailbox(parseMailbox(`${quoteLocal(local)}@${domain}`)));
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
  return authors;
}

/**
 * Whether every reader finds the same mailboxes: quotes, comments and angles end, an entry has one `<…>` with nothing
 * behind it, or one bare address. The parser of lists makes the best of anything; here the best is not good enough.
 */
function hasOneReading(value: string): boolean {
  let angle: 'none' | 'open' | 'closed' = 'none';
  let bareAts = 0;
  for (let at = 0; at < value.length; at++) {
    const char = value[at];
    if (char === '"' || char === '(') {
      if (char === '"' && angle === 'closed') return false;
      at = char === '"' ? endOfQuoted(value, at) : endOfComment(value, at);
      if (at < 0) return false;
    } else if (char === '<') {
      if (angle !== 'none') return false;
      angle = 'open';
    } else if (char === '>') {
      if (angle !== 'open') return false;
      angle = 'closed';
    } else if (angle !== 'open' && (char === ',' || char === ';')) {
      if (angle === 'none' && bareAts > 1) return false;
      angle = 'none';
      bareAts = 0;
    } else if (angle === 'closed' && !/\s/.test(char ?? '')) return false;
    else if (angle === 'none' && char === '@') bareAts++;
  }
  return angle === 'closed' || (angle === 'none' && bareAts <= 1);
}

/** Where the quoted string that begins at `start` ends; -1 where it does not. */
function endOfQuoted(value: string, start: number): number {
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '"') return at;
  }
  return -1;
}

/** The same for a comment; they nest (RFC 5322 §3.2.2). */
function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '(') depth++;
    else if (value[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

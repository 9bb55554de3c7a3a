import { normaliseDomain } from '../../formats/address/index.ts';
import type { HeaderField } from '../../formats/mime/index.ts';
import type { Session } from '../session/session.ts';
import { parentDomainsMax } from './limits.ts';

/**
 * The authserv-id of an Authentication-Results field (RFC 8601 §2.2), normalised where it is a domain name; null where
 * none can be read. Comments and quotes may stand anywhere around it.
 */
export function authservId(value: string): string | null {
  let at = skipBlanks(value, 0);
  if (at < 0) return null;
  let id = '';
  if (value[at] === '"') {
    for (at++; at < value.length && value[at] !== '"'; at++) {
      if (value[at] === '\\') at++;
      id += value[at] ?? '';
    }
    if (at >= value.length) return null;
  } else {
    const end = /[\s;()"<>,=\\]/.exec(value.slice(at));
    id = value.slice(at, end ? at + end.index : undefined);
  }
  const bare = id.trim().replace(/\.+$/, '');
  if (bare === '') return null;
  try {
    return normaliseDomain(bare);
  } catch {
    return bare.toLowerCase();
  }
}

/** Past white space and comments, which nest (RFC 5322 §3.2.2); -1 where a comment does not end. */
function skipBlanks(value: string, from: number): number {
  let depth = 0;
  for (let at = from; at < value.length; at++) {
    const char = value[at] ?? '';
    if (depth > 0 && char === '\\') at++;
    else if (char === '(') depth++;
    else if (depth > 0 && char === ')') depth--;
    else if (depth === 0 && !/\s/.test(char)) return at;
  }
  return depth > 0 ? -1 : value.length;
}

/**
 * Fields that say they were written here (RFC 8601 §5), and those of which it cannot be told. `isOurs` knows our domains;
 * a host below one of them speaks for us too.
 */
export async function forgedResults(
  fields: readonly HeaderField[],
  isOurs: (domain: string) => Promise<boolean>,
): Promise<Set<HeaderField>> {
  const forged = new Set<HeaderField>();
  const known = new Map<string, boolean>();
  for (const field of fields) {
    if (field.name.toLowerCase() !== 'authentication-results') continue;
    const id = authservId(field.value);
    let ours = id === null ? true : known.get(id);
    if (ours === undefined && id !== null) {
      ours = await anyOurs(id, isOurs);
      known.set(id, ours);
    }
    if (ours) forged.add(field);
  }
  return forged;
}

/** The same, where ours are our host name and the domains of the accounts. */
export function claimsOfOurs(session: Session, fields: readonly HeaderField[]): Promise<Set<HeaderField>> {
  const { accounts, settings } = session.services;
  return forgedResults(fields, async (name) => name === settings.hostname || accounts.isLocalDomain(name));
}

async function anyOurs(id: string, isOurs: (domain: string) => Promise<boolean>): Promise<boolean> {
  const labels = id.split('.');
  for (let at = Math.max(0, labels.length - parentDomainsMax); at < labels.length; at++) {
    if (await isOurs(labels.slice(at).join('.'))) return true;
  }
  return isOurs(id);
}

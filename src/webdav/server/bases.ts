import type { DavBase, Resource, Visitor } from '../types.ts';
import { encodePath, encodeSegment, readPath, readTarget, startsWithPath, type UrlPath } from './path.ts';

/** A base under which a path lies, and what is left of the path: '' or what begins with a slash. */
export interface Placed {
  readonly base: DavBase;
  readonly rest: string;
}

/** The base whose prefix is the path's; `only` is not looked at. */
export function placeOf(bases: readonly DavBase[], path: string): Placed | null {
  for (const base of bases) {
    const { prefix } = base;
    if (prefix === '') {
      if (path === '/') return { base, rest: '/' };
    } else if (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')) {
      return { base, rest: path.slice(prefix.length) };
    }
  }
  return null;
}

/** A path under a base -> the path below the DAV root. */
export function pathIn({ base, rest }: Placed, visitor: Visitor): UrlPath {
  const { segments, slash } = readPath(rest);
  const below = base.below?.(visitor) ?? [];
  return { segments: below.length === 0 ? segments : [...below, ...segments], slash };
}

/** The URL path of a resource as a client of that base knows it; what is not below it is named by the first one. */
export function hrefIn(
  bases: readonly DavBase[],
  base: DavBase,
  visitor: Visitor,
): (resource: Pick<Resource, 'path' | 'isCollection'>) => string {
  const below = base.below?.(visitor) ?? [];
  const first = bases[0]?.prefix ?? '';
  const hrefOf = (path: readonly string[]): string => {
    if (base.prefix === '' && path.length > 0) return encodePath(first, path);
    if (!startsWithPath(path, below)) return encodePath(first, path);
    return encodePath(base.prefix, path.slice(below.length));
  };
  // Of a listing most are in one folder.
  let folder: { readonly path: readonly string[]; readonly href: string } | null = null;
  return ({ path, isCollection }) => {
    const name = path.at(-1);
    if (name === undefined || path.length <= below.length + 1) {
      return isCollection ? `${hrefOf(path)}/` : hrefOf(path);
    }
    if (folder?.path.length !== path.length - 1 || !startsWithPath(path, folder.path)) {
      const above = path.slice(0, -1);
      folder = { path: above, href: `${hrefOf(above)}/` };
    }
    const href = folder.href + encodeSegment(name);
    return isCollection ? `${href}/` : href;
  };
}

/**
 * A URI of ours -> the path below the DAV root: an absolute one or a path (RFC 4918 §8.3). Null for another server's and
 * for what is not DAV here. `authority`: of this request; a proxy before us may have taken TLS off, so the scheme is free.
 */
export function readUri(
  uri: string,
  bases: readonly DavBase[],
  authority: string,
  visitor: Visitor,
): UrlPath | 'elsewhere' | 'no-dav' {
  const target = readTarget(uri.trim());
  if (target.origin !== null && !sameAuthority(target.origin, authority)) return 'elsewhere';
  const placed = placeOf(bases, target.path);
  return placed === null ? 'no-dav' : pathIn(placed, visitor);
}

function sameAuthority(origin: string, authority: string): boolean {
  const [, scheme = '', theirs = ''] = /^(\w+):\/\/(.*)$/.exec(origin) ?? [];
  if (scheme !== 'http' && scheme !== 'https') return false;
  return withoutPort(theirs.replace(/^.*@/, '')) === withoutPort(authority.toLowerCase());
}

/** The ports that a client may leave out or name. */
function withoutPort(authority: string): string {
  return authority.replace(/:(80|443)$/, '');
}

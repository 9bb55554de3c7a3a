import type { FileNode, Link } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';

/** Where an address below a link leads. */
export interface Place {
  readonly link: Link;
  readonly node: FileNode;
  /** Names below the link's own node. */
  readonly path: readonly string[];
}

const tokenPattern = /^[a-z2-7]{16,64}$/;

/** The link, or null where there is none that still leads anywhere. */
export async function linkOf({ params }: Visit, house: House): Promise<Link | null> {
  const { token = '' } = params;
  return tokenPattern.test(token) ? house.sharing.link(token) : null;
}

/** The names behind the token; null for what can be no path (THREATS 10). */
export function pathOf({ url, params }: Visit): readonly string[] | null {
  const rest = url.pathname.slice(`/s/${params.token ?? ''}`.length);
  const names: string[] = [];
  for (const segment of rest.split('/').filter((each) => each !== '')) {
    try {
      const name = decodeURIComponent(segment);
      if (name === '.' || name === '..' || /[/\0]/.test(name)) return null;
      names.push(name);
    } catch {
      return null;
    }
  }
  return names;
}

/** Null where nothing is there, or nothing that this link shows. */
export async function placeOf(visit: Visit, house: House, link: Link): Promise<Place | null> {
  const path = pathOf(visit);
  if (path === null || (link.rights === 'drop' && path.length > 0)) return null;
  const { chain, missing } = await house.files.find(link.account, path, link.node);
  const node = chain.at(-1);
  return node && missing.length === 0 && chain.length === path.length + 1 ? { link, node, path } : null;
}

/** The address of a place below a link. */
export function addressOf(link: Link, path: readonly string[]): string {
  return ['', 's', link.token, ...path.map(encodeURIComponent)].join('/');
}

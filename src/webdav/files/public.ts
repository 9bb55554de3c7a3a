import { StoreError } from '../../base/index.ts';
import type { Link } from '../../stores/files/index.ts';
import { nothing } from '../bare.ts';
import type {
  Admission,
  Content,
  Found,
  GuestLogin,
  Resource,
  Space,
  WriteOptions,
  Written,
} from '../types.ts';
import { entryOf, FolderEntry } from './entries.ts';
import type { FilesHouse, Scene } from './house.ts';
import { dropNamesMax } from './limits.ts';
import { walk } from './walk.ts';
import { store } from './writes.ts';

/** `/dav/public/<token>/…`: what a public link leads to, for whoever has the link and knows its password. */
export function publicSpace(house: FilesHouse): Space {
  return {
    name: 'public',
    admit: (path, login, remote) => admit(house, path, login, remote),
    async find(visit, path) {
      const { visitor } = visit;
      const [token, ...names] = path;
      if (visitor.kind !== 'guest' || token !== visitor.token) return nothing;
      const link = await house.sharing.link(token);
      const top = link && (await house.files.node(link.account, link.node));
      if (!top) return nothing;
      const { account, rights: right } = link;
      const counted = link.downloadsLeft !== null;
      const endsMs = link.expiresMs;
      const reach = { account, top, path: ['public', token], right, endsMs, counted, owner: null };
      return findBelow({ house, visit, reach }, link, names);
    },
  };
}

async function findBelow(scene: Scene, link: Link, names: readonly string[]): Promise<Found> {
  const { top, path } = scene.reach;
  if (link.rights === 'drop') return findDrop(scene, names);
  if (names.length > 0) return walk(scene, names);
  return { resource: entryOf(scene, { node: top, path, trail: [] }), parent: null, name: '' };
}

/** Whatever lies there, nothing is told of it. */
function findDrop(scene: Scene, [name, ...more]: readonly string[]): Found {
  const { top, path } = scene.reach;
  if (top.kind !== 'folder' || more.length > 0) return nothing;
  const drop = new DropFolder(scene, { node: top, path, trail: [] });
  return name === undefined ? { ...nothing, resource: drop } : { resource: null, parent: drop, name };
}

/** Takes files and shows none; a name that is taken gets a number. */
class DropFolder extends FolderEntry {
  override async create(name: string, content: Content, options: WriteOptions): Promise<Written> {
    const { scene, node } = this;
    const free = await freeName(scene, node.id, name);
    const put = await store(scene, this.place(free), content, { ...options, seen: { etag: null } });
    return { resource: this.entry(put.node, free), created: true, verbatim: true };
  }

  override async *members(): AsyncIterable<readonly Resource[]> {}
}

async function freeName({ house, reach }: Scene, folder: number, name: string): Promise<string> {
  for (let number = 1; number <= dropNamesMax; number++) {
    const wish = number === 1 ? name : numbered(name, number);
    const { missing } = await house.files.find(reach.account, [wish], folder);
    if (missing.length > 0) return wish;
  }
  throw new StoreError('exists', 'there are too many files of that name');
}

/** `letter.txt` -> `letter (2).txt`. */
function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const at = dot > 0 ? dot : name.length;
  return `${name.slice(0, at)} (${number})${name.slice(at)}`;
}

/** A link that is gone lets everybody in, to find nothing: guessing tells no more than asking. */
async function admit(
  { sharing }: FilesHouse,
  [token = '']: readonly string[],
  login: GuestLogin | null,
  remote: string,
): Promise<Admission> {
  const link = await sharing.link(token);
  const visitor = { kind: 'guest', token } as const;
  if (!link?.hasPassword) return { ok: true, visitor };
  if (login === null || (login.user !== '' && login.user !== token)) return { ok: false, retryAfterMs: 0 };
  try {
    const right = await sharing.checkPassword(token, login.password, remote);
    return right ? { ok: true, visitor } : { ok: false, retryAfterMs: 0 };
  } catch (error) {
    const wait = error instanceof StoreError ? error.details.retryAfterMs : undefined;
    if (typeof wait !== 'number') throw error;
    return { ok: false, retryAfterMs: Math.max(1, wait) };
  }
}

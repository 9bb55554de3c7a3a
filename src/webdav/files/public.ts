import { StoreError } from '../../base/index.ts';
import { type Link, numbered } from '../../stores/files/index.ts';
import { nothing } from '../bare.ts';
import type {
  Admission,
  Content,
  Found,
  GuestLogin,
  Resource,
  Space,
  Visitor,
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
  /** By whom it opened the door for: one request asks once. */
  const admitted = new WeakMap<Visitor, Link>();
  return {
    name: 'public',
    async admit(path, login, remote) {
      const { admission, link } = await admit(house, path, login, remote);
      if (link && admission.ok) admitted.set(admission.visitor, link);
      return admission;
    },
    async find(visit, path) {
      const { visitor } = visit;
      const [token, ...names] = path;
      if (visitor.kind !== 'guest' || token !== visitor.token) return nothing;
      const link = admitted.get(visitor) ?? (await house.sharing.link(token));
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

/** A link that is gone lets everybody in, to find nothing: guessing tells no more than asking. */
async function admit(
  { sharing }: FilesHouse,
  [token = '']: readonly string[],
  login: GuestLogin | null,
  remote: string,
): Promise<{ readonly admission: Admission; readonly link: Link | null }> {
  const link = await sharing.link(token);
  const welcome = { ok: true, visitor: { kind: 'guest', token } } as const;
  const refused = (retryAfterMs: number) => ({ admission: { ok: false, retryAfterMs } as const, link: null });
  if (!link?.hasPassword) return { admission: welcome, link };
  if (login === null || (login.user !== '' && login.user !== token)) return refused(0);
  try {
    const right = await sharing.checkPassword(token, login.password, remote);
    // While it was checked the link may have ended: it is asked for once more.
    return right ? { admission: welcome, link: null } : refused(0);
  } catch (error) {
    const wait = error instanceof StoreError ? error.details.retryAfterMs : undefined;
    if (typeof wait !== 'number') throw error;
    return refused(Math.max(1, wait));
  }
}

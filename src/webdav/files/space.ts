import { StoreError } from '../../base/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import { bareFolder, looksOnly, nothing } from '../bare.ts';
import { memberPath } from '../principals/principal.ts';
import type { Collection, Found, Space, Visit } from '../types.ts';
import type { FilesHouse, Scene } from './house.ts';
import { sameName } from './names.ts';
import { HomeEntry, SharedFolder } from './shared.ts';
import { foundAt, walk } from './walk.ts';

/** `/dav/files/<member>/…`: the visitor's own tree, and below `Shared/` what others share with them. */
export function filesSpace(house: FilesHouse): Space {
  return {
    name: 'files',
    async find(visit, path) {
      if (visit.visitor.kind !== 'member') return nothing;
      if (path.length === 0) return { ...nothing, resource: homes(house, visit) };
      const own = await ownPlace(house, visit, path);
      return own ? findAtHome(house, visit, own) : nothing;
    },
  };
}

/** A path below the first segment of a space, in what is the visitor's own. */
export interface OwnPlace {
  readonly account: number;
  /** The principal that it belongs to. */
  readonly owner: readonly string[];
  readonly groups: readonly string[];
  /** The visitor's name as the path has it. */
  readonly handle: string;
  /** The names behind it. */
  readonly names: readonly string[];
}

/** Null where the first name is none of the visitor's; former names lead to who had them. Others' homes are nobody's business. */
export async function ownPlace(
  house: FilesHouse,
  { visitor }: Visit,
  [handle, ...names]: readonly string[],
): Promise<OwnPlace | null> {
  if (visitor.kind !== 'member' || handle === undefined) return null;
  const account = visitor.member.id;
  if (handle !== visitor.handle && (await house.accounts.byName(handle))?.id !== account) return null;
  return { account, owner: memberPath(visitor), groups: visitor.groups, handle, names };
}

async function findAtHome(
  house: FilesHouse,
  visit: Visit,
  { account, owner, groups, handle, names }: OwnPlace,
): Promise<Found> {
  const prefix = ['files', handle];
  const sceneAt = (top: FileNode): Scene => {
    return { house, visit, reach: { account, top, path: prefix, right: 'own', owner } };
  };
  const [first, ...below] = names;
  if (first !== undefined && !sameName(first, house.sharedName)) {
    const found = await house.files.find(account, names);
    const [root] = found.chain;
    return root ? foundAt(sceneAt(root), names, found) : nothing;
  }
  const top = await house.files.root(account);
  const scene = sceneAt(top);
  const received = await house.sharing.receivedBy(account, groups);
  const shared = new SharedFolder(scene, [...prefix, first ?? house.sharedName], received);
  const home = new HomeEntry(scene, { node: top, path: prefix, trail: [] }, shared);
  if (first === undefined) return { resource: home, parent: null, name: '' };
  return below.length === 0 ? { resource: shared, parent: home, name: first } : findShared(shared, below);
}

async function findShared(shared: SharedFolder, [first = '', ...below]: readonly string[]): Promise<Found> {
  const received = shared.received.find(({ name }) => sameName(name, first));
  if (!received) return { resource: null, parent: below.length === 0 ? shared : null, name: first };
  const entry = await shared.entry(received);
  if (below.length === 0) return { resource: entry, parent: shared, name: first };
  try {
    return await walk(entry.scene, below);
  } catch (error) {
    // Removed by its owner since the shares were read.
    if (error instanceof StoreError && error.reason === 'not-found') return nothing;
    throw error;
  }
}

/** What lies above the homes: for each visitor there is one. */
function homes(house: FilesHouse, visit: Visit): Collection {
  const { visitor } = visit;
  return {
    ...bareFolder(['files']),
    kind: 'space',
    may: looksOnly,
    async *members() {
      const own = visitor.kind === 'member' ? await ownPlace(house, visit, [visitor.handle]) : null;
      const { resource } = own ? await findAtHome(house, visit, own) : nothing;
      if (resource) yield [resource];
    },
  };
}

import type { Member } from '../../accounts/index.ts';
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
export function filesSpace(house: FilesHouse, name = 'files'): Space {
  return {
    name,
    async find(visit, path) {
      const [handle, ...names] = path;
      if (visit.visitor.kind !== 'member') return nothing;
      if (handle === undefined) return { ...nothing, resource: homes(house, visit, [name]) };
      const member = await ownName(house, visit, handle);
      return member ? findAtHome(house, visit, [name, handle], names) : nothing;
    },
  };
}

/** The visitor, if that is a name of theirs; former names lead to who had them. Others' homes are nobody's business. */
export async function ownName(house: FilesHouse, { visitor }: Visit, handle: string): Promise<Member | null> {
  if (visitor.kind !== 'member') return null;
  if (handle === visitor.handle) return visitor.member;
  const member = await house.accounts.byName(handle);
  return member?.id === visitor.member.id ? visitor.member : null;
}

async function findAtHome(
  house: FilesHouse,
  visit: Visit,
  prefix: readonly string[],
  names: readonly string[],
): Promise<Found> {
  const { visitor } = visit;
  if (visitor.kind !== 'member') return nothing;
  const account = visitor.member.id;
  const owner = memberPath(visitor);
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
  const received = await house.sharing.receivedBy(account, visitor.groups);
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
function homes(house: FilesHouse, visit: Visit, path: readonly string[]): Collection {
  const { visitor } = visit;
  return {
    ...bareFolder(path),
    kind: 'space',
    may: looksOnly,
    async *members() {
      if (visitor.kind !== 'member') return;
      const { resource } = await findAtHome(house, visit, [...path, visitor.handle], []);
      if (resource) yield [resource];
    },
  };
}

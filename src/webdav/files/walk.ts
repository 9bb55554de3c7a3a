import type { FoundPath } from '../../stores/files/index.ts';
import type { Found } from '../types.ts';
import { entryOf, FolderEntry } from './entries.ts';
import type { Scene } from './house.ts';

/** Follows names down from the top of a reach; there is at least one. */
export async function walk(scene: Scene, names: readonly string[]): Promise<Found> {
  const { reach, house } = scene;
  return foundAt(scene, names, await house.files.find(reach.account, names, reach.top.id));
}

/** The same where the store has been asked already. */
export function foundAt(scene: Scene, names: readonly string[], { chain, missing }: FoundPath): Found {
  const ids = chain.map(({ id }) => id);
  const at = (depth: number) => {
    const node = chain[depth];
    const path = [...scene.reach.path, ...names.slice(0, depth)];
    return node ? entryOf(scene, { node, path, trail: ids.slice(0, depth) }) : null;
  };
  const name = names.at(-1) ?? '';
  const last = chain.length - 1;
  const parent = missing.length <= 1 ? at(missing.length === 0 ? last - 1 : last) : null;
  return {
    resource: missing.length === 0 ? at(last) : null,
    parent: parent instanceof FolderEntry ? parent : null,
    name,
  };
}

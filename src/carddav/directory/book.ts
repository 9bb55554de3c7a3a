import { publicAccount } from '../../accounts/index.ts';
import type { CollectionRow } from '../../stores/collections/index.ts';
import { CollectionResource, type Resource, type Scene } from '../../webdav/index.ts';
import type { CarddavHouse } from '../house.ts';
import { directoryName } from '../names.ts';

export const isDirectory = ({ account }: CollectionRow): boolean => account === publicAccount;

/** The directory as it stands in a member's own home: to be read, and no more. */
export async function directoryBook(
  { directory }: CarddavHouse,
  scene: Scene,
  home: readonly string[],
): Promise<readonly Resource[]> {
  if (scene.right !== 'own') return [];
  const row = await directory.book();
  if (row === null) return [];
  const within: Scene = { ...scene, account: publicAccount, right: 'watch', owner: null };
  return [new CollectionResource(within, [...home, directoryName], row)];
}

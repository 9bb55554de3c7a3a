import { publicAccount } from '../../accounts/index.ts';
import type { CollectionRow } from '../../stores/collections/index.ts';
import { CollectionResource, type Resource, type Scene } from '../../webdav/index.ts';
import type { CarddavHouse } from '../house.ts';
import { directoryName } from '../names.ts';

export const isDirectory = ({ account }: CollectionRow): boolean => account === publicAccount;

/** The directory as it stands in a member's own home: to be read, and no more. */
export async function directoryBook(
  house: CarddavHouse,
  scene: Scene,
  home: readonly string[],
): Promise<readonly Resource[]> {
  if (scene.right !== 'own') return [];
  const row = await house.directory.book();
  // Who has a book of that name, from a time when there was no directory, keeps it.
  const taken = row && (await house.collections.collection(scene.account, 'contacts', directoryName));
  if (row === null || taken) return [];
  const within: Scene = { ...scene, account: publicAccount, right: 'watch', owner: null };
  return [new CollectionResource(within, [...home, directoryName], row)];
}

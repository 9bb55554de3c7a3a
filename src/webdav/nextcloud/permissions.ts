import { Entry, FolderEntry, SharedFolder } from '../files/index.ts';
import type { Resource } from '../types.ts';

/**
 * `oc:permissions`: S shared with the visitor, R may be shared on, G readable, D deletable, N may get another name,
 * V may be moved, W the content may be written, C and K files and folders may be made in it.
 */
export function lettersOf(resource: Resource): string | undefined {
  if (resource instanceof SharedFolder) return 'G';
  if (!(resource instanceof Entry)) return undefined;
  const { received, scene } = resource;
  const { right } = scene.reach;
  const shared = right === 'own' ? '' : 'S';
  const onward = right === 'own' || right === 'reshare' ? 'R' : '';
  const inside = resource instanceof FolderEntry ? 'CK' : 'W';
  const writes = resource.may('write-content');
  const home = resource.kind === 'home';
  // A received share is renamed and left, whatever it lets its receiver do below; it is moved nowhere.
  const here = received ? 'DN' : writes && !home ? 'DNV' : '';
  return `${shared}${onward}G${here}${writes ? inside : ''}`;
}

/** The same in numbers of the sharing interface: 1 read, 2 update, 4 create, 8 delete, 16 share. */
export function bitsOf(letters: string): number {
  const has = (letter: string, bit: number) => (letters.includes(letter) ? bit : 0);
  const writes = letters.includes('W') || letters.includes('C');
  return has('G', 1) + (writes ? 2 : 0) + has('C', 4) + has('D', 8) + has('R', 16);
}

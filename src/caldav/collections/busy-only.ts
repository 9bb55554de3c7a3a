import type { ItemRow } from '../../stores/collections/index.ts';
import type { Right, View } from '../../webdav/index.ts';
import { busyCopy } from './busy-copy.ts';
import { contentType } from './content-type.ts';

/** Whether others than the owner see times alone: of a calendar that is shared so, and of what is private. */
export function busyView(item: ItemRow, right: Right): View | null {
  if (right === 'own') return null;
  if (right !== 'busy' && !isPrivate(item.digest)) return null;
  return { etag: etagOf(item), type: contentType(item), make: busyCopy, closed: true };
}

/** Its digest holds the CLASS of each component that is not PUBLIC; any other is private (RFC 5545 §3.8.1.3). */
export const isPrivate = (digest: string): boolean => digest.includes('"cl":"');

/** Not of the hash: who knows the times could try what else makes it. */
const etagOf = ({ id, modseq }: ItemRow) => `${id.toString(36)}-${modseq.toString(36)}-busy`;

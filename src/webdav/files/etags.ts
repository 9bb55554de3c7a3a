import { createHash } from 'node:crypto';
import type { Expect, FileNode, Received } from '../../stores/files/index.ts';
import type { Seen } from '../types.ts';

/** Strong: every change of the content, and for a folder of anything below it, makes another (RFC 9110 §8.8.3). */
export function etagOf({ account, id, stamp }: Pick<FileNode, 'account' | 'id' | 'stamp'>): string {
  return `"${account.toString(36)}-${id.toString(36)}-${stamp.toString(36)}"`;
}

/** What a write must still find, in the store's words. `node`: what was found, which must still be where it was. */
export function expectOf(
  seen: Seen | undefined,
  node?: Pick<FileNode, 'parent' | 'name'>,
): { readonly expect?: Expect } {
  const at = node && { at: { folder: node.parent, name: node.name } };
  if (seen === undefined) return at ? { expect: at } : {};
  if (seen.etag === null) return { expect: { stamp: null, ...at } };
  const stamp = /^"[^"]*-([0-9a-z]+)"$/.exec(seen.etag)?.[1];
  // An ETag that is not of ours never was what stood there.
  return { expect: { stamp: stamp === undefined ? -1 : Number.parseInt(stamp, 36), ...at } };
}

/** Changes with everything that can be seen of what others share; '' where there is nothing. */
export function digestOf(received: readonly Received[]): string {
  if (received.length === 0) return '';
  const hash = createHash('sha256');
  for (const { share, node, name, rights } of received) {
    hash.update(JSON.stringify([share.id, name, rights, node.account, node.id, node.stamp]));
  }
  return hash.digest('hex').slice(0, 16);
}

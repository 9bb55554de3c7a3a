import { Readable } from 'node:stream';
import { StoreError } from '../../base/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import type { FilesHouse } from './house.ts';

/** Content for a guest: whoever begins at the first byte takes one download off the link. */
export function countedOpen(
  { files, sharing }: FilesHouse,
  token: string,
  node: FileNode,
  range?: readonly [start: number, end: number],
): Readable {
  if (range && range[0] > 0) return files.open(node, range);
  async function* counted(): AsyncIterable<unknown> {
    if (!(await sharing.countDownload(token)))
      throw new StoreError('limit', 'the link has no downloads left');
    yield* files.open(node, range);
  }
  return Readable.from(counted(), { objectMode: false });
}

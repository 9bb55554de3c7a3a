import { createWriteStream } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileNode, FilesReader } from '../../stores/files/index.ts';
import type { Session } from '../admin/index.ts';
import { filesPageRows } from '../limits.ts';

async function* membersOf(files: FilesReader, { account, id }: FileNode): AsyncGenerator<FileNode> {
  for (let after = ''; ; ) {
    const page = await files.list(account, id, after, filesPageRows);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < filesPageRows) return;
    after = last.name;
  }
}

/** Writes a member's tree below `dir` as it is, with the times of its files; answers how many files. */
export async function exportFiles(
  files: FilesReader,
  account: number,
  dir: string,
  session: Session,
): Promise<number> {
  let written = 0;
  const total = (await files.usage(account)).files;
  const write = async (folder: FileNode, path: string): Promise<void> => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    for await (const node of membersOf(files, folder)) {
      session.signal.throwIfAborted();
      // No name in a tree has a slash, nor is one '.' or '..'.
      const target = join(path, node.name);
      if (node.kind === 'folder') {
        await write(node, target);
        continue;
      }
      await pipeline(files.open(node), createWriteStream(target, { mode: 0o600, flags: 'wx', flush: true }));
      await utimes(target, node.modifiedMs / 1000, node.modifiedMs / 1000);
      written++;
      if (written % 100 === 0) session.progress({ what: 'files exported', done: written, total });
    }
  };
  await write(await files.root(account), dir);
  return written;
}

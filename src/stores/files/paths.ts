import type { FileNode, FilesReader } from './types.ts';

/** Names from the top of a tree down to a node; the top itself has none. `chain`: as `FilesReader.chain` answers it. */
export const namesDown = (chain: readonly FileNode[]): string[] =>
  chain
    .map(({ name }) => name)
    .filter((name) => name !== '')
    .reverse();

/** Where a node is, as the owner of its tree sees it; null where that is nowhere. */
export async function pathTo(
  files: Pick<FilesReader, 'chain'>,
  account: number,
  id: number,
): Promise<string | null> {
  const chain = await files.chain(account, id);
  return chain.length === 0 ? null : namesDown(chain).join('/');
}

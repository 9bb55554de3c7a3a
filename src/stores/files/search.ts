import { StoreError } from '../../base/index.ts';
import { SearchMeter, type SearchRow, testOf } from './judge.ts';
import { limits } from './limits.ts';
import type { FileNode, FileSearch } from './types.ts';

type Pages = (folder: number, after: string) => Promise<readonly FileNode[]>;

export const searchRow = (node: FileNode): SearchRow => ({
  isCollection: node.kind === 'folder',
  value: (what) => node[what],
});

/**
 * Looks through all that lies below a folder, a page at a time. StoreError 'limit' where that is more than a search may
 * look at. Paths are from that folder.
 */
export async function searchFiles(
  pages: Pages,
  { folder, where, max }: FileSearch,
): Promise<readonly { readonly node: FileNode; readonly path: readonly string[] }[]> {
  const test = testOf(where);
  const meter = new SearchMeter();
  const most = Math.min(max, limits.searchResultsMax);
  const found: { node: FileNode; path: readonly string[] }[] = [];
  const waiting: { id: number; path: readonly string[] }[] = [{ id: folder, path: [] }];
  let seen = 0;
  for (let next = waiting.pop(); next && found.length < most; next = waiting.pop()) {
    let after = '';
    for (;;) {
      const page = await pages(next.id, after);
      seen += page.length;
      if (seen > limits.searchedRowsMax)
        throw new StoreError('limit', `a search looks at no more than ${limits.searchedRowsMax} names`);
      // An empty folder costs a look too.
      meter.spend(limits.searchRowStepsCount);
      for (const node of page) {
        await meter.rest();
        if (meter.isOver) throw new StoreError('limit', 'the search is too much work: ask for less of it');
        const path = [...next.path, node.name];
        if (node.kind === 'folder') waiting.push({ id: node.id, path });
        if (found.length < most && test(searchRow(node), meter)) found.push({ node, path });
      }
      await meter.rest();
      after = page.at(-1)?.name ?? '';
      if (page.length < limits.stepRows || found.length >= most) break;
    }
  }
  return found;
}

import { StoreError } from '../../base/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import type { Resource, SyncAbility } from '../types.ts';
import type { Placed } from './house.ts';

interface Folder extends Placed {
  entry(node: FileNode, name: string): Resource;
}

/** Of which folder: a token of one says nothing of another (RFC 6578 §3.2). */
const prefixOf = ({ node }: Placed): string => `${node.account.toString(36)}-${node.id.toString(36)}-`;

function sinceOf(folder: Placed, token: string): string {
  if (token === '') return '';
  const prefix = prefixOf(folder);
  if (!token.startsWith(prefix)) throw new StoreError('invalid', 'the token is of another collection');
  return token.slice(prefix.length);
}

/** What changed among the names of a folder; of what lies below them each folder tells itself. */
export function syncOf(folder: Folder): SyncAbility {
  const { node, scene } = folder;
  return {
    token: async () => `${prefixOf(folder)}${node.modseq}`,
    async changes(since, max) {
      const { changed, gone, token, more } = await scene.house.files.changes(
        node.account,
        node.id,
        sinceOf(folder, since),
        max,
      );
      return {
        changed: changed.map((each) => folder.entry(each, each.name)),
        gone: gone.map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name)),
        token: prefixOf(folder) + token,
        more,
      };
    },
  };
}

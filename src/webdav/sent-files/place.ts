import { StoreError } from '../../base/index.ts';
import {
  type FileNode,
  type FilesWriter,
  fileNameOf,
  numbered,
  type Place,
  rootFolder,
  type Staged,
} from '../../stores/files/index.ts';
import { sentNamesMax } from './limits.ts';

/** The folder of a member's tree that holds what they sent, by month. */
export const chatFolderName = 'Chat';

/** Whether those are the folders above something that was sent and not moved since: the nearest first, the root last. */
export const isBelowChat = (above: readonly Pick<FileNode, 'name'>[]): boolean =>
  /^Chat(?: \(\d+\))?$/.test(above.at(-2)?.name ?? '');

/** Tries names with numbers until one is free. Throws StoreError `exists` where none is. */
async function firstFree<T>(name: string, attempt: (name: string) => Promise<T | null>): Promise<T> {
  for (let number = 1; number <= sentNamesMax; number++) {
    const made = await attempt(number === 1 ? name : numbered(name, number));
    if (made !== null) return made;
  }
  throw new StoreError('exists', 'there are too many files of that name');
}

const isTaken = (error: unknown): boolean =>
  error instanceof StoreError && (error.reason === 'exists' || error.reason === 'conflict');

/** The folder of that name, made where it is missing; beside a file of that name another one. */
function folderIn(files: FilesWriter, account: number, above: number, name: string): Promise<number> {
  return firstFree(name, async (wish) => {
    const find = async () => {
      const { chain, missing } = await files.find(account, [wish], above);
      return missing.length > 0 ? null : (chain.at(-1) ?? null);
    };
    const found = await find();
    if (found !== null) return found.kind === 'folder' ? found.id : null;
    try {
      const made = await files.makeFolder(
        { account, folder: above, name: wish },
        { by: { member: account, tokens: [] } },
      );
      return made.id;
    } catch (error) {
      // Another file came at the same time.
      if (!isTaken(error)) throw error;
      const made = await find();
      return made?.kind === 'folder' ? made.id : null;
    }
  });
}

/** Gives a content that came a place below the member's folder of what they sent. StoreErrors are those of `put`. */
export async function keepSent(
  files: FilesWriter,
  account: number,
  { name, type }: { readonly name: string; readonly type: string },
  staged: Staged,
  nowMs: number,
): Promise<FileNode> {
  const month = new Date(nowMs).toISOString().slice(0, 7);
  const chat = await folderIn(files, account, rootFolder, chatFolderName);
  const folder = await folderIn(files, account, chat, month);
  return firstFree(fileNameOf(name), async (wish) => {
    const place: Place = { account, folder, name: wish };
    try {
      const options = { by: { member: account, tokens: [] }, expect: { stamp: null } };
      const put = await files.put(place, staged, type === '' ? options : { ...options, type });
      return put.node;
    } catch (error) {
      if (isTaken(error)) return null;
      throw error;
    }
  });
}

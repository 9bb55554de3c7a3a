import type { Readable } from 'node:stream';
import { publicAccount } from '../../accounts/index.ts';
import { type Clock, StoreError } from '../../base/index.ts';
import type { BlobStore, Database } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { filesOperations as operations } from './module.ts';
import { isName, nameKey } from './names.ts';
import type { Reserves } from './reserves.ts';
import { readToken } from './scripts/changes.ts';
import { type Node, nameOf } from './scripts/tree.ts';
import { searchFiles } from './search.ts';
import { shownChanges, shownIn, shownLock, shownNode, shownVersion } from './shown.ts';
import {
  type DeadProperty,
  type FileLock,
  type FileNode,
  type FileSearch,
  type FilesReader,
  type FileVersion,
  type FolderChanges,
  type FoundPath,
  rootFolder,
  type TrashEntry,
  type Usage,
  type VersionedFile,
} from './types.ts';

/** The `files` of the settings; asked each time, for they may change. Bytes and milliseconds. */
export interface FilesSettings {
  readonly quota: number;
  readonly file: number;
  readonly versions: { readonly count: number; readonly age: number };
  readonly trash: number;
  readonly kept: number;
}

export interface FilesStoreOptions {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly settings: () => FilesSettings;
  /** A name that the first folder of a member's tree cannot hold: the server shows something of its own there. */
  readonly reservedName?: string;
  /** What is on its way in; that of `createUploads`, where there is one. */
  readonly reserves?: Reserves;
}

/** Names as far as they can be names: what follows cannot be there. */
function keysOf(path: readonly string[]): string[] {
  const end = path.findIndex((name) => !isName(name));
  return path.slice(0, end < 0 ? path.length : end).map(nameKey);
}

function foundPath(rows: readonly Node[], path: readonly string[]): FoundPath {
  return { chain: rows.map(shownNode), missing: path.slice(rows.length - 1) };
}

/** The trees of files over one database and one blob store, as they are read. */
export class FilesStoreReader implements FilesReader {
  protected readonly options: FilesStoreOptions;
  protected readonly database: Database;

  constructor(options: FilesStoreOptions) {
    this.options = options;
    this.database = options.database;
  }

  protected now(): number {
    return this.options.clock.nowMs();
  }

  /** What an account may use where nothing was set for it; the co-op's own has no limit. */
  protected quotaOf(account: number): number | null {
    return account === publicAccount ? null : this.options.settings().quota;
  }

  async root(account: number): Promise<FileNode> {
    const { chain } = await this.find(account, []);
    const [root] = chain;
    if (!root) throw new Error('a tree without a root');
    return root;
  }

  async find(account: number, path: readonly string[], from = rootFolder): Promise<FoundPath> {
    const args = { account, from, keys: keysOf(path) };
    let rows = await this.database.call(operations.find, args);
    if (rows === null) {
      await this.database.call(operations.provision, { account, now: this.now() });
      rows = await this.database.call(operations.find, args);
    }
    if (rows === null) throw new StoreError('not-found', 'the folder is not there');
    return foundPath(rows, path);
  }

  async findInTrash(account: number, entry: number, path: readonly string[]): Promise<FoundPath> {
    const rows = await this.database.call(operations.findInTrash, { account, entry, keys: keysOf(path) });
    return foundPath(rows, path);
  }

  async node(account: number, id: number): Promise<FileNode | null> {
    return (await this.chain(account, id))[0] ?? null;
  }

  async chain(account: number, id: number): Promise<readonly FileNode[]> {
    return (await this.database.call(operations.chain, { account, node: id })).map(shownNode);
  }

  async list(account: number, folder: number, after: string, max: number): Promise<readonly FileNode[]> {
    const most = Math.min(max, limits.pageRowsMax);
    const page = { account, folder, after: nameKey(after), max: most };
    const rows = await this.database.call(operations.list, page);
    return rows.map((row) => shownIn(account, folder, row));
  }

  async changes(account: number, folder: number, since: string, max: number): Promise<FolderChanges> {
    const most = Math.max(1, Math.min(max, limits.pageRowsMax));
    const args = { account, folder, from: readToken(since), max: most };
    return shownChanges(await this.database.call(operations.changes, args));
  }

  search(
    search: FileSearch,
  ): Promise<readonly { readonly node: FileNode; readonly path: readonly string[] }[]> {
    return searchFiles((folder, after) => this.list(search.account, folder, after, limits.stepRows), search);
  }

  open({ hash }: Pick<FileNode, 'hash'>, range?: readonly [start: number, end: number]): Readable {
    return this.options.blobs.stream(hash, range);
  }

  readNow({ hash, size }: Pick<FileNode, 'hash' | 'size'>): Buffer | null {
    const { blobs } = this.options;
    if (!blobs.isAtHand(hash, size)) return null;
    const bytes = Buffer.allocUnsafe(size);
    return blobs.readNow(hash, 0, bytes) ? bytes : null;
  }

  async properties(account: number, node: number): Promise<readonly DeadProperty[]> {
    return (await this.propertiesOf(account, [node])).found.get(node) ?? [];
  }

  async propertiesOf(
    account: number,
    nodes: readonly number[],
  ): Promise<{ readonly found: ReadonlyMap<number, readonly DeadProperty[]>; readonly taken: number }> {
    const { rows, taken } = await this.database.call(operations.properties, { account, nodes });
    const found = new Map<number, DeadProperty[]>();
    for (const { node, namespace, name, xml } of rows) {
      const those = found.get(node);
      if (those) those.push({ namespace, name, xml });
      else found.set(node, [{ namespace, name, xml }]);
    }
    return { found, taken };
  }

  async locksOn(account: number, node: number): Promise<readonly FileLock[]> {
    const held = await this.database.call(operations.locksOn, { account, node, now: this.now() });
    return held.map(shownLock);
  }

  async locksIn(
    account: number,
    nodes: readonly number[],
  ): Promise<ReadonlyMap<number, readonly FileLock[]>> {
    const held = await this.database.call(operations.locksIn, { account, nodes, now: this.now() });
    const found = new Map<number, FileLock[]>();
    for (const lock of held.map(shownLock)) found.set(lock.node, [...(found.get(lock.node) ?? []), lock]);
    return found;
  }

  async usage(account: number): Promise<Usage> {
    const { quota, ...used } = await this.database.call(operations.usage, { account });
    return { ...used, quota: quota ?? this.quotaOf(account) };
  }

  async versions(account: number, node: number): Promise<readonly FileVersion[]> {
    return (await this.database.call(operations.versions, { account, node })).map(shownVersion);
  }

  async versioned(
    account: number,
    after: number,
    max: number,
  ): Promise<{ readonly files: readonly VersionedFile[]; readonly next: number | null }> {
    const most = Math.min(max, limits.stepRows);
    const { files, next } = await this.database.call(operations.versioned, { account, after, max: most });
    const shown = files.map(({ chain, versions, bytes }) => {
      const path = chain.slice(0, -1).map(nameOf).reverse();
      return { node: shownNode(chain[0]), path, versions, bytes };
    });
    return { files: shown, next };
  }

  async trash(account: number, after: number, max: number): Promise<readonly TrashEntry[]> {
    const most = Math.min(max, limits.pageRowsMax);
    const rows = await this.database.call(operations.trash, { account, after, max: most });
    return rows.map(({ entry, node }) => ({
      node: shownNode(node),
      from: JSON.parse(entry.path) as string[],
      removedMs: entry.removed,
      by: entry.by,
    }));
  }
}

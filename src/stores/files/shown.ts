import type { Changed } from './scripts/changes.ts';
import type { Lock } from './scripts/locks.ts';
import { type Listed, type Node, nameOf, stampOf } from './scripts/tree.ts';
import { kinds } from './tables.ts';
import type { FileLock, FileNode, FileVersion, FolderChanges } from './types.ts';

/** A row as it is shown to others. */
export function shownNode(row: Node): FileNode {
  return shownIn(row.account, row.parent, row);
}

/** The same where the folder that it is in was asked for. */
export function shownIn(account: number, parent: number, row: Listed): FileNode {
  const { id, kind, hash, size, type, created, modified, modseq, checksum } = row;
  return {
    account,
    id,
    parent,
    kind: kind === kinds.folder ? 'folder' : 'file',
    name: nameOf(row),
    hash,
    size,
    type,
    createdMs: created,
    modifiedMs: modified,
    modseq,
    stamp: stampOf(row),
    checksum,
  };
}

export function shownLock({ expires, ...lock }: Lock): FileLock {
  return { ...lock, expiresMs: expires };
}

export function shownVersion(row: {
  readonly number: number;
  readonly hash: string;
  readonly size: number;
  readonly type: string;
  readonly modified: number;
  readonly replaced: number;
}): FileVersion {
  const { number, hash, size, type, modified, replaced } = row;
  return { number, hash, size, type, modifiedMs: modified, replacedMs: replaced };
}

export function shownChanges({ changed, gone, token, more }: Changed): FolderChanges {
  return {
    changed: changed.map(shownNode),
    gone: gone.map(({ name, kind }) => ({ name, kind: kind === kinds.folder ? 'folder' : 'file' })),
    token,
    more,
  };
}

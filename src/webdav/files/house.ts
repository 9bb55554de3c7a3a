import type { Accounts } from '../../accounts/index.ts';
import type { FileLock, FileNode, FilesWriter, Sharing } from '../../stores/files/index.ts';
import type { Resource, Visit } from '../types.ts';
import type { Reach } from './reach.ts';

/** What the spaces of files stand on. */
export interface FilesHouse {
  readonly files: FilesWriter;
  readonly sharing: Sharing;
  readonly accounts: Pick<Accounts, 'byName' | 'member' | 'handleOf' | 'groupsOf'>;
  /** Name of the folder in every home that holds what others share. */
  readonly sharedName: string;
  /** More headers for who reads or has written a node. */
  headersOf?(node: FileNode): Readonly<Record<string, string>>;
}

/** One visitor in one tree. */
export interface Scene {
  readonly house: FilesHouse;
  readonly visit: Visit;
  readonly reach: Reach;
}

/** A node where its visitor sees it. */
export interface Placed extends Pick<Resource, 'path' | 'isCollection'> {
  readonly scene: Scene;
  readonly node: FileNode;
  /** Ids of the folders from the top of the reach down to the one it is in. */
  readonly trail: readonly number[];
  /** Locks that hold there, once they were read; null after they may have changed. */
  held: readonly FileLock[] | null;
}

import type { Readable } from 'node:stream';

/** The folder that every tree begins with; it has no name and no parent. */
export const rootFolder = 1;

/** What is at a place in a tree: a member's, or the co-op's (`publicAccount`). */
export interface FileNode {
  /** Whose tree it is in. */
  readonly account: number;
  /** Stable for as long as it exists, wherever it moves; never given twice within an account. */
  readonly id: number;
  /** 0 for the root folder. */
  readonly parent: number;
  readonly kind: 'folder' | 'file';
  /** As the client sent it. Two names of a folder differ by their NFC form, case included. */
  readonly name: string;
  /** SHA-256 of the content, lower-case hex; '' for folders. */
  readonly hash: string;
  /** Bytes; of a folder, of all that is below it. */
  readonly size: number;
  /** Media type; '' for folders. */
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** The same; of the content, or what the client said of it. Of a folder: when its list of names last changed. */
  readonly modifiedMs: number;
  /** Modseq of the last change of it, of its properties, or of anything below it. */
  readonly modseq: number;
  /** Modseq of the last change of the content; of a folder the same as `modseq`. With `id` it makes the ETag. */
  readonly stamp: number;
  /** As its uploader named it, such as `SHA1:…` (lower-case hex); '' for none. */
  readonly checksum: string;
}

/** Where a path leads. */
export interface FoundPath {
  /** From the folder where the walk began to the deepest that is there; never empty. */
  readonly chain: readonly FileNode[];
  /** The names that are not there, in the order of the path. */
  readonly missing: readonly string[];
}

/** A dead property (RFC 4918 §4): kept as the bytes came. */
export interface DeadProperty {
  /** Name space URI; '' for none. */
  readonly namespace: string;
  readonly name: string;
  /** The whole element as it stands by itself, name spaces in scope declared on it, xml:lang too; UTF-8. */
  readonly xml: string;
}

/** Null in place of the XML removes the property; removing what is not there is no fault (RFC 4918 §14.23). */
export interface DeadPropertyChange {
  readonly namespace: string;
  readonly name: string;
  readonly xml: string | null;
}

/** A write lock (RFC 4918 §6). */
export interface FileLock {
  /** `urn:uuid:…` */
  readonly token: string;
  readonly account: number;
  /** What it was taken on. */
  readonly node: number;
  readonly scope: 'exclusive' | 'shared';
  readonly depth: '0' | 'infinity';
  /** Inner XML of DAV:owner as the client gave it; '' for none. */
  readonly owner: string;
  /** The member who took it, or the `guestPrincipal` of the link by which it was taken. */
  readonly principal: number;
  /** Path by which it was taken, percent-encoded: DAV:lockroot. */
  readonly root: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
  /** How long it was taken for, seconds. */
  readonly seconds: number;
}

/** Who writes, and what they hold: a write below a lock that is not among `tokens` is refused with 'locked'. */
export interface By {
  /** The member; 0 for a guest of a public link. */
  readonly member: number;
  readonly tokens: readonly string[];
  /** Whose locks are theirs; absent: the member. Of a link's guests it is `guestPrincipal`. */
  readonly principal?: number;
}

/** What was seen when the conditions of a request were judged; a write that finds something else is refused with 'conflict'. */
export interface Expect {
  /** The stamp of what stood there; null: nothing did. */
  readonly stamp?: number | null;
  /** Where it stood: what has left that place since is refused with 'not-found'. */
  readonly at?: { readonly folder: number; readonly name: string };
}

/** A place for something: a folder that is there, and a name in it. */
export interface Place {
  readonly account: number;
  readonly folder: number;
  readonly name: string;
}

/** Content that is durable and that no file has yet. `release` ends the hold, whether it was used or not. */
export interface Staged {
  readonly hash: string;
  readonly size: number;
  release(): void;
}

export interface PutOptions {
  readonly by: By;
  readonly expect?: Expect;
  /** Media type; absent: found out from the name. */
  readonly type?: string;
  readonly modifiedMs?: number;
  readonly createdMs?: number;
  readonly checksum?: string;
}

export interface Put {
  readonly node: FileNode;
  /** False: it replaced a content, which is now a version. */
  readonly created: boolean;
}

export interface MoveOptions {
  readonly by: By;
  readonly overwrite: boolean;
  /** Of what is moved or copied. */
  readonly expect?: Expect;
  /** Asked before what was copied in steps takes its place: meanwhile whoever asked may have lost the right to it. */
  readonly still?: () => Promise<void>;
}

export interface Moved {
  readonly node: FileNode;
  readonly replaced: boolean;
}

/** What became of a folder's names since a modseq (RFC 6578), oldest change first. */
export interface FolderChanges {
  readonly changed: readonly FileNode[];
  readonly gone: readonly { readonly name: string; readonly kind: 'folder' | 'file' }[];
  /** Ask from here next time; letters of a URI. What a folder has now is the decimal of its `modseq`. */
  readonly token: string;
  /** There is more between `token` and now. */
  readonly more: boolean;
}

export interface FileVersion {
  /** Counts up within a file. */
  readonly number: number;
  readonly hash: string;
  readonly size: number;
  readonly type: string;
  readonly modifiedMs: number;
  /** When a newer content took its place. */
  readonly replacedMs: number;
}

/** A file that has versions. */
export interface VersionedFile {
  readonly node: FileNode;
  /** Names from the root on, its own last. */
  readonly path: readonly string[];
  /** How many, and their bytes. */
  readonly versions: number;
  readonly bytes: number;
}

/** What was removed and can be had back. */
export interface TrashEntry {
  readonly node: FileNode;
  /** Path of the folder it was in, as names were then. */
  readonly from: readonly string[];
  readonly removedMs: number;
  /** Who removed it. */
  readonly by: number;
}

export interface Usage {
  /** Bytes of what stands in the tree. */
  readonly used: number;
  /** Null: no limit. */
  readonly quota: number | null;
  /** Bytes of versions and of the trash. */
  readonly kept: number;
  readonly files: number;
  readonly folders: number;
}

/** RFC 5323 DAV:basicsearch, as far as it can be answered from rows. `like` has `%` and `_` as there (§5.17). */
export interface FileSearch {
  readonly account: number;
  readonly folder: number;
  readonly where: FileCondition;
  readonly max: number;
}

export type FileCondition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FileCondition[] }
  | { readonly kind: 'not'; readonly of: FileCondition }
  | {
      readonly kind: 'like';
      readonly what: 'name' | 'type';
      readonly pattern: string;
      readonly caseless: boolean;
    }
  | {
      readonly kind: 'compare';
      readonly what: 'name' | 'type' | 'size' | 'modifiedMs' | 'createdMs';
      readonly by: 'eq' | 'lt' | 'lte' | 'gt' | 'gte';
      readonly value: string | number;
      readonly caseless: boolean;
    }
  | { readonly kind: 'collection' }
  | { readonly kind: 'all' };

export interface FilesReader {
  /** The tree's first folder, made where it is missing. */
  root(account: number): Promise<FileNode>;
  /** Walks names from `from` (the root where absent). StoreError 'not-found' where `from` is not there. */
  find(account: number, path: readonly string[], from?: number): Promise<FoundPath>;
  /** Null too for what lies in the trash. */
  node(account: number, id: number): Promise<FileNode | null>;
  /** A node and the folders above it, nearest first, the root last; empty where it is not there, or lies in the trash. */
  chain(account: number, id: number): Promise<readonly FileNode[]>;
  /** A page of a folder by name, after that name; '' begins. */
  list(account: number, folder: number, after: string, max: number): Promise<readonly FileNode[]>;
  /**
   * `since`: a `token`, the decimal of the folder's modseq as it was, or '' for the beginning. StoreError 'not-found',
   * 'invalid' for a token that was never given out or whose news are forgotten.
   */
  changes(account: number, folder: number, since: string, max: number): Promise<FolderChanges>;
  search(
    search: FileSearch,
  ): Promise<readonly { readonly node: FileNode; readonly path: readonly string[] }[]>;
  /** The bytes [start, end) or all. StoreError 'not-found' or 'corrupt' when read. */
  open(node: Pick<FileNode, 'hash'>, range?: readonly [start: number, end: number]): Readable;
  /** All of a small content, where nothing has to be waited for; null: `open` it. */
  readNow(node: Pick<FileNode, 'hash' | 'size'>): Buffer | null;
  properties(account: number, node: number): Promise<readonly DeadProperty[]>;
  /**
   * The same of many, by id; ids without any are left out. What takes much is not read at once: `taken` is of how many,
   * from the first on, they are, one at least.
   */
  propertiesOf(
    account: number,
    nodes: readonly number[],
  ): Promise<{ readonly found: ReadonlyMap<number, readonly DeadProperty[]>; readonly taken: number }>;
  /** Locks that hold at a node: its own and those of depth infinity above it. */
  locksOn(account: number, node: number): Promise<readonly FileLock[]>;
  /** Locks of the members of a folder, for a listing: by id, their own alone; those from above are the folder's. */
  locksIn(account: number, nodes: readonly number[]): Promise<ReadonlyMap<number, readonly FileLock[]>>;
  usage(account: number): Promise<Usage>;
  versions(account: number, node: number): Promise<readonly FileVersion[]>;
  /** By the id of the file, after that one; what lies in the trash is left out. `next`: to go on after, null at the end. */
  versioned(
    account: number,
    after: number,
    max: number,
  ): Promise<{ readonly files: readonly VersionedFile[]; readonly next: number | null }>;
  /** By the id of the node, after that one. */
  trash(account: number, after: number, max: number): Promise<readonly TrashEntry[]>;
  /** The same as `find` from an entry of the trash. 'not-found' where there is no such entry. */
  findInTrash(account: number, entry: number, path: readonly string[]): Promise<FoundPath>;
}

/**
 * Everything here resolves when it is durable. Refusals are StoreErrors: 'not-found' (a parent or the thing itself),
 * 'exists', 'conflict' (`expect`), 'locked', 'over-quota', 'too-large', 'limit', 'invalid' (a name that cannot be one),
 * 'no-space'. Nothing half-written is ever seen. The reserved name of a root is taken: 'exists'.
 */
export interface FilesWriter extends FilesReader {
  /**
   * Takes bytes in. 'over-quota' as soon as they do not fit into the account, 'too-large' beyond a file's limit.
   * `replaced`: bytes of what they will take the place of; `counted`: so many of them are held for uploads already.
   * Release what it answers, whether it was put or not.
   */
  stage(
    account: number,
    data: Buffer | AsyncIterable<Uint8Array>,
    declared?: number | null,
    replaced?: number,
    counted?: number,
  ): Promise<Staged>;
  /** Gives a place that content; a folder that stands there is refused with 'exists'. */
  put(place: Place, content: Staged, options: PutOptions): Promise<Put>;
  makeFolder(
    place: Place,
    options: { readonly by: By; readonly properties?: readonly DeadPropertyChange[] },
  ): Promise<FileNode>;
  /** Into the trash, whole; `forGood` past it. */
  remove(
    account: number,
    node: number,
    options: { readonly by: By; readonly expect?: Expect; readonly forGood?: boolean },
  ): Promise<void>;
  /** Within a tree or into another; within one it costs the same however much lies below. */
  move(
    from: { readonly account: number; readonly node: number },
    to: Place,
    options: MoveOptions,
  ): Promise<Moved>;
  /** Contents are shared, properties are copied, locks are not. `depth` 0: a folder without what is in it. */
  copy(
    from: { readonly account: number; readonly node: number },
    to: Place,
    options: MoveOptions & { readonly depth: '0' | 'infinity' },
  ): Promise<Moved>;
  /** All or none. */
  setProperties(
    account: number,
    node: number,
    changes: readonly DeadPropertyChange[],
    options: { readonly by: By; readonly modifiedMs?: number; readonly expect?: Expect },
  ): Promise<FileNode>;
  /**
   * 'locked' where another lock stands in the way: `details.root` says of what. `untilMs`: when it ends at the latest,
   * since what lets its owner write ends then; 0: never.
   */
  lock(
    wish: Omit<FileLock, 'token' | 'expiresMs'> & { readonly untilMs?: number },
    expect?: Expect,
  ): Promise<FileLock>;
  /** Null where no such lock holds at the node. */
  refreshLock(
    account: number,
    node: number,
    token: string,
    by: number,
    seconds: number,
    untilMs?: number,
  ): Promise<FileLock | null>;
  /**
   * False where there is none of that token at the node; 'denied' where it is another's, but for who owns the tree
   * (RFC 3744 §3.5).
   */
  unlock(account: number, node: number, token: string, by: number): Promise<boolean>;
  restoreVersion(account: number, node: number, number: number, by: By): Promise<FileNode>;
  /** For good. 'not-found'. */
  removeVersion(account: number, node: number, number: number): Promise<void>;
  /**
   * To a place of that tree: 'exists' where something stands there. Without one back where it was, or into the root where
   * that folder is gone; then a name that is taken gets a number.
   */
  restoreTrash(account: number, node: number, by: By, to?: Omit<Place, 'account'>): Promise<FileNode>;
  /** For good. Absent: all of it. */
  emptyTrash(account: number, node?: number): Promise<void>;
  /** Null: what the settings say. */
  setQuota(account: number, bytes: number | null): Promise<void>;
  /**
   * What is too old or too much of versions, trash, tombstones and locks goes, in bounded steps: `between` is awaited
   * there, and what it throws ends it.
   */
  purge(between?: () => Promise<void>): Promise<void>;
  /** Lets go of everything of a member. */
  erase(account: number): Promise<void>;
}

/** What a share lets its receiver do; each holds what stands before it. */
export type ShareRights = 'read' | 'write' | 'reshare';

export interface Share {
  readonly id: number;
  /** Whose tree the shared node is in. */
  readonly account: number;
  readonly node: number;
  readonly to:
    | { readonly kind: 'member'; readonly member: number }
    | { readonly kind: 'group'; readonly address: string };
  readonly rights: ShareRights;
  /** Who shared it. */
  readonly by: number;
  readonly createdMs: number;
  /** 0: does not end. */
  readonly expiresMs: number;
}

/** A share as its receiver sees it: `Shared/<name>`. */
export interface Received {
  readonly share: Share;
  readonly node: FileNode;
  readonly name: string;
  /** The most that any share of this node gives the receiver. */
  readonly rights: ShareRights;
}

/** `/s/<token>` (CONTRACT.md). */
export interface Link {
  readonly token: string;
  readonly account: number;
  readonly node: number;
  readonly by: number;
  /** `drop`: uploads go in, nothing can be seen. */
  readonly rights: 'read' | 'write' | 'drop';
  readonly hasPassword: boolean;
  readonly label: string;
  readonly createdMs: number;
  /** 0: does not end. */
  readonly expiresMs: number;
  /** Downloads left; null: no limit. */
  readonly downloadsLeft: number | null;
  readonly downloads: number;
  /** Changes with its password: what was opened with the old one is closed. */
  readonly version: number;
}

export interface LinkWish {
  readonly account: number;
  readonly node: number;
  readonly by: number;
  readonly rights: Link['rights'];
  readonly password?: string;
  readonly label?: string;
  readonly expiresMs?: number;
  readonly downloadsMax?: number;
}

/** Who may see whose files. `groups`: canonical addresses of the groups that the member is in. */
export interface SharingReader {
  receivedBy(member: number, groups: readonly string[]): Promise<readonly Received[]>;
  sharesOf(account: number, node: number): Promise<readonly Share[]>;
  /** All that a member shared with others, or that others shared on from it. */
  sharesBy(member: number): Promise<readonly Share[]>;
  share(id: number): Promise<Share | null>;
  /** Null where it is revoked, over, used up, its node is gone, or who made it may no longer share. */
  link(token: string): Promise<Link | null>;
  /** Those that are over or used up among them; so of `linksBy`. */
  linksOf(account: number, node: number): Promise<readonly Link[]>;
  /** What a member made, and what others made of the member's files. */
  linksBy(member: number): Promise<readonly Link[]>;
  /** What a member marked; also what they see no more. */
  favouritesOf(member: number): Promise<readonly { readonly account: number; readonly node: number }[]>;
  /** Whom an address names: a member or a group; null for nobody of ours. */
  receiver(address: string): Promise<Share['to'] | null>;
}

export interface Sharing extends SharingReader {
  /**
   * One share per node, receiver and sharer: a second one changes its rights. 'not-found', 'limit', 'invalid' (the root
   * folder, or with oneself), 'denied' where `by` is neither the owner nor somebody who may share it on.
   */
  grant(wish: Omit<Share, 'id' | 'createdMs'>): Promise<Share>;
  changeShare(
    id: number,
    change: { readonly rights?: ShareRights; readonly expiresMs?: number },
  ): Promise<Share>;
  /** A group is no more: one that is made under its address later has nothing of what it had. */
  forgetGroup(address: string): Promise<void>;
  /** With what was shared on from it. */
  revoke(id: number): Promise<void>;
  /** The receiver's own name for it below Shared/. 'exists'. */
  renameReceived(member: number, share: number, name: string): Promise<void>;
  /** The receiver does not want to see it any more. */
  leave(member: number, share: number): Promise<void>;
  /** As `grant`; 'denied' also where the settings let nobody make links. */
  createLink(wish: LinkWish): Promise<Link>;
  changeLink(
    token: string,
    change: Partial<Pick<LinkWish, 'rights' | 'label' | 'expiresMs'>> & {
      readonly password?: string | null;
      readonly downloadsMax?: number | null;
    },
  ): Promise<Link>;
  revokeLink(token: string): Promise<void>;
  /**
   * argon2id, off the loop; false costs the same as true. 'limit' (`retryAfterMs`) after too many wrong ones from
   * `remote`, 'unavailable' where too many wait. True for a link without a password.
   */
  checkPassword(token: string, password: string, remote: string): Promise<boolean>;
  /** Takes one download off; false where none is left. */
  countDownload(token: string): Promise<boolean>;
  /** For the member alone; the node stays as it is. 'limit'. */
  setFavourite(member: number, node: Pick<FileNode, 'account' | 'id'>, isOne: boolean): Promise<void>;
  /** What is long over, and what hung on nodes that are gone, goes; `between` as of the files. */
  purge(between?: () => Promise<void>): Promise<void>;
  /** What the member shared, was given and made public. */
  erase(member: number): Promise<void>;
}

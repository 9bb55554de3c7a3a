import type { Readable } from 'node:stream';
import {
  type FileLock,
  type FileNode,
  namesDown,
  type Received,
  type DeadProperty as StoredProperty,
} from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import type {
  Ace,
  Collection,
  Content,
  CopyTarget,
  DavPrivilege,
  LockAbility,
  PropertyChanges,
  QName,
  Ready,
  Resource,
  SearchCondition,
  SyncAbility,
  Visit,
  WriteOptions,
  Written,
} from '../types.ts';
import { acesOf } from './acl.ts';
import { etagOf, expectOf } from './etags.ts';
import type { Placed, Scene } from './house.ts';
import { listPageRows } from './limits.ts';
import { heldBy, locksOf } from './locks.ts';
import { sameName } from './names.ts';
import { countedOpen } from './public-downloads.ts';
import { allows } from './reach.ts';
import { demandReached } from './still.ts';
import { syncOf } from './sync.ts';
import { byOf, discreetly, store } from './writes.ts';

/** Names the property by which a member marks what they like. */
export const favouriteKey = 'oc-favorite';

/** Where a node stands for its visitor. */
export interface Spot {
  readonly node: FileNode;
  readonly path: readonly string[];
  /** Ids of the folders from the top of the reach down to the one it is in. */
  readonly trail: readonly number[];
  /** It is what somebody shared, as it stands in `Shared/` itself. */
  readonly received?: Received;
}

/** A file or a folder of a tree, as one visitor may see it. */
export abstract class Entry implements Resource, Placed {
  abstract readonly kind: string;
  abstract readonly isCollection: boolean;
  readonly scene: Scene;
  readonly node: FileNode;
  readonly path: readonly string[];
  readonly trail: readonly number[];
  readonly received: Received | null;
  held: readonly FileLock[] | null = null;
  /** Read beforehand, for a listing. */
  dead: readonly StoredProperty[] | null = null;

  constructor(scene: Scene, { node, path, trail, received }: Spot) {
    this.scene = scene;
    this.node = node;
    this.path = path;
    this.trail = trail;
    this.received = received ?? null;
  }

  get locks(): LockAbility {
    return locksOf(this);
  }

  get etag(): string | null {
    return etagOf(this.node);
  }

  get displayName(): string {
    return this.path.at(-1) ?? '';
  }

  get length(): number | null {
    return null;
  }

  get type(): string | null {
    return null;
  }

  get modifiedMs(): number {
    return this.node.modifiedMs;
  }

  get createdMs(): number {
    return this.node.createdMs;
  }

  get owner(): readonly string[] | null {
    return this.scene.reach.owner;
  }

  may(privilege: DavPrivilege): boolean {
    return allows(this.scene.reach.right, privilege);
  }

  headers(): Readonly<Record<string, string>> {
    return this.scene.house.headersOf?.(this.node) ?? {};
  }

  acl(): Promise<readonly Ace[]> {
    return acesOf(this);
  }

  deadProperties(): Ready<readonly StoredProperty[]> {
    return this.dead ?? this.scene.house.files.properties(this.node.account, this.node.id);
  }

  async patch(changes: PropertyChanges, { visit, seen }: WriteOptions): Promise<void> {
    const modified = changes.live.get('modifiedMs');
    if (changes.live.has(favouriteKey)) await this.#mark(visit, changes.live.get(favouriteKey) === true);
    if (changes.dead.length === 0 && typeof modified !== 'number') return;
    const set = this.scene.house.files.setProperties(this.node.account, this.node.id, changes.dead, {
      by: byOf(visit),
      ...expectOf(seen, this.node),
      ...(typeof modified === 'number' ? { modifiedMs: modified } : {}),
    });
    await discreetly(this.scene, set);
  }

  /** Everybody has favourites of their own, also among what they may only read. */
  async #mark({ visitor }: Visit, isOne: boolean): Promise<void> {
    if (visitor.kind !== 'member') throw new DavError(403, 'who has a link has no favourites');
    await this.scene.house.sharing.setFavourite(visitor.member.id, this.node, isOne);
  }

  async remove({ visit, seen }: WriteOptions): Promise<void> {
    const { house } = this.scene;
    const by = byOf(visit);
    this.#demandBelowLink();
    if (this.received) return house.sharing.leave(by.member, this.received.share.id);
    this.#refuseTop();
    const removed = house.files.remove(this.node.account, this.node.id, {
      by,
      ...expectOf(seen, this.node),
    });
    await discreetly(this.scene, removed);
  }

  /** What a link leads to has a name in its owner's folder, which the link does not give. */
  #demandBelowLink(): void {
    const { visit, reach } = this.scene;
    if (visit.visitor.kind === 'guest' && this.path.length === reach.path.length)
      throw new DavError(403, 'what a link leads to stays where it is');
  }

  async copyTo(target: CopyTarget, { visit, seen }: WriteOptions): Promise<Written> {
    const parent = folderOf(target);
    const done = this.scene.house.files.copy(
      { account: this.node.account, node: this.node.id },
      parent.place(target.name),
      {
        by: byOf(visit),
        overwrite: target.existing !== null,
        depth: target.depth,
        still: this.#still(parent, target, 'read'),
        ...expectOf(seen, this.node),
      },
    );
    const { node, replaced } = await discreetly(this.scene, done);
    return parent.written(node, target.name, !replaced);
  }

  async moveTo(target: CopyTarget, options: WriteOptions): Promise<Written> {
    this.#demandBelowLink();
    if (this.received) return this.#rename(this.received, target, options);
    this.#refuseTop();
    const parent = folderOf(target);
    const done = this.scene.house.files.move(
      { account: this.node.account, node: this.node.id },
      parent.place(target.name),
      {
        by: byOf(options.visit),
        overwrite: target.existing !== null,
        still: this.#still(parent, target, 'read', 'unbind'),
        ...expectOf(options.seen, this.node),
      },
    );
    const { node, replaced } = await discreetly(this.scene, done);
    return parent.written(node, target.name, !replaced);
  }

  /** What many files need goes on for long: both ends are judged again before it is there. */
  #still({ scene, node }: FolderEntry, target: CopyTarget, ...privileges: readonly DavPrivilege[]) {
    const ofPlace = target.existing === null ? (['bind'] as const) : (['bind', 'unbind'] as const);
    return async () => {
      await demandReached(this.scene, this.node.id, ...privileges);
      await demandReached(scene, node.id, ...ofPlace);
    };
  }

  /** What a link leads to is not in what it gives: whoever may take things out of it may not take it away itself. */
  #refuseTop(): void {
    if (this.node.id === this.scene.reach.top.id)
      throw new DavError(403, 'the top of a tree stays where it is');
  }

  /** What was shared stays where its owner has it; only the receiver's name for it changes. */
  async #rename(received: Received, target: CopyTarget, { visit }: WriteOptions): Promise<Written> {
    if (target.parent.kind !== 'shared' || target.existing !== null)
      throw new DavError(403, 'what others share cannot be moved away; it can be copied');
    await this.scene.house.sharing.renameReceived(byOf(visit).member, received.share.id, target.name);
    const path = [...target.parent.path, target.name];
    const scene = { ...this.scene, reach: { ...this.scene.reach, path } };
    const renamed = entryOf(scene, {
      node: this.node,
      path,
      trail: [],
      received: { ...received, name: target.name },
    });
    return { resource: renamed, created: true, verbatim: true };
  }
}

export class FileEntry extends Entry {
  readonly kind = 'file';
  readonly isCollection = false;

  override get length(): number {
    return this.node.size;
  }

  override get type(): string {
    return this.node.type;
  }

  get wholeOnly(): boolean {
    return this.scene.reach.counted === true;
  }

  open(range?: readonly [start: number, end: number]): Readable {
    const { visit, house } = this.scene;
    if (visit.visitor.kind === 'guest') return countedOpen(house, visit.visitor.token, this.node, range);
    return house.files.open(this.node, range);
  }

  readNow(): Buffer | null {
    const { visit, house } = this.scene;
    // What guests read is counted, and that is written down.
    return visit.visitor.kind === 'guest' ? null : house.files.readNow(this.node);
  }

  async put(content: Content, options: WriteOptions): Promise<Written> {
    const { account, parent, name } = this.node;
    const place = { account, folder: parent, name };
    const { node, created } = await store(this.scene, place, content, options, this.node);
    const { path, trail, received } = this;
    const resource = new FileEntry(this.scene, { node, path, trail, ...(received ? { received } : {}) });
    return { resource, created, verbatim: true, ...headersFor(this.scene, node) };
  }
}

export class FolderEntry extends Entry implements Collection {
  readonly kind: string = 'folder';
  readonly isCollection = true;

  get sync(): SyncAbility {
    return syncOf(this);
  }

  /** For something new. DavError 403 for the name of the folder that the server itself has in every home. */
  place(name: string) {
    const { reach, house } = this.scene;
    if (reach.right === 'own' && this.node.parent === 0 && sameName(name, house.sharedName))
      throw new DavError(403, 'that name is the server’s');
    return { account: this.node.account, folder: this.node.id, name };
  }

  /** What stands below it by that name. */
  entry(node: FileNode, name: string): Entry {
    return entryOf(this.scene, { node, path: [...this.path, name], trail: [...this.trail, this.node.id] });
  }

  /** What lies anywhere below it; null for what does not. */
  async descendant({ account, id }: Pick<FileNode, 'account' | 'id'>): Promise<Entry | null> {
    if (account !== this.node.account) return null;
    const chain = await this.scene.house.files.chain(account, id);
    const here = chain.findIndex((each) => each.id === this.node.id);
    const below = chain.slice(0, Math.max(here, 0));
    const [node, ...above] = below;
    if (!node) return null;
    const trail = [...this.trail, this.node.id, ...above.reverse().map((folder) => folder.id)];
    return entryOf(this.scene, { node, path: [...this.path, ...namesDown(below)], trail });
  }

  written(node: FileNode, name: string, created: boolean): Written {
    return { resource: this.entry(node, name), created, verbatim: true, ...headersFor(this.scene, node) };
  }

  async *members(wanted: {
    readonly dead: boolean;
    readonly locks: boolean;
  }): AsyncIterable<readonly Resource[]> {
    const { files } = this.scene.house;
    const { account, id } = this.node;
    // What holds here and below holds at each of them too.
    const above = wanted.locks ? (await heldBy(this)).filter(({ depth }) => depth === 'infinity') : [];
    const trail = [...this.trail, id];
    for (let after = ''; ; ) {
      const nodes = await files.list(account, id, after, listPageRows);
      const ids = nodes.map((node) => node.id);
      const locks = wanted.locks ? await files.locksIn(account, ids) : null;
      // Much of what members keep in properties is read as it is answered, not before.
      for (let at = 0; at < nodes.length; ) {
        const dead = wanted.dead ? await files.propertiesOf(account, ids.slice(at)) : null;
        const page = nodes.slice(at, dead ? at + dead.taken : nodes.length).map((node) => {
          const each = entryOf(this.scene, { node, path: [...this.path, node.name], trail });
          if (dead) each.dead = dead.found.get(node.id) ?? [];
          if (locks) each.held = [...above, ...(locks.get(node.id) ?? [])];
          return each;
        });
        at += page.length;
        yield page;
      }
      const last = nodes.at(-1);
      if (last === undefined || nodes.length < listPageRows) return;
      after = last.name;
    }
  }

  async create(name: string, content: Content, options: WriteOptions): Promise<Written> {
    const { node, created } = await store(this.scene, this.place(name), content, options);
    return this.written(node, name, created);
  }

  async makeCollection(
    name: string,
    types: readonly QName[],
    changes: PropertyChanges,
    { visit }: WriteOptions,
  ): Promise<Written> {
    if (types.length > 0)
      throw new DavError(403, 'a folder cannot be of that type', { condition: '<D:valid-resourcetype/>' });
    const made = this.scene.house.files.makeFolder(this.place(name), {
      by: byOf(visit),
      ...(changes.dead.length === 0 ? {} : { properties: changes.dead }),
    });
    const node = await discreetly(this.scene, made);
    return this.written(node, name, true);
  }

  async search(where: SearchCondition, max: number): Promise<readonly Resource[]> {
    const { account, id } = this.node;
    const found = await this.scene.house.files.search({ account, folder: id, where, max });
    // Of the folders between nothing more is known than their names.
    return found.map(({ node, path }) =>
      entryOf(this.scene, { node, path: [...this.path, ...path], trail: [...this.trail, id] }),
    );
  }

  async quota() {
    const { node, scene } = this;
    const usage = await scene.house.files.usage(node.account);
    const available = usage.quota === null ? null : Math.max(0, usage.quota - usage.used);
    // Of a tree that is another's no more is told than what the visitor sees of it.
    const used = scene.reach.right === 'own' ? usage.used : scene.reach.top.size;
    return { used, available };
  }
}

export function entryOf(scene: Scene, spot: Spot): FileEntry | FolderEntry {
  return spot.node.kind === 'folder' ? new FolderEntry(scene, spot) : new FileEntry(scene, spot);
}

function headersFor({ house }: Scene, node: FileNode): Pick<Written, 'headers'> {
  return house.headersOf ? { headers: house.headersOf(node) } : {};
}

function folderOf({ parent, existing }: CopyTarget): FolderEntry {
  if (!(parent instanceof FolderEntry) || (existing !== null && !(existing instanceof Entry)))
    throw new DavError(403, 'it cannot be put there');
  return parent;
}

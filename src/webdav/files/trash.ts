import type { Readable } from 'node:stream';
import type { FileNode, Place, TrashEntry } from '../../stores/files/index.ts';
import { Bare, nothing } from '../bare.ts';
import { DavError } from '../errors.ts';
import type {
  Collection,
  CopyTarget,
  DavPrivilege,
  Found,
  Resource,
  Space,
  Visit,
  WriteOptions,
  Written,
} from '../types.ts';
import { FolderEntry } from './entries.ts';
import { etagOf } from './etags.ts';
import type { FilesHouse } from './house.ts';
import { listPageRows, trashPageRows } from './limits.ts';
import { allows } from './reach.ts';
import { type OwnPlace, ownPlace } from './space.ts';
import { demandReached } from './still.ts';
import { byOf, demandFree, discreetly } from './writes.ts';

/** One visitor in their own trash. */
interface Bin extends Pick<OwnPlace, 'account' | 'owner'> {
  readonly house: FilesHouse;
}

/**
 * `/dav/trash/<member>/…`: what was removed, as `<id>-<name>`, since several may have had one name. MOVE out of it has
 * it back, DELETE ends it. `below`: names between the member's and the entries'; `back`: a collection to MOVE into
 * that means "where it was".
 */
export function trashSpace(
  house: FilesHouse,
  { name = 'trash', below = [], back }: { name?: string; below?: readonly string[]; back?: string } = {},
): Space {
  return {
    name,
    async find(visit, path) {
      const own = await ownPlace(house, visit, path);
      if (!own) return nothing;
      const { handle, names } = own;
      const bin: Bin = { ...own, house };
      const top = [name, handle];
      if (back !== undefined && names[0] === back) return findBack(bin, [...top, back], names.slice(1));
      if (names.length < below.length || below.some((each, index) => names[index] !== each)) return nothing;
      return findRemoved(bin, [...top, ...below], names.slice(below.length));
    },
  };
}

async function findRemoved(bin: Bin, path: readonly string[], names: readonly string[]): Promise<Found> {
  const [first, ...more] = names;
  const trash = new TrashFolder(bin, path);
  if (first === undefined) return { ...nothing, resource: trash };
  const id = Number(/^([1-9]\d{0,14})-/.exec(first)?.[1] ?? 0);
  const entry = id === 0 ? null : await entryAt(bin, id);
  const removed = entry && new Removed(bin, [...path, nameOf(entry.node)], entry);
  if (!removed || nameOf(removed.node) !== first) return { resource: null, parent: trash, name: first };
  if (more.length === 0) return { resource: removed, parent: trash, name: first };
  const { chain, missing } = await bin.house.files.findInTrash(bin.account, id, more);
  const last = chain.at(-1);
  if (missing.length > 0 || !last) return nothing;
  return { ...nothing, resource: new RemovedPart(bin, [...removed.path, ...more], last) };
}

async function entryAt({ house, account }: Bin, id: number): Promise<TrashEntry | null> {
  const [entry] = await house.files.trash(account, id - 1, 1);
  return entry?.node.id === id ? entry : null;
}

const nameOf = ({ id, name }: FileNode): string => `${id}-${name}`;

abstract class InTrash extends Bare {
  readonly bin: Bin;

  constructor(bin: Bin, path: readonly string[]) {
    super(path);
    this.bin = bin;
  }

  override get owner(): readonly string[] {
    return this.bin.owner;
  }

  may(privilege: DavPrivilege): boolean {
    return allows('own', privilege);
  }
}

class TrashFolder extends InTrash implements Collection {
  readonly kind = 'trash';
  readonly isCollection = true;

  async *members(): AsyncIterable<readonly Resource[]> {
    const { house, account } = this.bin;
    for (let after = 0; ; ) {
      const entries = await house.files.trash(account, after, trashPageRows);
      if (entries.length > 0)
        yield entries.map((entry) => new Removed(this.bin, [...this.path, nameOf(entry.node)], entry));
      const last = entries.at(-1);
      if (!last || entries.length < trashPageRows) return;
      after = last.node.id;
    }
  }

  async remove(): Promise<void> {
    await this.bin.house.files.emptyTrash(this.bin.account);
  }
}

/** A file or folder in the trash, or within a folder there. */
class RemovedPart extends InTrash {
  readonly kind: string = 'removed-part';
  readonly node: FileNode;
  readonly open?: (range?: readonly [start: number, end: number]) => Readable;

  constructor(bin: Bin, path: readonly string[], node: FileNode) {
    super(bin, path);
    this.node = node;
    if (node.kind === 'file') this.open = (range) => bin.house.files.open(node, range);
  }

  get isCollection(): boolean {
    return this.node.kind === 'folder';
  }

  override get etag(): string {
    return etagOf(this.node);
  }

  override get length(): number | null {
    return this.node.kind === 'file' ? this.node.size : null;
  }

  override get type(): string | null {
    return this.node.kind === 'file' ? this.node.type : null;
  }

  override get modifiedMs(): number {
    return this.node.modifiedMs;
  }

  override get createdMs(): number {
    return this.node.createdMs;
  }

  async *members(): AsyncIterable<readonly Resource[]> {
    const { house, account } = this.bin;
    if (this.node.kind !== 'folder') return;
    for (let after = ''; ; ) {
      const nodes = await house.files.list(account, this.node.id, after, listPageRows);
      if (nodes.length > 0)
        yield nodes.map((node) => new RemovedPart(this.bin, [...this.path, node.name], node));
      const last = nodes.at(-1);
      if (!last || nodes.length < listPageRows) return;
      after = last.name;
    }
  }
}

export class Removed extends RemovedPart {
  override readonly kind = 'removed';
  readonly entry: TrashEntry;

  constructor(bin: Bin, path: readonly string[], entry: TrashEntry) {
    super(bin, path, entry.node);
    this.entry = entry;
  }

  override get displayName(): string {
    return this.node.name;
  }

  async remove(): Promise<void> {
    await this.bin.house.files.emptyTrash(this.bin.account, this.node.id);
  }

  /** In one write within the tree. Into another it goes by way of where it was, and back where that is refused. */
  async moveTo(target: CopyTarget, { visit }: WriteOptions): Promise<Written> {
    const { house, account } = this.bin;
    const { parent, name, existing } = target;
    if (parent instanceof Back) return this.#back(visit, [...parent.path, name]);
    if (!(parent instanceof FolderEntry) || existing !== null)
      throw new DavError(403, 'what was removed goes back into a folder, to a name that is free');
    const to = parent.place(name);
    const by = byOf(visit);
    const restore = (place?: Place) =>
      discreetly({ visit }, house.files.restoreTrash(account, this.node.id, by, place));
    if (to.account === account) return parent.written(await restore(to), name, true);
    await demandFree({ house, visit }, to.account, to.folder);
    const { id } = await restore();
    const still = async () => {
      await demandReached(parent.scene, to.folder, 'bind');
    };
    try {
      const moved = house.files.move({ account, node: id }, to, { by, overwrite: false, still });
      return parent.written((await discreetly({ visit }, moved)).node, name, true);
    } catch (error) {
      // Where that is refused too it stays where it was.
      await house.files.remove(account, id, { by }).catch(() => undefined);
      throw error;
    }
  }

  async #back(visit: Visit, path: readonly string[]): Promise<Written> {
    const { house, account } = this.bin;
    const restored = house.files.restoreTrash(account, this.node.id, byOf(visit));
    const node = await discreetly({ visit }, restored);
    return { resource: new RemovedPart(this.bin, path, node), created: true, verbatim: true };
  }
}

/** Where one MOVEs what shall go back where it was; there is never anything in it. */
class Back extends InTrash implements Collection {
  readonly kind = 'trash-back';
  readonly isCollection = true;

  async *members(): AsyncIterable<readonly Resource[]> {}
}

function findBack(bin: Bin, path: readonly string[], names: readonly string[]): Found {
  const back = new Back(bin, path);
  if (names.length === 0) return { ...nothing, resource: back };
  return names.length === 1 ? { resource: null, parent: back, name: names[0] ?? '' } : nothing;
}

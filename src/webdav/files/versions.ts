import type { Readable } from 'node:stream';
import type { FileNode, FileVersion } from '../../stores/files/index.ts';
import { bareFolder, nothing } from '../bare.ts';
import { DavError } from '../errors.ts';
import type {
  Collection,
  CopyTarget,
  DavPrivilege,
  Found,
  Resource,
  Space,
  WriteOptions,
  Written,
} from '../types.ts';
import { FolderEntry } from './entries.ts';
import type { FilesHouse } from './house.ts';
import { placeOf } from './numbers.ts';
import { allows } from './reach.ts';
import { ownPlace } from './space.ts';
import { byOf, discreetly } from './writes.ts';

/**
 * `/dav/versions/<member>/<file id>/<number>`: what a file was before; the id is the `numberOf` of its node. MOVE or COPY
 * of one onto the file, or into the collection `restore`, makes it the content again. A segment `versions` behind the
 * member's, as Nextcloud has it, is read over. DELETE ends one for good.
 */
export function versionsSpace(house: FilesHouse): Space {
  const name = 'versions';
  return {
    name,
    async find(visit, path) {
      const own = await ownPlace(house, visit, path);
      if (!own) return nothing;
      const { handle, names } = own;
      const [first, ...others] = names;
      if (first === 'restore') return findRestore([name, handle, first], others);
      const below = first === name ? [first] : [];
      const [segment, number, ...more] = below.length > 0 ? others : names;
      const place = segment === undefined || more.length > 0 ? null : placeOf(segment);
      if (segment === undefined || place?.account !== own.account) return nothing;
      const file = await house.files.node(place.account, place.id);
      if (file?.kind !== 'file') return nothing;
      return findVersion(house, file, [name, handle, ...below, segment], number);
    },
  };
}

const mayAll = (privilege: DavPrivilege) => allows('own', privilege);

async function findVersion(
  house: FilesHouse,
  file: FileNode,
  path: readonly string[],
  number: string | undefined,
): Promise<Found> {
  const versions = await house.files.versions(file.account, file.id);
  const all = versions.map((each) => new Version(house, file, each, path));
  const folder: Collection = {
    ...bareFolder(path),
    kind: 'versions',
    may: mayAll,
    async *members() {
      yield all;
    },
  };
  if (number === undefined) return { ...nothing, resource: folder };
  const resource = all.find(({ version }) => String(version.number) === number) ?? null;
  return { resource, parent: folder, name: number };
}

/** An earlier content of a file. */
export class Version implements Resource {
  readonly kind = 'version';
  readonly isCollection = false;
  readonly path: readonly string[];
  readonly version: FileVersion;
  readonly owner = null;
  readonly #house: FilesHouse;
  readonly #file: FileNode;

  constructor(house: FilesHouse, file: FileNode, version: FileVersion, folder: readonly string[]) {
    this.#house = house;
    this.#file = file;
    this.version = version;
    this.path = [...folder, String(version.number)];
  }

  /** A number is never given to another content of the file. */
  get etag(): string {
    return `"${this.#file.account.toString(36)}-${this.#file.id.toString(36)}-v${this.version.number}"`;
  }

  get displayName(): string {
    return this.#file.name;
  }

  get length(): number {
    return this.version.size;
  }

  get type(): string {
    return this.version.type;
  }

  get modifiedMs(): number {
    return this.version.modifiedMs;
  }

  get createdMs(): number {
    return this.version.modifiedMs;
  }

  may(privilege: DavPrivilege): boolean {
    return allows('own', privilege);
  }

  open(range?: readonly [start: number, end: number]): Readable {
    return this.#house.files.open(this.version, range);
  }

  /** For good; what the file holds now stays. */
  remove(): Promise<void> {
    return this.#house.files.removeVersion(this.#file.account, this.#file.id, this.version.number);
  }

  moveTo(target: CopyTarget, options: WriteOptions): Promise<Written> {
    return this.copyTo(target, options);
  }

  /** What the file holds now becomes a version itself: nothing is lost. */
  async copyTo({ parent, name, existing }: CopyTarget, { visit }: WriteOptions): Promise<Written> {
    const { account, id } = this.#file;
    const onto =
      parent instanceof FolderEntry &&
      parent.node.account === account &&
      parent.node.id === this.#file.parent &&
      existing?.displayName === this.#file.name;
    if (!onto && parent.kind !== restoreKind)
      throw new DavError(403, 'a version goes back to its file, nowhere else');
    const node = await discreetly(
      { visit },
      this.#house.files.restoreVersion(account, id, this.version.number, byOf(visit)),
    );
    if (parent instanceof FolderEntry) return parent.written(node, name, false);
    return { resource: this, created: true, verbatim: true };
  }
}

const restoreKind = 'versions-back';

function findRestore(path: readonly string[], names: readonly string[]): Found {
  const parent: Collection = { ...bareFolder(path), kind: restoreKind, may: mayAll };
  if (names.length === 0) return { ...nothing, resource: parent };
  return names.length === 1 ? { resource: null, parent, name: names[0] ?? '' } : nothing;
}

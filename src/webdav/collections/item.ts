import { Readable } from 'node:stream';
import { StoreError } from '../../base/index.ts';
import type { ItemRow, NewAttachment } from '../../stores/collections/index.ts';
import { Bare } from '../bare.ts';
import { DavError } from '../errors.ts';
import type { Content, CopyTarget, DavPrivilege, Resource, WriteOptions, Written } from '../types.ts';
import type { CollectionResource } from './collection.ts';
import type { View } from './house.ts';
import { scheduleTagOf } from './tags.ts';
import { demandUid, readWhole, refusalOfUid, removeItem, storeItem } from './writes.ts';

/** A calendar object or a card, as one visitor sees it. */
export class ItemResource extends Bare implements Resource {
  readonly kind: string;
  readonly isCollection = false;
  readonly collection: CollectionResource;
  readonly row: ItemRow;
  #bytes: Buffer | null;
  #view: View | null | undefined;
  #held: Buffer | null = null;

  constructor(collection: CollectionResource, row: ItemRow, bytes: Buffer | null = null) {
    super([...collection.path, row.name]);
    this.kind = collection.scene.flavor.kinds.item;
    this.collection = collection;
    this.row = row;
    this.#bytes = bytes;
  }

  /** How the visitor sees it; null: as it is kept. */
  get view(): View | null {
    const { scene } = this.collection;
    this.#view ??= scene.flavor.view?.(this.row, scene) ?? null;
    return this.#view;
  }

  override get etag(): string {
    return `"${this.view?.etag ?? this.row.hash.slice(0, etagHexDigits)}"`;
  }

  override get length(): number | null {
    return this.view ? null : this.row.size;
  }

  override get type(): string {
    return this.view?.type ?? this.collection.scene.flavor.contentType(this.row);
  }

  override get modifiedMs(): number {
    return this.row.modifiedMs;
  }

  override get createdMs(): number {
    return this.row.createdMs;
  }

  override get owner(): readonly string[] | null {
    return this.collection.scene.owner;
  }

  may(privilege: DavPrivilege): boolean {
    if (!this.collection.may(privilege)) return false;
    return !changes.has(privilege) || this.view?.closed !== true;
  }

  headers(): Readonly<Record<string, string>> {
    const tags = this.view?.closed ? {} : scheduleTagOf(this.row);
    return { ...tags, ...this.collection.scene.flavor.headers };
  }

  /** As the visitor sees them, where they were read beforehand. */
  get held(): Buffer | null {
    if (this.#bytes === null || this.view === null) return this.#bytes;
    this.#held ??= this.view.make(this.#bytes);
    return this.#held;
  }

  /** As they are kept. StoreError 'not-found' where it went meanwhile. */
  async bytes(): Promise<Buffer> {
    const { account, id } = this.row;
    this.#bytes ??= await this.collection.scene.house.collections.bytes(account, id);
    if (this.#bytes === null) throw new StoreError('not-found', 'it is not there any more');
    return this.#bytes;
  }

  /** As the visitor sees them. */
  async shownBytes(): Promise<Buffer> {
    const bytes = await this.bytes();
    return this.held ?? bytes;
  }

  open(range?: readonly [start: number, end: number]): Readable {
    return Readable.from(this.#pieces(range));
  }

  async *#pieces(range?: readonly [start: number, end: number]): AsyncGenerator<Buffer> {
    const bytes = await this.shownBytes();
    yield range ? bytes.subarray(...range) : bytes;
  }

  async put(content: Content, options: WriteOptions): Promise<Written> {
    const bytes = await readWhole(this.collection, content);
    const { name } = this.row;
    return storeItem(this.collection, { name, bytes, type: content.type, existing: this.row, options });
  }

  /** The server writes into it, with what comes along; what was written meanwhile is not written over. */
  rewrite(bytes: Buffer, brought: readonly NewAttachment[], options: WriteOptions): Promise<Written> {
    const { name } = this.row;
    const seen = options.seen ?? { etag: this.etag };
    return storeItem(this.collection, {
      name,
      bytes,
      type: null,
      existing: this.row,
      brought,
      options: { ...options, seen },
    });
  }

  async remove(options: WriteOptions): Promise<void> {
    this.#demandOpen();
    await removeItem(this.collection, this.row, options);
  }

  async copyTo(target: CopyTarget, options: WriteOptions): Promise<Written> {
    this.#demandOpen();
    return storeItem(collectionOf(target, this.collection), {
      name: target.name,
      bytes: await this.bytes(),
      type: null,
      existing: existingOf(target),
      options: { visit: options.visit },
    });
  }

  async moveTo(target: CopyTarget, options: WriteOptions): Promise<Written> {
    this.#demandOpen();
    const to = collectionOf(target, this.collection);
    const { scene, row } = this.collection;
    demandUid(to, existingOf(target), this.row.uid);
    if (to.row.account !== row.account || row.kind !== to.row.kind) return this.#moveAway(target, options);
    scene.flavor.accepts?.(this.row, to.row);
    const move = scene.house.collections.move(
      row.account,
      { collection: row.id, name: this.row.name },
      { collection: to.row.id, name: target.name },
      { expected: { hash: this.row.hash }, quiet: scene.visit.quiet },
    );
    const moved = await refusalOfUid(to, move);
    return { resource: to.item(moved), created: target.existing === null, verbatim: true };
  }

  /** Into another account: it is there before it is not here. */
  async #moveAway(target: CopyTarget, options: WriteOptions): Promise<Written> {
    const written = await this.copyTo(target, options);
    await removeItem(this.collection, this.row, options);
    return written;
  }

  /** What is seen as busy only is neither taken elsewhere nor away. */
  #demandOpen(): void {
    if (this.view?.closed) throw new DavError(403, 'that is its owner’s alone');
  }
}

/** 128 bits of the hash are as good as all of it, and a listing is half as long. */
const etagHexDigits = 32;
const changes: ReadonlySet<DavPrivilege> = new Set(['write-content', 'unbind', 'write-properties']);

function collectionOf({ parent }: CopyTarget, from: CollectionResource): CollectionResource {
  if (isSibling(parent, from)) return parent;
  throw new DavError(403, 'it can only be put where others of its kind are');
}

/** The folder of its kind takes it; files and folders stand elsewhere. */
function isSibling(parent: Resource, from: CollectionResource): parent is CollectionResource {
  return (
    parent.constructor === from.constructor &&
    (parent as CollectionResource).scene.flavor === from.scene.flavor
  );
}

function existingOf({ existing }: CopyTarget): ItemRow | null {
  if (existing === null) return null;
  if (existing instanceof ItemResource && !existing.view?.closed) return existing.row;
  throw new DavError(403, 'what stands there cannot be replaced');
}

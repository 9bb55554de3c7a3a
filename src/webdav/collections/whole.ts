import { Readable } from 'node:stream';
import type { Item } from '../../stores/collections/index.ts';
import { Bare } from '../bare.ts';
import type { DavPrivilege, Resource } from '../types.ts';
import type { CollectionResource } from './collection.ts';

/** How a collection is one text. */
export interface Whole {
  readonly type: string;
  /** Of the name under which it is saved. */
  readonly extension: string;
  /** `items`: as they are kept; what the visitor sees of them is to be answered. */
  join(collection: CollectionResource, items: AsyncIterable<Item>): AsyncIterable<string | Uint8Array>;
}

/** A collection as one text, written while it is read. */
export class WholeCollection extends Bare implements Resource {
  readonly kind: string;
  readonly isCollection = false;
  // Ranges would read all that is before them.
  readonly wholeOnly = true;
  readonly #of: CollectionResource;
  readonly #whole: Whole;

  constructor(of: CollectionResource, whole: Whole) {
    super(of.path);
    this.kind = of.kind;
    this.#of = of;
    this.#whole = whole;
  }

  override get etag(): string | null {
    return this.#of.etag;
  }

  override get type(): string {
    return this.#whole.type;
  }

  override get modifiedMs(): number {
    return this.#of.modifiedMs;
  }

  may(privilege: DavPrivilege): boolean {
    return this.#of.may(privilege);
  }

  headers(): Readonly<Record<string, string>> {
    const plain = this.#of.displayName.toWellFormed().replace(/[/\\\p{Cc}]/gu, '-');
    // RFC 8187 §3.2.1
    const name = encodeURIComponent(plain + this.#whole.extension).replace(
      /['()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return { 'Content-Disposition': `attachment; filename*=UTF-8''${name}`, Vary: 'Accept' };
  }

  open(): Readable {
    return Readable.from(this.#whole.join(this.#of, this.#items()));
  }

  async *#items(): AsyncGenerator<Item> {
    const { row, scene } = this.#of;
    for await (const page of scene.house.collections.itemsWithBytes(row.account, row.id)) yield* page;
  }
}

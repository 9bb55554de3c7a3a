import { StoreError } from '../../../base/index.ts';
import { nextModseq, one, run, type Script } from '../../../storage/index.ts';
import type { CollectionsQueries } from '../queries.ts';
import type { doomedHome } from '../tables.ts';
import type { CollectionKind, Component, Details, Home } from '../types.ts';

/** A collection as its row is. */
export interface Shelf {
  readonly account: number;
  readonly id: number;
  readonly home: Home | typeof doomedHome;
  readonly name: string;
  readonly kind: CollectionKind;
  readonly details: Details;
  readonly items: number;
  readonly bytes: number;
  readonly modseq: number;
  readonly created: number;
  readonly modified: number;
}

/** An item as its row is. */
export interface Entry {
  readonly account: number;
  readonly collection: number;
  readonly name: string;
  readonly id: number;
  readonly uid: string;
  readonly component: Component;
  readonly hash: string;
  readonly size: number;
  readonly first: number;
  readonly last: number;
  readonly digest: string;
  readonly scheduleTag: string;
  readonly created: number;
  readonly modified: number;
  readonly modseq: number;
}

/** Who writes, when, and how much they may keep. */
export interface Write {
  readonly account: number;
  readonly now: number;
  /** Bytes. */
  readonly quota: number;
}

/** What a write answers, and the collections that it moved. */
export interface Done<T> {
  readonly done: T;
  readonly moved: readonly number[];
}

const homes = { calendar: 'calendars', inbox: 'calendars', addressbook: 'contacts' } as const;

/** Also of one that is doomed. */
export const homeOf = ({ kind }: Pick<Shelf, 'kind'>): Home => homes[kind];

export const missing = (what = 'the item') => new StoreError('not-found', `${what} is not there`);

/** StoreError 'not-found' where it is not, or no more, there. */
export function* shelfOf(q: CollectionsQueries, account: number, collection: number): Script<Shelf> {
  const shelf = (yield* run(q.collectionFind, { account, collection }))[0];
  if (!shelf) throw missing('the collection');
  return shelf;
}

export const nothing = { ids: 0, bytes: 0, properties: 0, doomed: 0 } as const;

/** A write to one collection that is under way: what it comes to is written once, at its end. */
export class Growth {
  readonly q: CollectionsQueries;
  readonly write: Write;
  readonly shelf: Shelf;
  readonly #used: number;
  readonly #firstId: number;
  #ids = 0;
  #items = 0;
  #bytes = 0;
  #beside = 0;
  #properties = 0;
  #modseq = 0;
  #modseqsLeft = 0;
  #modseqsAtOnce = 1;
  #moved = false;

  constructor(
    q: CollectionsQueries,
    write: Write,
    shelf: Shelf,
    account: { readonly nextId: number; readonly bytes: number },
  ) {
    this.q = q;
    this.write = write;
    this.shelf = shelf;
    this.#used = account.bytes;
    this.#firstId = account.nextId;
  }

  get items(): number {
    return this.shelf.items + this.#items;
  }

  get moved(): boolean {
    return this.#moved;
  }

  /** How many modseqs are taken from the account's counter at once. */
  foresee(count: number): void {
    this.#modseqsAtOnce = count;
  }

  /** One that no other change has: a page of changes may end after any of them. */
  *modseq(): Script<number> {
    if (this.#modseqsLeft === 0) {
      this.#modseqsLeft = this.#modseqsAtOnce;
      const last = yield* nextModseq(this.q, this.write.account, this.#modseqsLeft);
      this.#modseq = last - this.#modseqsLeft;
    }
    this.#modseqsLeft--;
    this.#moved = true;
    return ++this.#modseq;
  }

  id(): number {
    return this.#firstId + this.#ids++;
  }

  /** StoreError 'over-quota'. */
  demandRoom(bytes: number): void {
    const left = this.write.quota - this.#used - this.#bytes - this.#beside;
    if (bytes > 0 && bytes > left)
      throw new StoreError('over-quota', 'there is no room left', { room: Math.max(0, left) });
  }

  grow({ items = 0, bytes = 0, properties = 0 }): void {
    this.#items += items;
    this.#bytes += bytes;
    this.#properties += properties;
  }

  /** Bytes that are the account's and no item's: attachments. */
  growBeside(bytes: number): void {
    this.#beside += bytes;
  }

  /** Writes what it came to. */
  *end(): Script<void> {
    if (!this.#moved) return;
    const { account, now } = this.write;
    yield* run(this.q.collectionGrow, {
      account,
      collection: this.shelf.id,
      items: this.#items,
      bytes: this.#bytes,
      modseq: this.#modseq,
      now,
    });
    const bytes = this.#bytes + this.#beside;
    if (this.#ids !== 0 || bytes !== 0 || this.#properties !== 0)
      yield* run(this.q.accountGrow, {
        account,
        ...nothing,
        ids: this.#ids,
        bytes,
        properties: this.#properties,
      });
  }
}

export function* growthOf(q: CollectionsQueries, write: Write, collection: number): Script<Growth> {
  const shelf = yield* shelfOf(q, write.account, collection);
  const account = one(yield* run(q.accountFind, { account: write.account }));
  return new Growth(q, write, shelf, account);
}

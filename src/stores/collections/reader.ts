import { type Clock, StoreError } from '../../base/index.ts';
import type { BlobStore, Database } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { collectionsOperations as operations } from './module.ts';
import { nameKey } from './names.ts';
import { readToken, writeToken } from './scripts/changes.ts';
import type { SpanKey } from './scripts/reading.ts';
import { shownCollection, shownItem, shownWithBytes } from './shown.ts';
import { noFirst, noLast } from './tables.ts';
import type {
  Changes,
  CollectionRow,
  CollectionsReader,
  Home,
  Item,
  ItemRow,
  KeptProperty,
  Moved,
  Span,
} from './types.ts';

/** Asked each time, for they may change. */
export interface CollectionsSettings {
  /** Bytes that the items and attachments of one account may take. */
  readonly quota: number;
}

export interface CollectionsOptions {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly settings: () => CollectionsSettings;
  /** Called after the commit of each write that moved a collection. */
  readonly onChanged?: (moved: Moved) => void;
}

/** Calendars and address books over one database, as they are read. */
export class CollectionsStoreReader implements CollectionsReader {
  protected readonly options: CollectionsOptions;
  protected readonly database: Database;

  constructor(options: CollectionsOptions) {
    this.options = options;
    this.database = options.database;
  }

  async collections(account: number, home: Home): Promise<readonly CollectionRow[]> {
    return (await this.database.call(operations.collections, { account, home })).map(shownCollection);
  }

  async collection(account: number, home: Home, name: string): Promise<CollectionRow | null> {
    const args = { account, home, name: nameKey(name) };
    const found = await this.database.call(operations.collection, args);
    return found && shownCollection(found);
  }

  async collectionById(account: number, id: number): Promise<CollectionRow | null> {
    const found = await this.database.call(operations.collectionById, { account, collection: id });
    return found && shownCollection(found);
  }

  async item(account: number, collection: number, name: string): Promise<ItemRow | null> {
    const args = { account, collection, name: nameKey(name) };
    const found = await this.database.call(operations.item, args);
    return found && shownItem(found);
  }

  async itemById(account: number, id: number): Promise<ItemRow | null> {
    const found = await this.database.call(operations.itemById, { account, item: id });
    return found && shownItem(found);
  }

  bytes(account: number, id: number): Promise<Buffer | null> {
    return this.database.call(operations.bytes, { account, item: id });
  }

  async itemsNamed(account: number, collection: number, names: readonly string[]): Promise<readonly Item[]> {
    if (names.length > limits.namesPerReadMax)
      throw new StoreError('limit', `at most ${limits.namesPerReadMax} names are read at once`);
    const found: Item[] = [];
    for (let wanted = [...new Set(names.map(nameKey))]; wanted.length > 0; ) {
      const args = { account, collection, names: wanted };
      const { items, next } = await this.database.call(operations.itemsNamed, args);
      found.push(...items.map(shownWithBytes));
      if (next === null) break;
      const seen = new Set(items.map(({ row }) => row.name));
      wanted = wanted.filter((name) => !seen.has(name));
    }
    return found;
  }

  async *items(account: number, collection: number): AsyncIterable<readonly ItemRow[]> {
    for (let after = ''; ; ) {
      const args = { account, collection, after, max: limits.pageRowsMax };
      const page = await this.database.call(operations.items, args);
      if (page.length > 0) yield page.map(shownItem);
      const last = page.at(-1);
      if (!last || page.length < limits.pageRowsMax) return;
      after = last.name;
    }
  }

  async *itemsWithBytes(account: number, collection: number): AsyncIterable<readonly Item[]> {
    for (let after: string | null = ''; after !== null; ) {
      const args = { account, collection, after, max: limits.stepRows };
      const page: Awaited<ReturnType<typeof this.pageWithBytes>> = await this.pageWithBytes(args);
      if (page.items.length > 0) yield page.items;
      after = page.next;
    }
  }

  protected async pageWithBytes(args: { account: number; collection: number; after: string; max: number }) {
    const { items, next } = await this.database.call(operations.itemsWithBytes, args);
    return { items: items.map(shownWithBytes), next };
  }

  async *within(account: number, collection: number, span: Span): AsyncIterable<readonly ItemRow[]> {
    const { startMs, endMs, component = '' } = span;
    const asked = { account, collection, component, end: endMs ?? noLast, max: limits.pageRowsMax };
    // Nothing has an end at the start and begins after all: what ends after the start comes next.
    let key: SpanKey = { last: startMs ?? noFirst, first: noLast, kind: '', after: '' };
    for (;;) {
      const page = await this.database.call(operations.within, { ...asked, ...key });
      if (page.length > 0) yield page.map(shownItem);
      const end = page.at(-1);
      if (!end || page.length < limits.pageRowsMax) return;
      key = { last: end.last, first: end.first, kind: end.component, after: end.name };
    }
  }

  async byUid(account: number, home: Home, uid: string): Promise<readonly Item[]> {
    return (await this.database.call(operations.byUid, { account, home, uid })).map(shownWithBytes);
  }

  async syncToken(account: number, collection: number): Promise<string> {
    const shelf = await this.database.call(operations.collectionById, { account, collection });
    if (!shelf) throw new StoreError('not-found', 'the collection is not there');
    return writeToken({ collection, since: shelf.modseq, begun: 0 });
  }

  async changes(account: number, collection: number, since: string, max: number): Promise<Changes> {
    const from = since === '' ? null : readToken(since);
    if (from === null && since !== '') throw new StoreError('invalid', 'that token was not given out');
    const most = Math.max(1, Math.min(max, limits.pageRowsMax));
    const found = await this.database.call(operations.changes, { account, collection, from, max: most });
    return { ...found, changed: found.changed.map(shownItem) };
  }

  properties(account: number, node: number): Promise<readonly KeptProperty[]> {
    return this.database.call(operations.properties, { account, node });
  }

  async quota(account: number): Promise<{ readonly used: number; readonly available: number }> {
    const used = await this.database.call(operations.used, { account });
    return { used, available: Math.max(0, this.options.settings().quota - used) };
  }
}

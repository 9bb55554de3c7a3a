import { StoreError } from '../../base/index.ts';
import type { ItemRow, NewAttachment } from '../../stores/collections/index.ts';
import { DavError } from '../errors.ts';
import { textOf } from '../prefixes.ts';
import type { Content, WriteOptions, Written } from '../types.ts';
import type { CollectionResource } from './collection.ts';
import { writeAttemptsMax } from './limits.ts';
import { scheduleTagOf } from './tags.ts';

/** A body in memory, as long as an item may be. */
export async function readWhole({ scene }: CollectionResource, { body, length }: Content): Promise<Buffer> {
  const { itemBytesMax, conditions } = scene.flavor;
  const tooLarge = () =>
    new DavError(403, `it is longer than ${itemBytesMax} bytes`, { condition: conditions.tooLarge });
  if (length !== null && length > itemBytesMax) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > itemBytesMax) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

interface Storing {
  readonly name: string;
  readonly bytes: Buffer;
  readonly type: string | null;
  readonly existing: ItemRow | null;
  readonly brought?: readonly NewAttachment[];
  readonly options: WriteOptions;
}

/**
 * Keeps bytes under a name. What follows from a change is made for what stood there before, so it happens only where that
 * still stands there; a client that had no condition does not hear of it.
 */
export async function storeItem(collection: CollectionResource, storing: Storing): Promise<Written> {
  const { scene, row } = collection;
  const { collections } = scene.house;
  const { name, options } = storing;
  let { existing } = storing;
  if (!(await collection.still(existing ? 'write-content' : 'bind')))
    throw new DavError(403, 'that is not allowed any more');
  for (let attempt = 1; ; attempt++) {
    const prepared = await scene.flavor.prepare({ ...storing, scene, collection: row, existing });
    demandUid(collection, existing, prepared.item.uid);
    const { scheduleTag, ...more } = prepared.options ?? {};
    const expected = {
      hash: existing?.hash ?? null,
      ...(scheduleTag === undefined ? {} : { scheduleTag }),
    };
    try {
      const { quiet } = scene.visit;
      const put = collections.put(row.account, row.id, name, prepared.item, { ...more, expected, quiet });
      const { item, created } = await refusalOfUid(collection, put);
      const headers = scheduleTagOf(item);
      return { resource: collection.item(item), created, verbatim: prepared.verbatim, headers };
    } catch (error) {
      const came = error instanceof StoreError && error.reason === 'conflict';
      if (!came || options.seen !== undefined || attempt === writeAttemptsMax) throw error;
      existing = await collections.item(row.account, row.id, name);
      // What came meanwhile may be what the visitor may not replace.
      if (existing && !collection.item(existing).may('write-content')) throw error;
    }
  }
}

/** What stands there keeps its UID: another is something else, with a name of its own (RFC 4791 §5.3.2.1, RFC 6352 §6.3.2.1). */
export function demandUid({ scene, path }: CollectionResource, existing: ItemRow | null, uid: string): void {
  if (existing === null || existing.uid === uid) return;
  const href = textOf(scene.visit.href({ path: [...path, existing.name], isCollection: false }));
  throw new DavError(403, 'what stands there has another UID', {
    condition: scene.flavor.conditions.conflict(`<D:href>${href}</D:href>`, 'collection'),
  });
}

/** A UID that something else has is answered with where that is (RFC 4791 §5.3.2.1, RFC 6352 §6.3.2.1). */
export async function refusalOfUid<T>(collection: CollectionResource, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
    const { scene, row, path } = collection;
    const { name, collection: other } = error.details;
    const here = other === undefined || other === row.id;
    const there = here
      ? row.name
      : (await scene.house.collections.collectionById(row.account, Number(other)))?.name;
    // Who received a calendar does not learn of the owner's others.
    const known = typeof name === 'string' && there !== undefined && (here || collection.share === null);
    const at = known ? [...path.slice(0, -1), here ? (path.at(-1) ?? there) : there, name] : path;
    const href = textOf(scene.visit.href({ path: at, isCollection: !known }));
    const where = here ? 'collection' : 'home';
    throw new DavError(403, 'something else has that UID', {
      condition: scene.flavor.conditions.conflict(`<D:href>${href}</D:href>`, where),
    });
  }
}

/** As it was seen: what somebody changed meanwhile is not removed for who asked before that. */
export async function removeItem(
  { scene, row }: CollectionResource,
  item: ItemRow,
  options: WriteOptions,
): Promise<void> {
  const { collections } = scene.house;
  const { quiet } = scene.visit;
  let current = item;
  for (let attempt = 1; ; attempt++) {
    const more = await scene.flavor.removing?.({ scene, collection: row, item: current, options });
    const expected = { hash: current.hash };
    try {
      return await collections.remove(row.account, row.id, item.name, { ...more, expected, quiet });
    } catch (error) {
      const came = error instanceof StoreError && error.reason === 'conflict';
      if (!came || options.seen !== undefined || attempt === writeAttemptsMax) throw error;
      const now = await collections.item(row.account, row.id, item.name);
      if (now === null) throw new StoreError('not-found', 'it is not there any more');
      current = now;
    }
  }
}

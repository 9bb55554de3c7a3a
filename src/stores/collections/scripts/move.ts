import { StoreError } from '../../../base/index.ts';
import { run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import { checkExpected, demandFreeUid, takeOut, type WriteOptions } from './items.ts';
import { addJobs } from './jobs.ts';
import { type Done, type Entry, type Growth, growthOf, missing, type Write } from './shelf.ts';

export interface MoveArgs extends Write, WriteOptions {
  readonly from: { readonly collection: number; readonly name: string };
  readonly to: { readonly collection: number; readonly name: string };
}

/** The item keeps its id, its UID and all that hangs on it; `expected` is said of what moves. */
export function* move(q: CollectionsQueries, a: MoveArgs): Script<Done<Entry>> {
  const { account, from, to, now } = a;
  const source = yield* growthOf(q, a, from.collection);
  const target = from.collection === to.collection ? source : yield* growthOf(q, a, to.collection);
  const item = (yield* run(q.itemNamed, { account, ...from }))[0];
  if (!item) throw missing();
  checkExpected(item, a.expected);
  if (source === target && from.name === to.name) {
    yield* addJobs(q, a, a.jobs);
    return { done: item, moved: [] };
  }
  if (source.shelf.home !== target.shelf.home)
    throw new StoreError('invalid', 'an item stays in its home: what it is made of is another thing there');
  const replaced = (yield* run(q.itemNamed, { account, ...to }))[0];
  const except = replaced ? [item.id, replaced.id] : [item.id];
  const uniqueInHome = a.uniqueInHome ?? false;
  yield* demandFreeUid(q, target.shelf, { uid: item.uid, except, uniqueInHome });
  if (source !== target && !replaced && target.items >= limits.itemsPerCollectionMax)
    throw new StoreError('limit', `a collection holds at most ${limits.itemsPerCollectionMax} items`);
  if (replaced) yield* takeOut(target, replaced);
  const goneAt = yield* source.modseq();
  const modseq = yield* target.modseq();
  yield* run(q.itemPlace, { account, item: item.id, ...to, modseq });
  yield* run(q.goneAdd, { account, ...from, modseq: goneAt, now });
  yield* run(q.goneDrop, { account, ...to });
  yield* endBoth(source, target, item.size);
  yield* addJobs(q, a, a.jobs);
  const row = { ...item, ...to, modseq };
  return { done: row, moved: [...new Set([from.collection, to.collection])] };
}

function* endBoth(source: Growth, target: Growth, bytes: number): Script<void> {
  if (source === target) return yield* source.end();
  source.grow({ items: -1, bytes: -bytes });
  target.grow({ items: 1, bytes });
  yield* source.end();
  yield* target.end();
}

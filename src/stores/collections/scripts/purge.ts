import { run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import { doomedHome } from '../tables.ts';
import { dropItems } from './items.ts';
import { nothing } from './shelf.ts';

interface Account {
  readonly account: number;
  readonly now: number;
}

/** Items of one collection go, a step of them; answers how many. What they took is told to the account. */
function* dropSome(q: CollectionsQueries, a: Account, collection: number): Script<number> {
  const { account } = a;
  const items = (yield* run(q.itemsOf, { account, collection })).map(({ id }) => id);
  if (items.length === 0) return 0;
  const { attachments, properties } = yield* dropItems(q, a, items);
  const grown = { bytes: -attachments, properties: -properties };
  yield* run(q.accountGrow, { account, ...nothing, ...grown });
  return items.length;
}

/** A step of what was removed with its collection; answers whether there is more. */
export function* bury(q: CollectionsQueries, a: Account): Script<boolean> {
  const { account } = a;
  let left = limits.stepRows;
  for (const { id: collection } of yield* run(q.collectionsIn, { account, home: doomedHome })) {
    const dropped = yield* dropSome(q, a, collection);
    if (dropped < limits.stepRows) {
      yield* run(q.collectionDrop, { account, collection });
      yield* run(q.accountGrow, { account, ...nothing, doomed: -1 });
    }
    left -= dropped + 1;
    if (left <= 0) break;
  }
  return (yield* run(q.collectionsIn, { account, home: doomedHome })).length > 0;
}

/** A step of what is too old; answers whether there is more. */
export function* purgeOld(q: CollectionsQueries, a: Account & { before: number }): Script<boolean> {
  const { account } = a;
  const tombstones = yield* run(q.goneOldest, { account });
  const [{ count } = { count: 0 }] = yield* run(q.goneCount, { account });
  const over = count - limits.tombstonesPerAccountMax;
  // In the order of their modseqs, which is that of time.
  const forgotten = tombstones.filter(({ at }, index) => at < a.before || index < over);
  const modseq = forgotten.at(-1)?.modseq;
  if (modseq !== undefined) {
    yield* run(q.goneForget, { account, modseq });
    yield* run(q.accountForgetUpTo, { account, modseq });
  }
  return forgotten.length >= limits.stepRows;
}

/** One step of letting go of everything of an account, and of what others gave it; answers whether there is more. */
export function* erase(q: CollectionsQueries, a: Account): Script<boolean> {
  const { account } = a;
  const items = yield* run(q.itemsOfAccount, { account });
  const attachments = yield* run(q.attachmentsOfAccount, { account });
  const ids = new Set([...items.map(({ id }) => id), ...attachments.map(({ item }) => item)]);
  if (ids.size > 0) {
    yield* dropItems(q, a, [...ids]);
    return true;
  }
  const ends = [
    q.collectionsDropAll,
    q.goneDropAll,
    q.bytesDropAll,
    q.propertiesDropAll,
    q.jobsDropAll,
    q.sharesDropFrom,
    q.sharesDropTo,
    q.delegatesDropFrom,
    q.delegatesDropTo,
    q.publicationsDropAll,
    q.accountDrop,
  ];
  for (const end of ends) yield* run(end, { account });
  return false;
}

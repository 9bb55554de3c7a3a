import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, one, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import type { CollectionChange, CollectionKind, Details, Home, NewJob, PropertyChange } from '../types.ts';
import { addJobs } from './jobs.ts';
import { dropProperties, setProperties } from './properties.ts';
import { membersOf } from './sharing.ts';
import { type Done, growthOf, homeOf, nothing, type Shelf, shelfOf, type Write } from './shelf.ts';

export const inboxName = 'inbox';

function checkDetails(details: Details): void {
  if (Buffer.byteLength(JSON.stringify(details)) > limits.detailsBytesMax)
    throw new StoreError('limit', `what is said of a collection has at most ${limits.detailsBytesMax} bytes`);
}

interface Making extends Write {
  readonly home: Home;
  readonly kind: CollectionKind;
  readonly name: string;
  readonly details: Details;
  readonly properties: readonly PropertyChange[];
}

function* add(q: CollectionsQueries, a: Omit<Making, 'properties'>): Script<Shelf> {
  const { account, home, name, kind, details, now } = a;
  if ((yield* run(q.collectionNamed, { account, home, name })).length > 0)
    throw new StoreError('exists', 'that name is taken');
  const { nextId: id } = one(yield* run(q.accountFind, { account }));
  yield* run(q.accountGrow, { account, ...nothing, ids: 1 });
  const modseq = yield* nextModseq(q, account);
  return one(yield* run(q.collectionAdd, { account, id, home, name, kind, details, modseq, now }));
}

export function* makeCollection(q: CollectionsQueries, a: Making): Script<Done<Shelf>> {
  const { account, home, kind } = a;
  if (homeOf({ kind }) !== home) throw new StoreError('invalid', 'this home has other collections');
  checkDetails(a.details);
  yield* run(q.accountMake, { account });
  const there = yield* run(q.collectionsIn, { account, home });
  const hasInbox = there.some((shelf) => shelf.kind === 'inbox');
  if (kind === 'inbox' && hasInbox) throw new StoreError('exists', 'there is one inbox');
  if (there.length >= limits.collectionsPerHomeMax)
    throw new StoreError('limit', `a home has at most ${limits.collectionsPerHomeMax} collections`);
  // RFC 6638 §2.2: whoever has a calendar has an inbox.
  if (kind === 'calendar' && !hasInbox) yield* add(q, { ...a, kind: 'inbox', name: inboxName, details: {} });
  const made = yield* add(q, a);
  const properties = yield* setProperties(q, { account, node: made.id, changes: a.properties });
  if (properties !== 0) yield* run(q.accountGrow, { account, ...nothing, properties });
  const { source } = made.details;
  // Whoever reads it finds it with the collection.
  if (source !== undefined)
    yield* addJobs(q, a, [
      { kind: 'subscription', key: `${made.id}`, payload: { collection: made.id, source } },
    ]);
  return { done: made, moved: [made.id] };
}

function changed(details: Details, change: CollectionChange['details'] = {}): Details {
  const kept = Object.entries({ ...details, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Details;
}

export function* changeCollection(
  q: CollectionsQueries,
  a: Write & { collection: number; change: CollectionChange },
): Script<Done<Shelf>> {
  const { account, collection, change } = a;
  const growth = yield* growthOf(q, a, collection);
  const details = changed(growth.shelf.details, change.details);
  if (change.details) checkDetails(details);
  const modseq = yield* growth.modseq();
  growth.grow({
    properties: yield* setProperties(q, { account, node: collection, changes: change.properties ?? [] }),
  });
  yield* growth.end();
  const row = one(yield* run(q.collectionSet, { account, collection, details, modseq, now: a.now }));
  return { done: row, moved: [collection] };
}

/** Out of its home at once; its items go in steps. */
export function* removeCollection(
  q: CollectionsQueries,
  a: Write & { collection: number; jobs: readonly NewJob[] },
): Script<Done<{ readonly home: Home; readonly members: readonly number[] }>> {
  const { account, collection } = a;
  const shelf = yield* shelfOf(q, account, collection);
  const { kind } = shelf;
  if (kind === 'inbox') throw new StoreError('denied', 'the inbox stays');
  yield* nextModseq(q, account);
  yield* run(q.collectionDoom, { account, collection, details: {} });
  const properties = yield* dropProperties(q, account, [collection]);
  yield* run(q.goneDropIn, { account, ids: numbers([collection]) });
  const shares = yield* run(q.sharesDrop, { account, collection });
  yield* run(q.publicationDrop, { account, collection });
  const grown = { bytes: -shelf.bytes, properties: -properties, doomed: 1 };
  yield* run(q.accountGrow, { account, ...nothing, ...grown });
  yield* addJobs(q, a, a.jobs);
  return { done: { home: homeOf({ kind }), members: membersOf(shares) }, moved: [collection] };
}

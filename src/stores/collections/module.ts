import { defineModule, run } from '../../storage/index.ts';
import { jobQueries } from './queries/jobs.ts';
import { collectionsQueries } from './queries.ts';
import { findAttachment } from './scripts/attachments.ts';
import { changes } from './scripts/changes.ts';
import { blobOwners, blobUses, check } from './scripts/checks.ts';
import { changeCollection, makeCollection, removeCollection } from './scripts/collections.ts';
import { put, putMany, remove } from './scripts/items.ts';
import {
  addJobs,
  busyLanes,
  decideHeld,
  heldJobs,
  nextJob,
  restoredJobs,
  settleJob,
  takeJobs,
  waitingJobs,
} from './scripts/jobs.ts';
import { move } from './scripts/move.ts';
import { changeProperties } from './scripts/properties.ts';
import { bury, erase, purgeOld } from './scripts/purge.ts';
import {
  bytes,
  byUid,
  collection,
  collectionById,
  collections,
  item,
  itemById,
  items,
  itemsNamed,
  itemsWithBytes,
  properties,
  used,
  within,
} from './scripts/reading.ts';
import { repair, restored } from './scripts/repair.ts';
import {
  answer,
  delegatedTo,
  delegates,
  forgetGroup,
  give,
  publication,
  publicationOf,
  publish,
  received,
  setDelegates,
  sharesOf,
  standingIn,
  takeBack,
  unpublish,
} from './scripts/sharing.ts';
import { collectionsTables } from './tables.ts';
import type { NewJob } from './types.ts';

/** What the threads run for calendars and address books. */
export const { module: collectionsModule, operations: collectionsOperations } = defineModule({
  name: 'collections',
  tables: collectionsTables,
  queries: collectionsQueries,
  operations: ({ read, recall, scan, write }) => ({
    collections: recall(collections),
    collection: recall(collection),
    collectionById: recall(collectionById),
    item: recall(item),
    itemById: read(itemById),
    bytes: read(bytes),
    items: read(items),
    itemsNamed: read(itemsNamed),
    itemsWithBytes: read(itemsWithBytes),
    within: read(within),
    byUid: read(byUid),
    changes: read(changes),
    properties: read(properties),
    used: recall(used),
    makeCollection: write(makeCollection),
    changeCollection: write(changeCollection),
    removeCollection: write(removeCollection),
    put: write(put),
    putMany: write(putMany),
    remove: write(remove),
    move: write(move),
    changeProperties: write(changeProperties),
    findAttachment: read(findAttachment),
    sharesOf: recall(sharesOf),
    standingIn: read(standingIn),
    received: read(received),
    give: write(give),
    takeBack: write(takeBack),
    answer: write(answer),
    delegates: read(delegates),
    setDelegates: write(setDelegates),
    delegatedTo: read(delegatedTo),
    forgetGroup: write(forgetGroup),
    publish: write(publish),
    unpublish: write(unpublish),
    publication: read(publication),
    publicationOf: read(publicationOf),
    bury: write(bury),
    purgeOld: write(purgeOld),
    erase: write(erase),
    due: scan(function* (q, a: { after: number; before: number }) {
      return yield* run(q.accountsDue, a);
    }),
    check: scan(check),
    blobUses: scan(blobUses),
    blobOwners: scan(blobOwners),
    repair: write(repair),
    restored: write(restored),
  }),
  integrity: (operations) => ({
    checks: [operations.check],
    blobUses: operations.blobUses,
    blobOwners: operations.blobOwners,
    repair: operations.repair,
    restored: operations.restored,
  }),
});

/** Jobs are taken by whoever does them, of all accounts: apart, so that what is known of collections is not forgotten each time. */
export const { module: collectionJobsModule, operations: jobOperations } = defineModule({
  name: 'collectionJobs',
  tables: { sqlite: {}, postgres: {} },
  queries: (context) => jobQueries(context as never),
  operations: ({ read, scan, write }) => ({
    add: write(function* (q, a: { account: number; now: number; job: NewJob }) {
      yield* addJobs(q, a, [a.job]);
    }),
    take: write(takeJobs),
    settle: write(settleJob),
    next: read(nextJob),
    lanes: read(busyLanes),
    waiting: read(waitingJobs),
    held: scan(heldJobs),
    decideHeld: write(decideHeld),
    restored: write(restoredJobs),
  }),
  integrity: (operations) => ({ restored: operations.restored }),
});

/**
 * webdav/collections: what calendars and address books have in common as DAV: a home, collections in it, items in those.
 * A protocol gives a `Flavor`: what it is called, what it takes, how others see it.
 * - A path leads into one account with one right (`rights.ts`); what others share stands in the receiver's own home.
 * - What follows from a write is made for what stood there before, and happens only where that still stands there.
 * - A delegation is of calendars; who has one does not see what others share with its principal.
 */
export { CollectionResource } from './collection.ts';
export { stillActs } from './delegated.ts';
export {
  alarmProperty,
  type Detailed,
  detailOfKey,
  detailProperty,
  isDetailed,
  splitChanges,
} from './details.ts';
export { HomeResource } from './home.ts';
export type { Arriving, CollectionsHouse, Flavor, Leaving, Prepared, Scene, View } from './house.ts';
export { ItemResource } from './item.ts';
export { inboxName, receivedName } from './names.ts';
export * from './query/index.ts';
export type { Right } from './rights.ts';
export { collectionsSpace, homeOf } from './space.ts';
export type { Whole } from './whole.ts';

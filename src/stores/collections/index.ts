/**
 * stores/collections: calendars and address books: collections of small texts that clients sync.
 * - A collection belongs to one account and one home; ids are an account's, shared by collections and items, never given
 *   twice. Names are NFC. Items are kept as they came; what formats made of them once answers most questions.
 * - A write takes a modseq of the account and leaves it on the item and on its collection: the sync token. Each change has
 *   one of its own, so that a page of changes may end after any. Names that went leave tombstones until they are forgotten.
 * - `put` judges in its transaction what the caller saw (`expected`), the UID, the quota. The same bytes change nothing.
 * - Jobs are written with their cause and stay until they are done; a claim that runs out is taken again.
 * - A collection that is removed is out of its home at once; its items go in bounded steps that a crash may interrupt.
 * - What `watch` was given is called after the commit of each write that moved a collection.
 */
export { limits as collectionsLimits } from './limits.ts';
export { collectionJobsModule, collectionsModule } from './module.ts';
export type { CollectionsOptions, CollectionsSettings } from './reader.ts';
export { retoldFrom } from './scripts/changes.ts';
export { createCollections } from './store.ts';
export type * from './types.ts';

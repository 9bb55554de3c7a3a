/**
 * stores/collections: calendars, inboxes and address books: collections of small texts that clients sync.
 */
export type * from './types.ts';

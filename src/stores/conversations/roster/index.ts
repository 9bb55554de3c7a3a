/**
 * stores/conversations/roster: whom an account knows, whom it blocks, what it wants archived, and what its clients keep for
 * themselves (RFC 6121 §2, XEP-0191, XEP-0313 §7, XEP-0049).
 * - Everything of an account is one lock and one change counter; a contact's version is the counter's value at its change.
 * - A contact is changed from what the caller has seen of it, or not at all: who computes a subscription reads first.
 * - Contacts that were taken away are remembered for a while, so that a client is told what has changed (RFC 6121 §2.6).
 */
export { limits as rosterLimits } from './limits.ts';
export { rosterModule } from './module.ts';
export { createRoster, type RosterOptions } from './store.ts';
export type {
  ArchivePreferences,
  Contact,
  ContactChange,
  HomeState,
  LastSeen,
  NoticeKind,
  PrivateName,
  RosterStore,
} from './types.ts';
export { noticeKinds } from './types.ts';

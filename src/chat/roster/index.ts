/**
 * chat/roster: whom an account knows, how they stand to each other (RFC 6121 §2, §3), and whom it wants nothing of (XEP-0191).
 * - `subscription.ts` is the table of appendix A, pure; `contacts.ts` brings the store from one state to the next, one change
 *   after the other; a home's `state()` is what the store has, and nobody else writes it.
 * - Clients are told after the commit; then the contact is. What waits for an answer is kept with its stanza.
 * - Whom the co-op puts into lists (`sources.ts`) stands beside what members have chosen, and is written nowhere.
 */
export { blockingNs, isBlocked } from './blocked.ts';
export { contactsWhere, inTurn, mayHear, standingOf } from './contacts.ts';
export { estrange } from './departure.ts';
export { rosterImported } from './imported.ts';
export { mayKnowAccount } from './known.ts';
export { itemElement } from './pushes.ts';
export { roster } from './roster.ts';
export { sharedChanged } from './shared.ts';
export type { RosterSource, SharedContact } from './sources.ts';
export { type HomeState, loadState } from './state.ts';
export { hears, isHeard, isSubscriptionKind, type Standing } from './subscription.ts';
export { befriend } from './subscriptions.ts';

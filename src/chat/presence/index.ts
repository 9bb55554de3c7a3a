/**
 * chat/presence: who is there, and who may know it (RFC 6121 §3, §4).
 * - `sent.ts` is what a client of ours says, at its own home; `received.ts` is what others say to one of ours.
 * - Who is told by name is remembered, so that the end is told as well; who is told because of a subscription, is found in
 *   the list of contacts. Nobody who is blocked is told anything.
 * - Many contacts are told a step at a time (`contactsPerStepMax`); the next presence of a client waits for the one before.
 */
import type { PresenceRules, Specification } from '../specification.ts';
import { closed } from './ends.ts';
import { demandKnown } from './known.ts';
import { received } from './received.ts';
import { sent } from './sent.ts';
import { spoke } from './told.ts';

export { farewell } from './ends.ts';
export { hideFrom, showAgain } from './hiding.ts';
export { type ContactResource, contactResources } from './resources.ts';
export { presenceSettled } from './rounds.ts';
export { anew } from './sent.ts';
export { strangers } from './strangers.ts';
export { availableOf, tellContact, untellContact } from './telling.ts';

export const presenceRules: PresenceRules = { sent, received, spoke, demandKnown };

/** What ends without a word (RFC 6121 §4.5.2). */
export const presence: Specification = {
  rfc: 'RFC 6121 §4',
  name: 'presence',
  session: { closed },
};

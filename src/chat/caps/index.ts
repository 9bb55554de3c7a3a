/**
 * chat/caps: what the clients of others can do, by the hash that their presence carries (XEP-0115).
 * - A hash is asked for once, whoever shows it, and believed where the answer has it: what one client claims is worth nothing
 *   for another before that. An answer with another hash counts for who gave it alone.
 * - Nothing grows without a bound: what is known is forgotten, the oldest first; who answers too much is not listened to.
 */
export { type CapsShown, capsNs, capsOf, isNotified } from './caps.ts';
export { capabilitiesOf, type Features as ClientFeatures } from './known.ts';
export { verificationOf } from './verification.ts';

/**
 * smtp/checks: who wrote a message from another server: SPF, DKIM, ARC and DMARC by mailauth, told to readers as
 * Authentication-Results and to later stages as `transaction.verdict`.
 * - A DMARC policy of reject or quarantine is obeyed, unless trusted hands vouch by ARC; SPF and DKIM alone refuse nothing.
 * - What cannot be looked up is a temporary error and the message is taken, unless the settings say otherwise.
 * - Bounded: fields, signatures, questions, key sizes, time; the body is hashed as it comes, in turns of the event loop.
 * - Results that claim to be ours are taken out wherever they stand; those of other hosts stay.
 */
export { claimsOfOurs } from './forged.ts';
export { type Checks, type ChecksOptions, createChecks, type Sealer } from './inspect.ts';
export type { CheckSettings, DmarcFinding, DmarcObserver, Verdict } from './types.ts';

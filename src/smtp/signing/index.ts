/**
 * smtp/signing: what makes our mail believed elsewhere: DKIM signatures on what members submit and on what the server
 * itself writes, ARC sets on what is forwarded, and rewritten senders (SRS) for SPF.
 * - Signed is for the domain in From, if it is ours, with the newest active key of each algorithm; who may write in which
 *   name was decided before.
 * - relaxed/relaxed, the whole body (no l=), From and other fields that stand once are named once more than they are there.
 * - The body is hashed as it comes; RSA signs in a thread of the pool. Keys are read from their text once.
 */
export type { ReadyKey } from './keys.ts';
export { promoteKeys } from './promote.ts';
export { createSealer } from './seal.ts';
export { createSigner, type Signer } from './signer.ts';
export { createSrs, type Srs, type SrsTarget } from './srs.ts';

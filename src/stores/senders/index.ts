/**
 * stores/senders: strangers who looked suspicious and were asked to come again, and those who did (greylisting, RFC 6647).
 * - A sender who came again after its delay is known: its network with the domain of the sender passes from then on.
 * - Kept are hashes and times; whoever has the data cannot tell who wrote to whom.
 * - Changes are written behind, `writeBehindMs` later; a crash costs a sender one more attempt and nothing else.
 * - Bounded: who did not come again is forgotten after `comeAgainMs`, who was not seen after `knownMs`, and the oldest go
 *   beyond `rowsMax`.
 */
export { sendersModule } from './module.ts';
export { createSenders, type SendersOptions } from './store.ts';
export type { Senders, Triplet } from './types.ts';

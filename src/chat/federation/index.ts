/**
 * chat/federation: what goes to other servers and comes from them (RFC 6120 §4, §13.7, §13.14).
 * - Nothing is said in clear. A server shows whose it is by its certificate (XEP-0178) or, where the settings let it, by dialback
 *   (XEP-0220); a stanza is taken of domains that have done so, and for domains of ours.
 * - A `Link` is the way from one domain of ours to one elsewhere, with one stream. What people say is in the store before it
 *   is on its way and until the other server has confirmed it: by XEP-0198; without it, by answering a ping that was sent
 *   after it. It waits `keepMs`, over restarts, and then goes back. The rest is refused when a server is not reached.
 * - Nothing is doubled where a stream is resumed. Where it is not, what was sent and not confirmed is sent again.
 * - Addresses that are not of the internet are not gone to (THREATS 15).
 */
export { Federation } from './federation.ts';
export { defaultFederationLimits, type FederationLimits } from './limits.ts';
export type { FederationOptions, FederationSettings } from './options.ts';

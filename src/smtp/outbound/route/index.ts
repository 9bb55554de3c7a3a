/**
 * route: where mail for a domain goes (RFC 5321 §5.1): its exchangers in order of preference, itself where it has none,
 * or the relay of the settings.
 *
 * - Never rejects, never lasts longer than the DNS does. What is for ever wrong is told from what may pass.
 * - `exchangersMax` hosts and `addressesPerHostMax` addresses of each are looked at, whatever a domain publishes.
 * - An exchanger inside a private network is passed over unless the operator named the name servers (THREATS 15).
 * - Where this server is an exchanger itself, only better ones are used: mail does not go in circles.
 * - A host is `secure` where DNSSEC vouches for every step that led to it.
 */
export { createRouter, type RelayServer, type RouterOptions, type RouteSettings } from './router.ts';
export type { Hop, Route, Router } from './types.ts';

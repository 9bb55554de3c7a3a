/**
 * web: the HTTP doors: pages for members (sign-in link, sign-in, mail and its passwords) and what mail programs look
 * for by themselves (autoconfig, autodiscover, Apple's profile, security.txt).
 * - `routes.ts` lists every address; one file per page. Pages are plain HTML without any script, in French or English;
 *   a language is a table in messages/.
 * - Values enter markup through `html` alone, which escapes them.
 * - GET changes nothing: a sign-in link that is merely fetched stays good. Every form is tied to the browser that it was
 *   shown to, and refused from another site.
 * - A public link (`/s/<token>`, public/) shows what it was made for and nothing beside; what members put here is sent so
 *   that it runs nothing.
 * - Sessions live in memory, end with 30 idle minutes and with any change of a credential made elsewhere.
 * - Only doors that are open are advertised, at the port they are bound to; a door on loopback of a server with a public
 *   name is advertised at its usual public port (links.ts).
 * - The http door redirects to https, but for autoconfig, and answers health and metrics to loopback; with
 *   `auth.plaintext: allow` it serves everything that https does (CONTRACT.md).
 */

export { stsPolicyOf } from './discovery/mta-sts.ts';
export type { ShownInvitation } from './house.ts';
export { configured, type OpenDoor, publicHost, reachedAt, signInAddress, webAddress } from './links.ts';
export { createWeb, type SessionOf, type WebOptions } from './web.ts';

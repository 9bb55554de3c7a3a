/**
 * web: the HTTP doors. The http door redirects to https and answers health and metrics to loopback; with
 * `auth.plaintext: allow` it serves everything that https does (CONTRACT.md).
 */
export { signInAddress, webAddress } from './links.ts';
export { createWeb, type WebOptions } from './web.ts';

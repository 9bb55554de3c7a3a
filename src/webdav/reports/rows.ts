import type { Xml } from '../types.ts';

/** Inside of a DAV:response for what is not there. */
export const missingRow: Xml = '<D:status>HTTP/1.1 404 Not Found</D:status>';

/** For the URL that was asked: there is more than was answered (RFC 6578 §3.6, RFC 5323 §2.3.1, RFC 3744 §9.4). */
export const truncatedRow: Xml =
  '<D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error>';

/**
 * jid: addresses of XMPP, `local@domain/resource` (RFC 7622). Pure.
 *
 * - What `parseJid` answers is prepared: two addresses are of the same entity when their texts are equal.
 * - Domains stand as a reader sees them (U-labels); `normaliseDomain` of formats/address makes what DNS is asked.
 * - Everything is refused with FormatError, which says what part is wrong; time is linear in the text.
 */
export { bareText, type Jid, jidText, parseJid, prepareLocal, prepareResource } from './jid.ts';
export { jidPartBytesMax } from './limits.ts';

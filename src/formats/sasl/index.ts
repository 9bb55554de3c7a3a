/**
 * sasl: the messages of SASL mechanisms that need a grammar, server side. Pure.
 *
 * - SCRAM (RFC 5802 §7, RFC 7677): what a client says is parsed strictly and refused with FormatError; the texts over
 *   which both sides compute are kept exactly as they were on the wire.
 * - OAUTHBEARER (RFC 7628) and XOAUTH2: who is meant, and the token, whatever it is worth.
 * - Nothing here knows a password, a key or a random source; nothing recurses, time is linear in the message.
 */
export { type BearerMessage, parseOauthBearer, parseXoauth2 } from './bearer.ts';
export {
  channelBindingOf,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  type ScramClientFinal,
  type ScramClientFirst,
} from './scram.ts';

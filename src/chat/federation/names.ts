/** Name spaces of what servers say to each other. */
export const dialbackNs = 'jabber:server:dialback';
export const dialbackFeatureNs = 'urn:xmpp:features:dialback';
export const bidiNs = 'urn:xmpp:bidi';
export const bidiFeatureNs = 'urn:xmpp:features:bidi';
export const ackNs = 'urn:xmpp:sm:3';
export const streamLimitsNs = 'urn:xmpp:stream-limits:0';

/** Of certificates for a service of a domain (RFC 6125 §6.4, RFC 4985). */
export const serverService = 'xmpp-server';

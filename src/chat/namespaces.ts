/** Name spaces of RFC 6120 and RFC 7395, and of XEPs of which many folders speak; a XEP's own stand in its file. */
export const clientNs = 'jabber:client';
export const serverNs = 'jabber:server';
export const streamsNs = 'http://etherx.jabber.org/streams';
export const framingNs = 'urn:ietf:params:xml:ns:xmpp-framing';
export const tlsNs = 'urn:ietf:params:xml:ns:xmpp-tls';
export const saslNs = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const bindNs = 'urn:ietf:params:xml:ns:xmpp-bind';
export const stanzasNs = 'urn:ietf:params:xml:ns:xmpp-stanzas';
export const streamErrorsNs = 'urn:ietf:params:xml:ns:xmpp-streams';
export const pingNs = 'urn:xmpp:ping';
export const vcardTempNs = 'vcard-temp';

/** Name spaces of what is put into messages. */
export const mamNs = 'urn:xmpp:mam:2';
export const stanzaIdNs = 'urn:xmpp:sid:0';
export const hintsNs = 'urn:xmpp:hints';
export const carbonsNs = 'urn:xmpp:carbons:2';
export const forwardNs = 'urn:xmpp:forward:0';
export const delayNs = 'urn:xmpp:delay';
export const chatStatesNs = 'http://jabber.org/protocol/chatstates';
export const receiptsNs = 'urn:xmpp:receipts';
export const markersNs = 'urn:xmpp:chat-markers:0';
export const pubsubEventNs = 'http://jabber.org/protocol/pubsub#event';
export const mucUserNs = 'http://jabber.org/protocol/muc#user';
export const retractNs = 'urn:xmpp:message-retract:1';

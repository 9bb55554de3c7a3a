/** XEP-0227 */
export const pieNs = 'urn:xmpp:pie:0';
export const pieArchiveNs = 'urn:xmpp:pie:0#mam';
export const rosterNs = 'jabber:iq:roster';
export const privateNs = 'jabber:iq:private';
export const blockingNs = 'urn:xmpp:blocking';
export const pubsubNs = 'http://jabber.org/protocol/pubsub';
export const pubsubOwnerNs = 'http://jabber.org/protocol/pubsub#owner';
export const nodeConfigType = 'http://jabber.org/protocol/pubsub#node_config';

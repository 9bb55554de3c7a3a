/**
 * chat/pubsub: nodes to which is published, and who hears of it (XEP-0060), for accounts (XEP-0163) and for services.
 *
 * - A `Place` is where nodes are; requests know places alone, and `access.ts` says who may what, without side effects.
 * - A publication and what a client expects of its node are one transaction of the store; whoever hears of it hears after it.
 * - Nobody is asked for anything while a request is answered: the stream of who is asked may be the one that waits.
 * - Payloads are elements that were parsed and are written anew; nothing of a client's text is passed on as it stood.
 */
export { pepDefaults } from './config.ts';
export { nodeShown, nodesShown } from './disco.ts';
export { ownerNs, pubsubNs } from './faults.ts';
export { sendLastItems } from './last-items.ts';
export { contactsRememberedMax } from './limits.ts';
export { type OwnItem, ownItem, ownItems, publishOwn, retractOwn } from './own.ts';
export { pepOf } from './pep.ts';
export { type Asker, type Place, whoIs } from './place.ts';
export { answerPubsub } from './requests.ts';

import { bareText, type Jid, jidText } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import type { NodeSubscription } from '../../stores/conversations/index.ts';
import { StanzaError } from '../errors.ts';
import { tryJid } from '../stanza.ts';
import { readFault } from './access.ts';
import { noSuchNode, pubsubError, pubsubNs } from './faults.ts';
import { type Asker, demand, nodeAt, type Place } from './place.ts';
import { nodeNamed } from './publish.ts';

/** XEP-0060 §6.1.3.1: one subscribes oneself, by the bare address or by one of its resources. */
function ownJid(verb: Element, asker: Asker): Jid {
  const { jid: text } = verb.attributes;
  if (text === undefined) throw pubsubError('jid-required');
  const jid = tryJid(text);
  if (jid === null || bareText(jid) !== asker.jid) throw pubsubError('invalid-jid');
  return jid;
}

const shown = (name: string, { jid, state, subid }: NodeSubscription, node: string): Element =>
  element(name, pubsubNs, { node, jid, subscription: state, subid: subid === '' ? undefined : subid });

/** XEP-0060 §6.1. */
export async function subscribe(place: Place, verb: Element, asker: Asker): Promise<Element> {
  const to = ownJid(verb, asker);
  const jid = jidText(to);
  const { standing, relation } = await nodeAt(place, nodeNamed(verb), asker);
  const { node, config } = standing.node;
  const known = standing.subscriptions.find((each) => each.jid === jid);
  const isAsking = config.accessModel === 'authorize' && !relation.isOwner && relation.affiliation === null;
  if (!isAsking) demand(readFault(config, relation));
  if (known === undefined) await demandRoom(place, node);
  const state = known?.state === 'subscribed' || !isAsking ? 'subscribed' : 'pending';
  const subscription: NodeSubscription = { jid, account: asker.account, subid: '', state, options: {} };
  await place.chat.store.nodes.subscribe({ ...place.owner, node }, subscription);
  // §6.1.7
  if (state === 'subscribed' && config.sendLastPublishedItem !== 'never')
    await place.sendLast(standing.node, to);
  return element('pubsub', pubsubNs, {}, shown('subscription', subscription, node));
}

/** What an account publishes is not carried to all the world for it. */
async function demandRoom({ chat, owner, subscribersMax: most }: Place, node: string): Promise<void> {
  let count = 0;
  for await (const page of chat.store.nodes.subscribers({ ...owner, node })) {
    count += page.length;
    if (count >= most) throw new StanzaError('resource-constraint', { text: 'too many have subscribed' });
  }
}

/** XEP-0060 §6.2. */
export async function unsubscribe(place: Place, verb: Element, asker: Asker): Promise<null> {
  const jid = jidText(ownJid(verb, asker));
  const node = nodeNamed(verb);
  await nodeAt(place, node, asker);
  const { subid = '' } = verb.attributes;
  const wasThere = await place.chat.store.nodes.unsubscribe({ ...place.owner, node }, jid, subid);
  if (!wasThere) throw pubsubError('not-subscribed');
  return null;
}

/** That there is nothing for a stranger elsewhere is no sign that the account is there (RFC 6121 §8.5.1). */
async function demandNoStranger(place: Place, asker: Asker): Promise<void> {
  if (!place.isAutomatic || place.chat.router.isOurs(asker.from.domain)) return;
  const { hearsPresence } = await place.relation(asker, null);
  if (!hearsPresence) throw noSuchNode();
}

/** XEP-0060 §5.6: one's own, with all nodes or with one. */
export async function subscriptions(place: Place, verb: Element, asker: Asker): Promise<Element> {
  const all = await place.chat.store.nodes.subscriptionsOf(place.owner, asker.jid);
  const { node } = verb.attributes;
  const rows = all
    .filter((each) => node === undefined || each.node === node)
    .map((each) => shown('subscription', each.subscription, each.node));
  if (rows.length === 0) await demandNoStranger(place, asker);
  return element('pubsub', pubsubNs, {}, element('subscriptions', pubsubNs, { node }, ...rows));
}

/** XEP-0060 §5.7: how one stands to all nodes, or to one. */
export async function ownAffiliations(place: Place, verb: Element, asker: Asker): Promise<Element> {
  const { nodes } = place.chat.store;
  const all =
    asker.jid === place.ownedBy
      ? (await nodes.nodes(place.owner)).map(({ node }) => ({ node, affiliation: 'owner' }))
      : await nodes.affiliationsOf(place.owner, asker.jid);
  const { node: of } = verb.attributes;
  const rows = all
    .filter(({ node }) => of === undefined || node === of)
    .map(({ node, affiliation }) => element('affiliation', pubsubNs, { node, affiliation }));
  if (rows.length === 0) await demandNoStranger(place, asker);
  return element('pubsub', pubsubNs, {}, element('affiliations', pubsubNs, { node: of }, ...rows));
}

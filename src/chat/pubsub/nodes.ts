import { StoreError } from '../../base/index.ts';
import { jidText } from '../../formats/jid/index.ts';
import { childOf, childrenOf, type Element, element } from '../../formats/stanza/index.ts';
import type { NodeAffiliation, NodeConfig, NodeSubscriptionState } from '../../stores/conversations/index.ts';
import { filledIn, formElement, formsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { tryJid } from '../stanza.ts';
import { ownFault } from './access.ts';
import { configForm, nodeConfigForm, readConfig } from './config.ts';
import { eventNs, ownerNs, pubsubError, pubsubNs } from './faults.ts';
import { type Asker, demand, type Found, nodeAt, type Place, whoIs } from './place.ts';
import { nodeNamed } from './publish.ts';

/** A node that who asks owns. */
async function owned(place: Place, verb: Element, asker: Asker): Promise<Found> {
  const found = await nodeAt(place, nodeNamed(verb), asker);
  demand(ownFault(found.relation));
  return found;
}

function asked(verb: Element, before: NodeConfig): NodeConfig {
  const filled = filledIn(verb, nodeConfigForm);
  return filled === undefined ? before : { ...before, ...readConfig(filled, 'ignored') };
}

/** XEP-0060 §8.1. */
export async function create(place: Place, request: Element, verb: Element, asker: Asker): Promise<null> {
  const node = nodeNamed(verb);
  const relation = await place.relation(asker, null);
  demand(ownFault(relation));
  const configure = childOf(request, 'configure', pubsubNs);
  const config = configure === undefined ? place.defaults : asked(configure, place.defaults);
  const address = { ...place.owner, node };
  await place.chat.store.nodes
    .create(address, config, relation.isOwner ? undefined : asker)
    .catch((error) => {
      if (error instanceof StoreError && error.reason === 'exists') throw new StanzaError('conflict');
      throw error;
    });
  return null;
}

/** XEP-0060 §8.2: the form, and what is made of it. */
export async function configure(
  place: Place,
  verb: Element,
  asker: Asker,
  type: string,
): Promise<Element | null> {
  const { standing } = await owned(place, verb, asker);
  const { node, config } = standing.node;
  if (type === 'get') {
    const form = formElement(configForm(config, 'form'));
    return element('pubsub', ownerNs, {}, element('configure', ownerNs, { node }, form));
  }
  const form = childOf(verb, 'x', formsNs);
  if (form?.attributes.type === 'cancel') return null;
  if (form === undefined) throw new StanzaError('bad-request', { text: 'a form is missing' });
  const change = asked(verb, config);
  await place.inOrder(node, () => reconfigure(place, node, change));
  return null;
}

async function reconfigure(place: Place, node: string, change: NodeConfig): Promise<void> {
  const { node: row } = await place.chat.store.nodes.configure({ ...place.owner, node }, change);
  const { config } = row;
  if (!config.notifyConfig) return;
  const shown = config.deliverPayloads ? formElement(configForm(config, 'result')) : null;
  (await place.hearers(row))(element('configuration', eventNs, { node }, shown));
}

/** XEP-0060 §8.3. */
export const defaults = (place: Place): Element =>
  element(
    'pubsub',
    ownerNs,
    {},
    element('default', ownerNs, {}, formElement(configForm(place.defaults, 'form'))),
  );

/** XEP-0060 §8.4. Who hears of it is asked before it is gone. */
export async function remove(place: Place, verb: Element, asker: Asker): Promise<null> {
  const { standing } = await owned(place, verb, asker);
  const { node, config } = standing.node;
  await place.inOrder(node, async () => {
    const tell = config.notifyDelete ? await place.hearers(standing.node) : null;
    await place.chat.store.nodes.remove({ ...place.owner, node });
    tell?.(element('delete', eventNs, { node }));
  });
  await place.changed(node);
  return null;
}

/** XEP-0060 §8.5. */
export async function purge(place: Place, verb: Element, asker: Asker): Promise<null> {
  const { standing } = await owned(place, verb, asker);
  const { node, config } = standing.node;
  await place.inOrder(node, async () => {
    await place.chat.store.nodes.purgeItems({ ...place.owner, node });
    if (config.notifyRetract) (await place.hearers(standing.node))(element('purge', eventNs, { node }));
  });
  await place.changed(node);
  return null;
}

const given: ReadonlySet<string> = new Set<NodeAffiliation>([
  'owner',
  'publisher',
  'publish-only',
  'member',
  'outcast',
]);
const isAffiliation = (text: string): text is NodeAffiliation => given.has(text);

/** XEP-0060 §8.9. */
export async function affiliations(
  place: Place,
  verb: Element,
  asker: Asker,
  type: string,
): Promise<Element | null> {
  const { standing } = await owned(place, verb, asker);
  const address = { ...place.owner, node: standing.node.node };
  const { nodes } = place.chat.store;
  if (type === 'get') {
    const { ownedBy } = place;
    const all = [element('affiliation', ownerNs, { jid: ownedBy, affiliation: 'owner' })];
    for await (const page of nodes.affiliations(address))
      for (const { jid, affiliation } of page)
        if (jid !== ownedBy) all.push(element('affiliation', ownerNs, { jid, affiliation }));
    return element('pubsub', ownerNs, {}, element('affiliations', ownerNs, { node: address.node }, ...all));
  }
  const changes = [];
  for (const { attributes } of childrenOf(verb, 'affiliation', ownerNs)) {
    const jid = tryJid(attributes.jid);
    if (jid === null) throw new StanzaError('jid-malformed');
    const { affiliation = '' } = attributes;
    if (affiliation !== 'none' && !isAffiliation(affiliation))
      throw new StanzaError('bad-request', { text: `there is no affiliation '${affiliation}'` });
    const who = await whoIs(place.chat, jid);
    changes.push({ ...who, affiliation: affiliation === 'none' ? null : affiliation });
  }
  if (changes.length === 0) throw new StanzaError('bad-request', { text: 'no affiliation is named' });
  await nodes.setAffiliations(address, changes);
  return null;
}

const states: ReadonlySet<string> = new Set<NodeSubscriptionState>(['subscribed', 'pending', 'unconfigured']);

/** XEP-0060 §8.8: who is subscribed, as the owner sees and changes it. */
export async function subscribers(
  place: Place,
  verb: Element,
  asker: Asker,
  type: string,
): Promise<Element | null> {
  const { standing } = await owned(place, verb, asker);
  const address = { ...place.owner, node: standing.node.node };
  const { nodes } = place.chat.store;
  if (type === 'get') {
    const all: Element[] = [];
    for await (const page of nodes.subscribers(address))
      for (const { jid, state: subscription, subid } of page)
        all.push(
          element('subscription', ownerNs, { jid, subscription, subid: subid === '' ? undefined : subid }),
        );
    return element('pubsub', ownerNs, {}, element('subscriptions', ownerNs, { node: address.node }, ...all));
  }
  for (const { attributes } of childrenOf(verb, 'subscription', ownerNs)) {
    const { subscription = '', subid = '', jid: text } = attributes;
    const jid = tryJid(text);
    if (jid === null) throw pubsubError('invalid-jid');
    const { account } = await whoIs(place.chat, jid);
    const named = jidText(jid);
    if (subscription === 'none') await nodes.unsubscribe(address, named, subid);
    else if (!states.has(subscription))
      throw new StanzaError('bad-request', { text: `there is no subscription '${subscription}'` });
    else {
      const state = subscription as NodeSubscriptionState;
      await nodes.subscribe(address, { jid: named, account, subid, state, options: {} });
    }
  }
  return null;
}

import { StoreError } from '../../base/index.ts';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  elementsOf,
  parseElement,
  writeElement,
} from '../../formats/stanza/index.ts';
import type { NodeConfig, NodeRow } from '../../stores/conversations/index.ts';
import { filledIn } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { publishFault } from './access.ts';
import { publishOptionsForm, readConfig } from './config.ts';
import { eventNs, noSuchNode, pubsubError, pubsubNs } from './faults.ts';
import { type Asker, demand, type Place } from './place.ts';

/** The node that a request names. */
export function nodeNamed(of: Element): string {
  const { node } = of.attributes;
  if (node === undefined || node === '') throw pubsubError('nodeid-required');
  return node;
}

interface Offered {
  readonly id?: string;
  readonly payload: string;
}

function offeredIn(publish: Element): Offered[] {
  const items = childrenOf(publish, 'item', pubsubNs);
  if (items.length === 0) throw pubsubError('item-required');
  return items.map((item) => {
    const [payload, ...more] = elementsOf(item);
    if (payload === undefined) throw pubsubError('payload-required');
    if (more.length > 0) throw pubsubError('invalid-payload', 'an item has one payload');
    const { id } = item.attributes;
    return { payload: writeElement(payload), ...(id === undefined || id === '' ? {} : { id }) };
  });
}

/** XEP-0060 §7.1.5: what the node must be, and what it is made with where it is not there. */
function optionsIn(request: Element): Partial<NodeConfig> | undefined {
  const options = childOf(request, 'publish-options', pubsubNs);
  const filled = options && filledIn(options, publishOptionsForm);
  return filled && readConfig(filled, 'refused');
}

/** XEP-0060 §7.1. Answers `<pubsub/>` with the ids. */
export async function publish(place: Place, request: Element, verb: Element, asker: Asker): Promise<Element> {
  const node = nodeNamed(verb);
  const items = offeredIn(verb);
  const expected = optionsIn(request);
  const { nodes } = place.chat.store;
  const standing = await nodes.standing({ ...place.owner, node }, asker.jid);
  const relation = await place.relation(asker, standing);
  // Who makes a node by publishing to it is who may make one (§7.1.4); the rest finds it, or does not.
  if (standing === null && !(place.isAutomatic && relation.isOwner)) throw noSuchNode();
  demand(publishFault(standing?.node.config ?? place.defaults, relation));
  const ids = await place.inOrder(node, async () => {
    const published = await nodes
      .publish({
        ...{ ...place.owner, node, items, publisher: asker.jid },
        defaults: place.isAutomatic && relation.isOwner ? place.defaults : null,
        ...(expected === undefined ? {} : { expected }),
      })
      .catch((error: unknown) => {
        throw publishError(error, standing !== null);
      });
    const made = published.items.map(({ id }) => id);
    await tellPublished(place, published.node, asker.jid, byId(items, made), published.evicted);
    return made;
  });
  await place.changed(node);
  return element(
    'pubsub',
    pubsubNs,
    {},
    element('publish', pubsubNs, { node }, ...ids.map((id) => element('item', pubsubNs, { id }))),
  );
}

function publishError(error: unknown, isThere: boolean): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.reason === 'conflict') return pubsubError('precondition-not-met', error.message);
  if (error.reason === 'too-large') return pubsubError('payload-too-big', error.message);
  // What a new node meets is the limit of nodes.
  if (error.reason === 'limit' && isThere) return pubsubError('max-items-exceeded', error.message);
  return error;
}

const itemElement = (id: string, publisher: string | undefined, payload: string | null): Element =>
  element('item', eventNs, { id, publisher }, payload === null ? null : parseElement(payload));

/** What is published by its id, as the store has it: of two of one id the later. */
export function byId(items: readonly Offered[], ids: readonly string[]): ReadonlyMap<string, string> {
  const named = new Map(
    items.flatMap(({ id, payload }) => (id === undefined ? [] : [[id, payload] as const])),
  );
  const unnamed = items.filter(({ id }) => id === undefined).map(({ payload }) => payload);
  return new Map(ids.map((id) => [id, named.get(id) ?? unnamed.shift() ?? '']));
}

export async function tellPublished(
  place: Place,
  row: NodeRow,
  publisher: string,
  items: ReadonlyMap<string, string>,
  evicted: readonly string[],
): Promise<void> {
  const { config, node } = row;
  if (!config.deliverNotifications) return;
  const tell = await place.hearers(row);
  const by = config.itemReply === 'publisher' ? publisher : undefined;
  for (const [id, payload] of items) {
    const item = itemElement(id, by, config.deliverPayloads ? payload : null);
    tell(element('items', eventNs, { node }, item));
  }
  // XEP-0060 §7.1.2: what had to go for it is told where retractions are; of a node that keeps one item nobody expects it.
  if (evicted.length > 0 && config.notifyRetract && config.maxItems !== 1) tell(retracted(node, evicted));
}

export const retracted = (node: string, ids: readonly string[]): Element =>
  element('items', eventNs, { node }, ...ids.map((id) => element('retract', eventNs, { id })));

/** XEP-0060 §7.2. */
export async function retract(place: Place, verb: Element, asker: Asker): Promise<null> {
  const node = nodeNamed(verb);
  const ids = childrenOf(verb, 'item', pubsubNs).map(({ attributes: { id } }) => id ?? '');
  if (ids.length === 0 || ids.includes('')) throw pubsubError('item-required');
  const { nodes } = place.chat.store;
  const standing = await nodes.standing({ ...place.owner, node }, asker.jid);
  const relation = await place.relation(asker, standing);
  if (standing === null) throw noSuchNode();
  demand(publishFault(standing.node.config, relation));
  await demandOwnItems(place, node, ids, asker, relation.isOwner || relation.affiliation === 'owner');
  const { notify } = verb.attributes;
  const isTold =
    notify === '1' || notify === 'true' || (notify === undefined && standing.node.config.notifyRetract);
  await place.inOrder(node, async () => {
    const gone = await nodes.retract({ ...place.owner, node }, ids);
    if (gone.length === 0) throw new StanzaError('item-not-found', { text: 'there is no such item' });
    if (isTold) (await place.hearers(standing.node))(retracted(node, gone));
  });
  await place.changed(node);
  return null;
}

/** Who does not own the node takes back what is their own (§7.2.3.1). */
async function demandOwnItems(
  place: Place,
  node: string,
  ids: readonly string[],
  asker: Asker,
  isOwner: boolean,
): Promise<void> {
  if (isOwner) return;
  const items = await place.chat.store.nodes.itemsNamed({ ...place.owner, node }, ids);
  if (items.some(({ publisher }) => publisher !== asker.jid)) throw new StanzaError('forbidden');
}

import { childrenOf, type Element, element, parseElement } from '../../formats/stanza/index.ts';
import type { NodeItem, NodeItems } from '../../stores/conversations/index.ts';
import { type PageAsked, pageAsked, pageElement } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { readFault } from './access.ts';
import { pubsubNs } from './faults.ts';
import { itemsPerAnswerMax } from './limits.ts';
import { type Asker, demand, nodeAt, type Place } from './place.ts';
import { nodeNamed } from './publish.ts';

const itemElement = ({ id, payload, publisher }: NodeItem, isBy: boolean): Element =>
  element(
    'item',
    pubsubNs,
    { id, publisher: isBy ? publisher : undefined },
    payload === '' ? null : parseElement(payload),
  );

/** XEP-0060 §6.5: by their ids, the newest few, or a page of all. */
export async function items(place: Place, request: Element, verb: Element, asker: Asker): Promise<Element> {
  const node = nodeNamed(verb);
  const { standing, relation } = await nodeAt(place, node, asker);
  demand(readFault(standing.node.config, relation));
  const address = { ...place.owner, node };
  const isBy = standing.node.config.itemReply === 'publisher';
  const answer = (rows: readonly NodeItem[], set: Element | null) =>
    element(
      'pubsub',
      pubsubNs,
      {},
      element('items', pubsubNs, { node }, ...rows.map((row) => itemElement(row, isBy))),
      set,
    );
  const ids = childrenOf(verb, 'item', pubsubNs).flatMap(({ attributes: { id } }) => id ?? []);
  if (ids.length > itemsPerAnswerMax)
    throw new StanzaError('policy-violation', {
      text: `at most ${itemsPerAnswerMax} items are asked for at once`,
    });
  if (ids.length > 0) return answer(await place.chat.store.nodes.itemsNamed(address, ids), null);
  const asked = pageAsked(request);
  const most = newestAsked(verb);
  const found = await paged(place, address, asked, most);
  const isWhole = asked.max === null && found.complete && found.index === 0;
  return answer(found.items, isWhole && most !== null ? null : setOf(found));
}

function newestAsked({ attributes: { max_items: asked } }: Element): number | null {
  if (asked === undefined || asked === '') return null;
  if (!/^\d{1,9}$/.test(asked)) throw new StanzaError('bad-request', { text: 'max_items is no number' });
  return Number(asked);
}

function paged(
  place: Place,
  address: Parameters<Place['chat']['store']['nodes']['items']>[0],
  { max, after, before, index }: PageAsked,
  newest: number | null,
): Promise<NodeItems> {
  const { nodes } = place.chat.store;
  if (index !== undefined)
    throw new StanzaError('feature-not-implemented', { text: 'pages have no number here' });
  const most = Math.min(max ?? itemsPerAnswerMax, itemsPerAnswerMax);
  if (newest !== null && max === null) return nodes.newest(address, Math.min(newest, itemsPerAnswerMax));
  const from = after !== undefined ? { after } : before !== undefined ? { before } : {};
  return nodes.items(address, { order: 'oldest-first', max: most, ...from });
}

const setOf = ({ items: rows, total, index }: NodeItems): Element =>
  pageElement({ first: rows[0]?.id, last: rows.at(-1)?.id, firstIndex: index, count: total });

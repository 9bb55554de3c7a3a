import { StoreError } from '../../base/index.ts';
import { type Element, parseElement, writeElement } from '../../formats/stanza/index.ts';
import type { NodeConfig, NodeItem } from '../../stores/conversations/index.ts';
import type { Home } from '../routing/home.ts';
import { pepDefaults } from './config.ts';
import { pepOf } from './pep.ts';
import { byId, retracted, tellPublished } from './publish.ts';
import { pep } from './relation.ts';

/** What the server does with the nodes of an account by itself: nobody follows that (`NodeHook`), and who hears of it hears. */
export interface OwnItem {
  readonly id: string;
  readonly payload: Element;
}

const addressOf = ({ account }: Home, node: string) => ({ service: pep, account, node });

/** All items of a node, the oldest first; none where it is not there. */
export async function* ownItems(home: Home, node: string): AsyncGenerator<OwnItem> {
  const { nodes } = home.chat.store;
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? {} : { after };
    const page = await whereThere(
      nodes.items(addressOf(home, node), { order: 'oldest-first', max: 500, ...from }),
    );
    for (const item of page?.items ?? []) yield parsed(item);
    after = page?.items.at(-1)?.id;
    if (page === null || page.complete || after === undefined) return;
  }
}

/** One item by its id; null where it is not there. */
export async function ownItem(home: Home, node: string, id: string): Promise<Element | null> {
  const items = await whereThere(home.chat.store.nodes.itemsNamed(addressOf(home, node), [id]));
  const [item] = items ?? [];
  return item === undefined ? null : parsed(item).payload;
}

const parsed = ({ id, payload }: NodeItem): OwnItem => ({ id, payload: parseElement(payload) });

/** `config`: how the node is made where it is not there; one that is there stays as it is. Throws StoreError. */
export async function publishOwn(
  home: Home,
  node: string,
  items: readonly OwnItem[],
  config: Partial<NodeConfig> = {},
): Promise<void> {
  if (items.length === 0) return;
  const place = pepOf(home);
  const offered = items.map(({ id, payload }) => ({ id, payload: writeElement(payload) }));
  await place.inOrder(node, async () => {
    const published = await home.chat.store.nodes.publish({
      ...{ ...addressOf(home, node), items: offered, publisher: home.text },
      defaults: { ...pepDefaults, ...config },
    });
    const ids = published.items.map(({ id }) => id);
    await tellPublished(place, published.node, home.text, byId(offered, ids), published.evicted);
  });
}

/** Whoever hears of the node is told of those that were there. */
export async function retractOwn(home: Home, node: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { nodes } = home.chat.store;
  const place = pepOf(home);
  await place.inOrder(node, async () => {
    const gone = await whereThere(nodes.retract(addressOf(home, node), ids));
    const row = gone === null || gone.length === 0 ? null : await nodes.node(addressOf(home, node));
    if (row !== null && gone !== null) (await place.hearers(row))(retracted(node, gone));
  });
}

/** Null where there is no such node, or no such item. */
async function whereThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'not-found') return null;
    throw error;
  }
}

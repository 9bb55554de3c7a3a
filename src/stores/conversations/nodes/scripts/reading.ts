import { StoreError } from '../../../../base/index.ts';
import { first, numbers, one, run, type Script, texts } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { NodesQueries } from '../queries.ts';
import type { ItemPage, ItemRow, Items, LastItem, NodeAddress, Standing } from '../types.ts';
import { demandNode, findNode, type Node } from './nodes.ts';

type Head = { readonly item: string; readonly bytes: number; readonly seq: number };
type Row = Omit<ItemRow, 'id' | 'atMs'> & { readonly item: string; readonly at: number };

const itemOf = ({ item, publisher, payload, seq, at }: Row): ItemRow => ({
  id: item,
  publisher,
  payload,
  seq,
  atMs: at,
});

export const nodeOf = ({ lastSeq: _, ...node }: Node) => node;

export function* standing(q: NodesQueries, a: NodeAddress & { jid: string }): Script<Standing | null> {
  const node = yield* findNode(q, a);
  if (!node) return null;
  const on = { node: node.id, jid: a.jid };
  return {
    node: nodeOf(node),
    affiliation: first(yield* run(q.affiliationOn, on))?.affiliation ?? null,
    subscriptions: yield* run(q.subscriptionsOn, on),
  };
}

export interface LastWanted {
  readonly service: string;
  readonly accounts: readonly number[];
  readonly names: readonly string[];
  readonly jid: string;
  readonly now: number;
}

export function* last(q: NodesQueries, a: LastWanted): Script<LastItem[]> {
  const args = { service: a.service, accounts: numbers(a.accounts), names: texts(a.names) };
  const rows = (yield* run(q.lastItems, args)).filter(({ expires }) => expires === 0 || expires > a.now);
  if (rows.length === 0) return [];
  const nodes = numbers(rows.map(({ id }) => id));
  const found = yield* run(q.affiliationsOnMany, { jid: a.jid, nodes });
  const affiliations = new Map(found.map(({ node, affiliation }) => [node, affiliation]));
  return rows.map(({ item, publisher, payload, seq, at, expires: _, ...node }) => ({
    node: nodeOf(node),
    affiliation: affiliations.get(node.id) ?? null,
    item: itemOf({ item, publisher, payload, seq, at }),
  }));
}

/** As many of the first as may be answered at once. */
function within(heads: readonly Head[], max: number): readonly Head[] {
  let bytes = 0;
  const taken: Head[] = [];
  for (const head of heads.slice(0, max)) {
    bytes += head.bytes;
    if (taken.length > 0 && bytes > limits.answerBytesMax) break;
    taken.push(head);
  }
  return taken;
}

/** Where the page begins: the number of an item that stands outside of it. */
function* edge(q: NodesQueries, node: Node, a: ItemPage, isUp: boolean): Script<number> {
  const anchor = a.before === undefined ? a.after : a.before;
  if (anchor === undefined || (anchor === '' && a.before === '')) return isUp ? 0 : Number.MAX_SAFE_INTEGER;
  const head = first(yield* run(q.itemHead, { node: node.id, item: anchor }));
  // XEP-0059 §2.2: a page cannot follow on an item that is not there.
  if (!head) throw new StoreError('not-found', 'the item that the page follows on is not there');
  return head.seq;
}

export function* items(q: NodesQueries, a: NodeAddress & ItemPage & { now: number }): Script<Items> {
  const { order, now } = a;
  const node = yield* demandNode(q, a);
  const isBackwards = a.before !== undefined;
  const isUp = (order === 'oldest-first') !== isBackwards;
  const beyond = yield* edge(q, node, a, isUp);
  const asked = { node: node.id, beyond, now, max: a.max + 1 };
  const heads: readonly Head[] = yield* run(isUp ? q.headsUp : q.headsDown, asked);
  const taken = within(heads, a.max);
  const ids = texts(taken.map(({ item }) => item));
  const rows = (yield* run(q.itemsNamed, { node: node.id, ids, now })).map(itemOf);
  if (order === 'newest-first') rows.reverse();
  const total = Number(one(yield* run(q.itemsLiving, { node: node.id, now })).rows);
  const firstRow = rows[0];
  const complete = heads.length === taken.length;
  if (!firstRow) return { items: [], total, index: 0, complete };
  const older = Number(one(yield* run(q.itemsBelow, { node: node.id, beyond: firstRow.seq, now })).rows);
  return { items: rows, total, index: order === 'oldest-first' ? older : total - 1 - older, complete };
}

export function* itemsNamed(
  q: NodesQueries,
  a: NodeAddress & { ids: readonly string[]; now: number },
): Script<ItemRow[]> {
  const node = (yield* demandNode(q, a)).id;
  const heads = yield* run(q.headsNamed, { node, ids: texts(a.ids) });
  const ids = texts(within(heads, heads.length).map(({ item }) => item));
  return (yield* run(q.itemsNamed, { node, ids, now: a.now })).map(itemOf);
}

export function* itemIds(q: NodesQueries, a: NodeAddress & { max: number; now: number }): Script<string[]> {
  const { id: node } = yield* demandNode(q, a);
  const beyond = Number.MAX_SAFE_INTEGER;
  return (yield* run(q.headsDown, { node, beyond, max: a.max, now: a.now })).map(({ item }) => item);
}

import { isDeepStrictEqual } from 'node:util';
import { StoreError } from '../../../../base/index.ts';
import { first, nextModseq, numbers, one, run, type Script, texts } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { NodesQueries } from '../queries.ts';
import type { NodeAddress, NodeConfig, NodeRow, Who } from '../types.ts';

/** A node as its row is. */
export interface Node extends NodeRow {
  readonly lastSeq: number;
}

export const pep = 'pep';

export function* findNode(
  q: NodesQueries,
  { service, account, node }: NodeAddress,
): Script<Node | undefined> {
  return first(yield* run(q.nodeFind, { service, account, node }));
}

export function* demandNode(q: NodesQueries, address: NodeAddress): Script<Node> {
  const found = yield* findNode(q, address);
  if (!found) throw new StoreError('not-found', `there is no node ${address.node}`);
  return found;
}

export interface Making extends NodeAddress {
  readonly now: number;
  readonly creator?: Who | undefined;
}

export function* addNode(q: NodesQueries, a: Making, config: NodeConfig): Script<Node> {
  const { service, account, node, now } = a;
  const { nodes } = one(yield* run(q.ownerTotals, { service, account }));
  if (Number(nodes) >= limits.nodesPerOwnerMax)
    throw new StoreError('limit', `at most ${limits.nodesPerOwnerMax} nodes are kept`);
  const modseq = yield* nextModseq(q, account);
  const made = one(yield* run(q.nodeAdd, { service, account, node, config, modseq, now }));
  if (a.creator) yield* run(q.affiliationPut, { node: made.id, ...a.creator, affiliation: 'owner' });
  return made;
}

export function* create(q: NodesQueries, a: Making & { config: NodeConfig }): Script<Node> {
  if (yield* findNode(q, a)) throw new StoreError('exists', `there is a node ${a.node} already`);
  return yield* addNode(q, a, a.config);
}

/** A list of groups has no order. */
const comparable = (value: unknown) => (Array.isArray(value) ? [...value].sort() : value);

/** XEP-0060 §7.1.5: what the node must be already. */
export function demandExpected(config: NodeConfig, expected: Partial<NodeConfig>): void {
  for (const field of Object.keys(expected) as (keyof NodeConfig)[]) {
    if (!isDeepStrictEqual(comparable(config[field]), comparable(expected[field])))
      throw new StoreError('conflict', `the node is not as expected: ${field} differs`, { field });
  }
}

export const mostItems = ({ maxItems }: NodeConfig): number =>
  maxItems === 'max' ? limits.itemsPerNodeMax : maxItems;

export interface Evicted {
  readonly ids: string[];
  readonly bytes: number;
}

/** Lets go of the oldest. */
export function* evict(q: NodesQueries, node: number, count: number): Script<Evicted> {
  if (count <= 0) return { ids: [], bytes: 0 };
  const oldest = yield* run(q.itemsOldest, { node, max: count });
  const ids = oldest.map(({ item }) => item);
  yield* run(q.itemsDrop, { node, ids: texts(ids) });
  return { ids, bytes: oldest.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export function* configure(
  q: NodesQueries,
  a: NodeAddress & { config: NodeConfig },
): Script<{ node: Node; evicted: readonly string[] }> {
  const before = yield* demandNode(q, a);
  const modseq = yield* nextModseq(q, a.account);
  yield* run(q.nodeConfigure, { node: before.id, config: a.config, modseq });
  const { ids, bytes } = yield* evict(q, before.id, before.items - mostItems(a.config));
  const lastSeq = ids.length === before.items ? 0 : before.lastSeq;
  const change = { node: before.id, items: -ids.length, bytes: -bytes, lastSeq, modseq };
  return { node: one(yield* run(q.nodeGrow, change)), evicted: ids };
}

function* dropNodes(q: NodesQueries, ids: readonly number[]): Script<void> {
  const nodes = numbers(ids);
  yield* run(q.itemsDropAll, { nodes });
  yield* run(q.subscriptionsDrop, { nodes });
  yield* run(q.affiliationsDrop, { nodes });
  yield* run(q.nodesDrop, { nodes });
}

export function* remove(q: NodesQueries, a: NodeAddress): Script<boolean> {
  const found = yield* findNode(q, a);
  if (!found) return false;
  yield* nextModseq(q, a.account);
  yield* dropNodes(q, [found.id]);
  return true;
}

/** One step of letting go of the nodes of an account; answers whether there is more. */
export function* eraseOwned(q: NodesQueries, a: { account: number }): Script<boolean> {
  const nodes = (yield* run(q.nodesOf, a)).map(({ id }) => id);
  if (nodes.length > 0) yield* dropNodes(q, nodes);
  return nodes.length >= limits.stepRows;
}

/** How a member stands to nodes of others. */
export function* eraseStanding(q: NodesQueries, a: { member: number }): Script<void> {
  yield* run(q.subscriptionsForget, a);
  yield* run(q.affiliationsForget, a);
}

/** How an address stands to nodes, whosever it was. */
export function* forget(q: NodesQueries, a: { jid: string }): Script<void> {
  yield* run(q.subscriptionsForgetJid, a);
  yield* run(q.affiliationsForgetJid, a);
}

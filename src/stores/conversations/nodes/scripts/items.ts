import { StoreError } from '../../../../base/index.ts';
import { first, nextModseq, numbers, one, run, type Script, texts } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { NodesQueries } from '../queries.ts';
import type { NodeAddress, NodeConfig, Published } from '../types.ts';
import {
  addNode,
  demandExpected,
  demandNode,
  evict,
  findNode,
  type Making,
  mostItems,
  type Node,
} from './nodes.ts';

interface NewItem {
  readonly id: string;
  readonly payload: string;
  readonly bytes: number;
}

interface Publishing extends Making {
  readonly publisher: string;
  /** No two of one id. */
  readonly items: readonly NewItem[];
  readonly defaults: NodeConfig | null;
  readonly expected: Partial<NodeConfig>;
  readonly bytesPerOwnerMax: number;
}

type Answer = Omit<Published, 'node'> & { readonly node: Node };

function* nodeFor(q: NodesQueries, a: Publishing): Script<{ node: Node; created: boolean }> {
  const known = yield* findNode(q, a);
  if (known) {
    demandExpected(known.config, a.expected);
    return { node: known, created: false };
  }
  if (!a.defaults) throw new StoreError('not-found', `there is no node ${a.node}`);
  return { node: yield* addNode(q, a, { ...a.defaults, ...a.expected }), created: true };
}

export function* publish(q: NodesQueries, a: Publishing): Script<Answer> {
  const { node, created } = yield* nodeFor(q, a);
  const most = mostItems(node.config);
  if (node.config.persistItems && a.items.length > most)
    throw new StoreError('limit', `the node keeps at most ${most} items`, { max: most });
  const lastSeq = yield* nextModseq(q, a.account, Math.max(1, a.items.length));
  const firstSeq = lastSeq - a.items.length + 1;
  if (!node.config.persistItems || a.items.length === 0) {
    yield* run(q.nodeTouch, { node: node.id, modseq: lastSeq });
    const items = a.items.map(({ id }, at) => ({ id, seq: firstSeq + at, replaced: false }));
    return { node: { ...node, modseq: lastSeq }, created, items, evicted: [] };
  }
  const before = yield* run(q.headsNamed, { node: node.id, ids: texts(a.items.map(({ id }) => id)) });
  const had = new Set(before.map(({ item }) => item));
  const added = a.items.length - had.size;
  const over = node.items + added - most;
  if (over > 0 && node.config.maxItems === 'max')
    throw new StoreError('limit', `a node keeps at most ${most} items`, { max: most });
  yield* putItems(q, a, { node, firstSeq });
  // What is new is newest, and never more than there may be: only older ones go.
  const gone = yield* evict(q, node.id, over);
  const bytes = sumOf(a.items) - sumOf(before) - gone.bytes;
  const change = { node: node.id, items: added - gone.ids.length, bytes, lastSeq, modseq: lastSeq };
  const grown = one(yield* run(q.nodeGrow, change));
  if (bytes > 0) yield* demandRoom(q, a);
  const items = a.items.map(({ id }, at) => ({ id, seq: firstSeq + at, replaced: had.has(id) }));
  return { node: grown, created, items, evicted: gone.ids };
}

const sumOf = (rows: readonly { readonly bytes: number }[]) =>
  rows.reduce((sum, { bytes }) => sum + bytes, 0);

function* putItems(
  q: NodesQueries,
  { items, publisher, now }: Publishing,
  { node, firstSeq }: { node: Node; firstSeq: number },
): Script<void> {
  const seconds = node.config.itemExpireSeconds;
  const expires = seconds === null ? 0 : now + seconds * 1_000;
  for (const [at, { id, payload, bytes }] of items.entries()) {
    const row = { node: node.id, item: id, publisher, payload, bytes, seq: firstSeq + at, now, expires };
    yield* run(q.itemPut, row);
  }
}

function* demandRoom(
  q: NodesQueries,
  { service, account, bytesPerOwnerMax: most }: Publishing,
): Script<void> {
  const { bytes } = one(yield* run(q.ownerTotals, { service, account }));
  if (Number(bytes) > most) throw new StoreError('over-quota', `at most ${most} bytes are kept in nodes`);
}

function* dropItems(q: NodesQueries, node: Node, ids: readonly string[]): Script<readonly string[]> {
  const gone = yield* run(q.itemsDrop, { node: node.id, ids: texts(ids) });
  if (gone.length === 0) return [];
  const modseq = yield* nextModseq(q, node.account);
  const lastSeq = first(yield* run(q.itemNewest, { node: node.id }))?.seq ?? 0;
  yield* run(q.nodeGrow, { node: node.id, items: -gone.length, bytes: -sumOf(gone), lastSeq, modseq });
  const there = new Set(gone.map(({ item }) => item));
  return ids.filter((id) => there.has(id));
}

export function* retract(
  q: NodesQueries,
  a: NodeAddress & { ids: readonly string[] },
): Script<readonly string[]> {
  return yield* dropItems(q, yield* demandNode(q, a), a.ids);
}

export function* purgeItems(q: NodesQueries, a: NodeAddress): Script<number> {
  const { id: node, items, bytes } = yield* demandNode(q, a);
  if (items === 0) return 0;
  yield* run(q.itemsDropAll, { nodes: numbers([node]) });
  const modseq = yield* nextModseq(q, a.account);
  yield* run(q.nodeGrow, { node, items: -items, bytes: -bytes, lastSeq: 0, modseq });
  return items;
}

export interface Over {
  readonly account: number;
  readonly node: number;
  readonly item: string;
}

export function grouped<Row>(rows: readonly Row[], key: (row: Row) => number): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** Of one account. */
export function* dropOver(q: NodesQueries, a: { account: number; over: readonly Over[] }): Script<void> {
  for (const [id, rows] of grouped(a.over, ({ node }) => node)) {
    const node = first(yield* run(q.nodeById, { node: id }));
    if (node)
      yield* dropItems(
        q,
        node,
        rows.map(({ item }) => item),
      );
  }
}

interface Faults {
  readonly next: number | null;
  readonly faults: readonly string[];
}

/** Counters of nodes beside their items; `mend` makes them right. */
function* counted(q: NodesQueries, after: number, mend: boolean): Script<Faults> {
  const nodes = yield* run(q.nodesNext, { after });
  const faults: string[] = [];
  for (const { id: node, account, ...row } of nodes) {
    const is = one(yield* run(q.itemsCounted, { node }));
    const [items, bytes, lastSeq] = [Number(is.items), Number(is.bytes), Number(is.lastSeq)];
    if (row.items === items && row.bytes === bytes && row.lastSeq === lastSeq) continue;
    if (mend) yield* run(q.nodeMend, { node, items, bytes, lastSeq, modseq: yield* nextModseq(q, account) });
    faults.push(`node ${node}: ${mend ? 'counted again' : 'its items are counted wrongly'}`);
  }
  return { next: nodes.length < limits.stepRows ? null : (nodes.at(-1)?.id ?? null), faults };
}

export const check = (q: NodesQueries, a: { after: number }) => counted(q, a.after, false);
export const repair = (q: NodesQueries, a: { after: number; now: number }) => counted(q, a.after, true);

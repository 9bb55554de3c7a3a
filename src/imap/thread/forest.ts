import { byRank } from '../sort/ranks.ts';
import { none } from './family.ts';

/**
 * Threads as they are sent: under each node its children in order, under `root` the threads. A node up to
 * `messageCount` is a message, any other a dummy: it stands for nothing and only at the top.
 */
export interface Forest {
  readonly messageCount: number;
  readonly root: number;
  /** Children of node n: `children` from `starts[n]` up to `starts[n + 1]`. */
  readonly starts: Uint32Array;
  readonly children: Uint32Array;
}

/** Messages by their ranks; of one rank in the order of the mailbox. */
export function inOrder(ranks: Uint32Array): Uint32Array {
  return byRank(
    ranks.map((_, message) => message),
    ranks,
    false,
  );
}

/**
 * Siblings in the order in which they, or of a dummy its first child, come in `order`, which names every message once
 * (RFC 5256 §3 REFERENCES step 6). `parents`: of messages a message or dummy, of dummies `none`.
 */
export function growForest(parents: Int32Array, order: Uint32Array, messageCount: number): Forest {
  const root = parents.length;
  const sequence = new Uint32Array(parents.length);
  const seen = new Uint8Array(parents.length);
  let length = 0;
  for (const message of order) {
    const parent = parents[message] ?? none;
    if (parent >= messageCount && seen[parent] === 0) {
      seen[parent] = 1;
      sequence[length++] = parent;
    }
    sequence[length++] = message;
  }
  const starts = new Uint32Array(root + 2);
  for (const node of sequence.subarray(0, length)) {
    const next = parentOf(parents, node) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let node = 1; node < starts.length; node++)
    starts[node] = (starts[node] ?? 0) + (starts[node - 1] ?? 0);
  const children = new Uint32Array(length);
  const filled = starts.slice();
  for (const node of sequence.subarray(0, length)) {
    const parent = parentOf(parents, node);
    const at = filled[parent] ?? 0;
    children[at] = node;
    filled[parent] = at + 1;
  }
  return { messageCount, root, starts, children };
}

function parentOf(parents: Int32Array, node: number): number {
  const parent = parents[node] ?? none;
  return parent === none ? parents.length : parent;
}

/**
 * The threads in the order of the highest rank that a message of each has; of one rank as their first messages are in
 * the mailbox.
 */
export function latestLast(forest: Forest, parents: Int32Array, ranks: Uint32Array): Forest {
  const tops = topsOf(parents);
  const latest = new Uint32Array(parents.length);
  const firsts = new Int32Array(forest.messageCount).fill(none);
  for (const [message, rank] of ranks.entries()) {
    const top = tops[message] ?? none;
    if (rank > (latest[top] ?? 0)) latest[top] = rank;
  }
  const start = forest.starts[forest.root] ?? 0;
  for (const top of forest.children.subarray(start)) {
    const first = top < forest.messageCount ? top : (forest.children[forest.starts[top] ?? 0] ?? 0);
    firsts[first] = top;
  }
  const children = forest.children.slice();
  const inMailbox = Uint32Array.from(firsts.filter((top) => top !== none));
  children.set(byRank(inMailbox, latest, false), start);
  return { ...forest, children };
}

/** Of each node the one at the top of its thread. */
function topsOf(parents: Int32Array): Int32Array {
  const tops = new Int32Array(parents.length).fill(none);
  const path: number[] = [];
  for (let start = 0; start < parents.length; start++) {
    let node = start;
    while (tops[node] === none && (parents[node] ?? none) !== none) {
      path.push(node);
      node = parents[node] ?? none;
    }
    const top = tops[node] === none ? node : (tops[node] ?? none);
    tops[node] = top;
    for (const passed of path.splice(0)) tops[passed] = top;
  }
  return tops;
}

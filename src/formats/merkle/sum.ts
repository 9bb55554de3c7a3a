import { hash as hashOf } from 'node:crypto';
import { FormatError } from '../../base/index.ts';

/** A leaf: what its owner alone can name, and an amount in minor units, whole and not negative. */
export interface SumLeaf {
  readonly salt: Uint8Array;
  readonly id: string;
  readonly amount: number;
}

/** A place in the tree: what is below it, and how much that is. */
export interface SumNode {
  readonly sum: number;
  readonly hash: Buffer;
}

/** One step up: the node beside, and on which side of it the way goes on. */
export interface SumStep extends SumNode {
  readonly side: 'left' | 'right';
}

const leafStart = Buffer.from('\0sum');
const nodeStart = Buffer.from('\x01sum');
const sha256 = (bytes: Uint8Array): Buffer => hashOf('sha256', bytes, 'buffer');

/** As 8 octets, big end first. */
function writeAmount(amount: number, into: Buffer, at: number): void {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new FormatError(`${amount} is no amount of a sum`);
  into.writeUInt32BE(Math.floor(amount / 2 ** 32), at);
  into.writeUInt32BE(amount % 2 ** 32, at + 4);
}

/** SHA-256(00 ‖ "sum" ‖ SHA-256(salt ‖ id) ‖ amount as 8 octets, big end first). */
export function sumLeafHash({ salt, id, amount }: SumLeaf): Buffer {
  const bytes = Buffer.allocUnsafe(44);
  leafStart.copy(bytes);
  sha256(Buffer.concat([salt, Buffer.from(id)])).copy(bytes, 4);
  writeAmount(amount, bytes, 36);
  return sha256(bytes);
}

function joined(left: SumNode, right: SumNode): SumNode {
  const bytes = Buffer.allocUnsafe(84);
  nodeStart.copy(bytes);
  writeAmount(left.sum, bytes, 4);
  left.hash.copy(bytes, 12);
  writeAmount(right.sum, bytes, 44);
  right.hash.copy(bytes, 52);
  return { sum: left.sum + right.sum, hash: sha256(bytes) };
}

const nodeOf = (leaf: SumLeaf): SumNode => ({ sum: leaf.amount, hash: sumLeafHash(leaf) });

/** The order of the tree: by hashes, so that the place of a leaf tells nothing. */
const byHash = (a: SumNode, b: SumNode): number => a.hash.compare(b.hash);
const inOrder = (leaves: readonly SumLeaf[]): readonly SumNode[] => leaves.map(nodeOf).sort(byHash);

/** Level by level: a pair is joined, an odd one out goes up alone; the shape of RFC 6962 §2.1. */
function levelAbove(level: readonly SumNode[]): readonly SumNode[] {
  const above: SumNode[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined) above.push(right === undefined ? left : joined(left, right));
  }
  return above;
}

/** All of a tree. */
export interface SumTree {
  /** Its leaves in their order first, the root alone last; empty where there is no leaf. */
  readonly levels: readonly (readonly SumNode[])[];
  /** Where each leaf, as it was given, stands among the first of them. */
  readonly places: readonly number[];
}

export function sumTree(leaves: readonly SumLeaf[]): SumTree {
  const nodes = leaves.map(nodeOf);
  const order = [...nodes.keys()].sort((a, b) => byHash(nodeAt(nodes, a), nodeAt(nodes, b)));
  const places = new Array<number>(nodes.length);
  for (const [place, leaf] of order.entries()) places[leaf] = place;
  let level: readonly SumNode[] = order.map((leaf) => nodeAt(nodes, leaf));
  const levels = level.length > 0 ? [level] : [];
  while (level.length > 1) {
    level = levelAbove(level);
    levels.push(level);
  }
  return { levels, places };
}

function nodeAt(nodes: readonly SumNode[], place: number): SumNode {
  const node = nodes[place];
  if (node === undefined) throw new RangeError(`there is no node ${place}`);
  return node;
}

/** The root over leaves in any order: its sum is the sum of all amounts. Null where there is no leaf. */
export const sumRoot = (leaves: readonly SumLeaf[]): SumNode | null =>
  sumTree(leaves).levels.at(-1)?.[0] ?? null;

/** The way of one leaf to the root, nearest first; null where it is not among them. */
export function sumProof(leaves: readonly SumLeaf[], leaf: SumLeaf): readonly SumStep[] | null {
  let level = inOrder(leaves);
  const own = sumLeafHash(leaf);
  let at = level.findIndex(({ hash }) => hash.equals(own));
  if (at < 0) return null;
  const steps: SumStep[] = [];
  while (level.length > 1) {
    const beside = level[at % 2 === 1 ? at - 1 : at + 1];
    if (beside !== undefined) steps.push({ ...beside, side: at % 2 === 1 ? 'left' : 'right' });
    level = levelAbove(level);
    at = Math.floor(at / 2);
  }
  return steps;
}

/** The nodes from the leaf up, one more than there are steps; null where a sum on the way is negative or too large. */
export function sumWay(leaf: SumLeaf, steps: readonly SumStep[]): readonly SumNode[] | null {
  let node = nodeOf(leaf);
  const way = [node];
  for (const step of steps) {
    if (!Number.isSafeInteger(step.sum) || step.sum < 0) return null;
    node = step.side === 'left' ? joined(step, node) : joined(node, step);
    if (!Number.isSafeInteger(node.sum)) return null;
    way.push(node);
  }
  return way;
}

/** Whether the leaf is in the tree of that root, and the root's sum counts it. */
export function verifySumProof(leaf: SumLeaf, steps: readonly SumStep[], root: SumNode): boolean {
  const top = sumWay(leaf, steps)?.at(-1);
  return top !== undefined && top.sum === root.sum && top.hash.equals(root.hash);
}

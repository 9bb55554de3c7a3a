import { createHash } from 'node:crypto';
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

const label = Buffer.from('sum');
const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

function amountBytes(amount: number): Buffer {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new FormatError(`${amount} is no amount of a sum`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(amount));
  return bytes;
}

/** SHA-256(00 ‖ "sum" ‖ SHA-256(salt ‖ id) ‖ amount as 8 octets, big end first). */
export function sumLeafHash({ salt, id, amount }: SumLeaf): Buffer {
  const named = createHash('sha256').update(salt).update(id).digest();
  const hash = createHash('sha256').update(leafMark).update(label).update(named).update(amountBytes(amount));
  return hash.digest();
}

function joined(left: SumNode, right: SumNode): SumNode {
  const hash = createHash('sha256').update(nodeMark).update(label);
  hash.update(amountBytes(left.sum)).update(left.hash).update(amountBytes(right.sum)).update(right.hash);
  return { sum: left.sum + right.sum, hash: hash.digest() };
}

const nodeOf = (leaf: SumLeaf): SumNode => ({ sum: leaf.amount, hash: sumLeafHash(leaf) });

/** The leaves in the order of the tree: by their hashes, so that the place of a leaf tells nothing. */
const inOrder = (leaves: readonly SumLeaf[]): readonly SumNode[] =>
  leaves.map(nodeOf).sort((a, b) => a.hash.compare(b.hash));

/** Level by level: a pair is joined, an odd one out goes up alone; the shape of RFC 6962 §2.1. */
function levelAbove(level: readonly SumNode[]): readonly SumNode[] {
  const above: SumNode[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined) above.push(right === undefined ? left : joined(left, right));
  }
  return above;
}

/** All of the tree: its leaves in their order first, the root alone last; empty where there is no leaf. */
export function sumLevels(leaves: readonly SumLeaf[]): readonly (readonly SumNode[])[] {
  let level = inOrder(leaves);
  const levels = level.length > 0 ? [level] : [];
  while (level.length > 1) {
    level = levelAbove(level);
    levels.push(level);
  }
  return levels;
}

/** The root over leaves in any order: its sum is the sum of all amounts. Null where there is no leaf. */
export const sumRoot = (leaves: readonly SumLeaf[]): SumNode | null => sumLevels(leaves).at(-1)?.[0] ?? null;

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

/** Whether the leaf is in the tree of that root, and the root's sum counts it: no sum on the way is negative or too large. */
export function verifySumProof(leaf: SumLeaf, steps: readonly SumStep[], root: SumNode): boolean {
  let node = nodeOf(leaf);
  for (const step of steps) {
    if (!Number.isSafeInteger(step.sum) || step.sum < 0) return false;
    node = step.side === 'left' ? joined(step, node) : joined(node, step);
    if (!Number.isSafeInteger(node.sum)) return false;
  }
  return node.sum === root.sum && node.hash.equals(root.hash);
}

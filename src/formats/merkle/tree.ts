import { createHash } from 'node:crypto';

const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 6962 §2.1: the hash of one leaf. */
export const leafHash = (data: Uint8Array): Buffer => sha256(leafMark, data);
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(nodeMark, left, right);

/** The largest power of two below `size` (RFC 6962 §2.1); `size` is above 1. */
function splitOf(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** The root of the tree over these leaf hashes; of none, the hash of nothing. */
export function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

/** The whole subtrees of a tree that grows, largest first: all that the next root needs, at most 53 hashes. */
export class Frontier {
  #size: number;
  readonly #peaks: Buffer[];

  /** What `peaks` and `size` said; none of both is the empty tree. */
  constructor(size = 0, peaks: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#peaks = peaks.map((peak) => Buffer.from(peak));
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly Buffer[] {
    return this.#peaks;
  }

  /** `whole` is told of each subtree that the leaf completes: its height, its place among those of this height, its root. */
  append(leaf: Uint8Array, whole?: (height: number, index: number, root: Buffer) => void): void {
    let hash: Buffer = Buffer.from(leaf);
    // Two whole subtrees of one size are one of twice the size.
    for (let bit = this.#size, height = 1; bit % 2 === 1; bit = (bit - 1) / 2, height++) {
      const left = this.#peaks.pop();
      if (left === undefined) throw new Error('the peaks do not fit the size');
      hash = nodeHash(left, hash);
      whole?.(height, (bit - 1) / 2, hash);
    }
    this.#peaks.push(hash);
    this.#size++;
  }

  root(): Buffer {
    const last = this.#peaks.at(-1);
    if (last === undefined) return sha256();
    let hash: Buffer = last;
    for (let at = this.#peaks.length - 2; at >= 0; at--) hash = nodeHash(this.#peaks[at] ?? hash, hash);
    return hash;
  }
}

/** Leaves from one to before another: a subtree, whose root stands in a proof. */
export type Span = readonly [from: number, until: number];

/** RFC 6962 §2.1.1: the subtrees beside the way from leaf `index` to the root, nearest first. */
export function inclusionSpans(index: number, size: number): readonly Span[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`there is no leaf ${index} in ${size}`);
  const spans: Span[] = [];
  for (let from = 0, until = size; until - from > 1; ) {
    const half = from + splitOf(until - from);
    spans.push(index < half ? [half, until] : [from, half]);
    if (index < half) until = half;
    else from = half;
  }
  return spans.reverse();
}

/** RFC 6962 §2.1.2: the subtrees whose roots show that the first `older` leaves are the beginning of all `size`. */
export function consistencySpans(older: number, size: number): readonly Span[] {
  if (!Number.isSafeInteger(older) || older < 1 || older > size)
    throw new RangeError(`no tree of ${older} is in one of ${size}`);
  const spans: Span[] = [];
  let [from, until] = [0, size];
  while (older !== until) {
    const half = from + splitOf(until - from);
    spans.push(older <= half ? [half, until] : [from, half]);
    if (older <= half) until = half;
    else from = half;
  }
  // The root of the older tree itself is known to who asks.
  if (from > 0) spans.push([from, until]);
  return spans.reverse();
}

const rootsOf = (leaves: readonly Uint8Array[], spans: readonly Span[]): readonly Buffer[] =>
  spans.map(([from, until]) => rootOf(leaves.slice(from, until)));

/** The proof that leaf `index` is among these, nearest first. */
export const inclusionProof = (leaves: readonly Uint8Array[], index: number): readonly Buffer[] =>
  rootsOf(leaves, inclusionSpans(index, leaves.length));

/** RFC 9162 §2.1.3.2: whether the leaf stands at `index` of the tree of `size` that has this root. */
export function verifyInclusion(
  claim: {
    readonly leaf: Uint8Array;
    readonly index: number;
    readonly size: number;
    readonly root: Uint8Array;
  },
  proof: readonly Uint8Array[],
): boolean {
  const { leaf, index, size, root } = claim;
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  const way = [...sidesOf(index, size)];
  if (way.length !== proof.length) return false;
  let hash: Buffer = Buffer.from(leaf);
  for (const [step, beside] of proof.entries())
    hash = way[step] === 'left' ? nodeHash(beside, hash) : nodeHash(hash, beside);
  return hash.equals(root);
}

/** On which side of the way up the other hash stands, from the leaf to the root. */
export function* sidesOf(index: number, size: number): Generator<'left' | 'right'> {
  if (size === 1) return;
  const half = splitOf(size);
  if (index < half) {
    yield* sidesOf(index, half);
    yield 'right';
  } else {
    yield* sidesOf(index - half, size - half);
    yield 'left';
  }
}

/** The proof that the first `older` leaves are the beginning of these. */
export const consistencyProof = (leaves: readonly Uint8Array[], older: number): readonly Buffer[] =>
  rootsOf(leaves, consistencySpans(older, leaves.length));

interface Sized {
  readonly size: number;
  readonly root: Uint8Array;
}

/** RFC 9162 §2.1.4.2: whether the older tree is the beginning of the newer one. */
export function verifyConsistency(older: Sized, newer: Sized, proof: readonly Uint8Array[]): boolean {
  if (older.size < 1 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && Buffer.from(older.root).equals(newer.root);
  const isPower = Number.isInteger(Math.log2(older.size));
  const path = isPower ? [older.root, ...proof] : proof;
  const first = path[0];
  if (first === undefined) return false;
  let at = older.size - 1;
  let last = newer.size - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  let before: Buffer = Buffer.from(first);
  let after: Buffer = before;
  for (const beside of path.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = nodeHash(beside, before);
      after = nodeHash(beside, after);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      after = nodeHash(after, beside);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && before.equals(older.root) && after.equals(newer.root);
}

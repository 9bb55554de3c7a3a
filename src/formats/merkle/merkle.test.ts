import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  Frontier,
  inclusionProof,
  leafHash,
  rootOf,
  type SumLeaf,
  sumProof,
  sumRoot,
  verifyConsistency,
  verifyInclusion,
  verifySumProof,
} from './index.ts';

const leavesOf = (texts: readonly string[]) => texts.map((text) => leafHash(Buffer.from(text)));
const numbered = (count: number) => leavesOf(Array.from({ length: count }, (_, n) => `leaf ${n}`));

describe('the tree of RFC 6962', () => {
  test('its root: of nothing, of one, of three', () => {
    expect(rootOf([]).equals(createHash('sha256').digest())).toBe(true);
    expect(rootOf(leavesOf(['a'])).equals(leafHash(Buffer.from('a')))).toBe(true);
    // COOP.md §4, L4
    expect(rootOf(leavesOf(['a', 'b', 'c'])).toString('hex')).toBe(
      '36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1',
    );
  });

  test('grows without its leaves: the peaks are enough', () => {
    const leaves = numbered(37);
    let frontier = new Frontier();
    for (const [at, leaf] of leaves.entries()) {
      frontier = new Frontier(frontier.size, frontier.peaks);
      frontier.append(leaf);
      expect(frontier.root().equals(rootOf(leaves.slice(0, at + 1)))).toBe(true);
    }
    expect(frontier.peaks).toHaveLength(3); // 32 + 4 + 1
  });

  test('tells each subtree that becomes whole', () => {
    const leaves = numbered(37);
    const frontier = new Frontier();
    const told: [number, number, string][] = [];
    for (const leaf of leaves)
      frontier.append(leaf, (height, index, root) => told.push([height, index, root.toString('hex')]));
    for (const [height, index, root] of told)
      expect(rootOf(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height)).toString('hex')).toBe(root);
    // 18 pairs, 9 of 4, 4 of 8, 2 of 16, 1 of 32
    expect(told).toHaveLength(34);
  });

  test('each leaf of each size is shown to be in it, at its place alone', () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = numbered(size);
      const root = rootOf(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const proof = inclusionProof(leaves, index);
        expect(verifyInclusion({ leaf, index, size, root }, proof)).toBe(true);
        expect(verifyInclusion({ leaf, index: index + 1, size, root }, proof)).toBe(false);
        expect(verifyInclusion({ leaf: leafHash(Buffer.from('x')), index, size, root }, proof)).toBe(false);
        expect(verifyInclusion({ leaf, index, size, root }, [...proof, root])).toBe(false);
      }
    }
  });

  test('every older tree is shown to be the beginning, and no other', () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = numbered(size);
      const newer = { size, root: rootOf(leaves) };
      for (let count = 1; count <= size; count++) {
        const older = { size: count, root: rootOf(leaves.slice(0, count)) };
        const proof = consistencyProof(leaves, count);
        expect(verifyConsistency(older, newer, proof)).toBe(true);
        const forked = { size: count, root: rootOf([...leaves.slice(1, count), leafHash(Buffer.from('x'))]) };
        expect(verifyConsistency(forked, newer, proof)).toBe(false);
        if (count < size) expect(verifyConsistency(older, newer, proof.slice(1))).toBe(false);
      }
    }
  });

  test('a place that is none is refused', () => {
    expect(() => inclusionProof(numbered(3), 3)).toThrow(RangeError);
    expect(() => consistencyProof(numbered(3), 4)).toThrow(RangeError);
    expect(verifyConsistency({ size: 0, root: rootOf([]) }, { size: 3, root: rootOf(numbered(3)) }, [])).toBe(
      false,
    );
  });
});

describe('the tree with sums', () => {
  const pay = (id: string, octet: number, amount: number): SumLeaf => ({
    id,
    salt: Buffer.alloc(16, octet),
    amount,
  });
  const three = [pay('A', 0x0a, 296_295), pay('B', 0x0b, 185_185), pay('C', 0x0c, 12_346)];

  test('the three pays of COOP.md §4', () => {
    const root = sumRoot(three);
    expect(root?.sum).toBe(493_826);
    expect(root?.hash.toString('hex')).toBe(
      '06e80b915354a7ed1e6d66f4b718e00df10302cbf8d37697f1a05846fd6faa03',
    );
    expect(sumRoot([])).toBeNull();
  });

  test('each of them can show that theirs is counted, and nothing more', () => {
    const leaf = fc.record({
      id: fc.string(),
      salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      amount: fc.nat({ max: 2 ** 40 }),
    });
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 40 }), fc.nat(), (leaves, pick) => {
        const own = leaves[pick % leaves.length];
        const root = sumRoot(leaves);
        if (own === undefined || root === null) return false;
        const proof = sumProof(leaves, own) ?? [];
        expect(sumRoot(leaves.toReversed())).toEqual(root);
        expect(verifySumProof(own, proof, root)).toBe(true);
        expect(verifySumProof({ ...own, amount: own.amount + 1 }, proof, root)).toBe(false);
        expect(verifySumProof(own, proof, { ...root, sum: root.sum + 1 })).toBe(false);
        return sumProof(leaves, { ...own, id: `${own.id}x` }) === null;
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test('a sum that is negative, or more than can be counted, proves nothing', () => {
    const [own] = three;
    const root = sumRoot(three);
    if (own === undefined || root === null) throw new Error('there are three');
    const proof = sumProof(three, own) ?? [];
    for (const sum of [-1, 0.5, 2 ** 53]) {
      const forged = proof.map((step, at) => (at === 0 ? { ...step, sum } : step));
      expect(verifySumProof(own, forged, root)).toBe(false);
    }
    expect(() => sumRoot([pay('A', 1, -1)])).toThrow('is no amount');
  });
});

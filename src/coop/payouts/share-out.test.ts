import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claim, shareOut } from './share-out.ts';

const claims = (...weights: number[]): readonly Claim[] =>
  weights.map((weight, at) => ({ id: String.fromCharCode(65 + at), weight }));
const paid = (total: number, of: readonly Claim[], label = '2026-03') =>
  shareOut(total, of, label)?.map((each) => each.paid);

describe('the worked examples of COOP.md', () => {
  test.each<[string, number, number[], number[]]>([
    ['a month (§4)', 493_826, [120, 75, 5], [296_295, 185_185, 12_346]],
    ['equal claims to one euro: the hash decides (§4)', 100, [1, 1, 1], [33, 33, 34]],
    ['interest pro rata temporis (A8)', 10_000, [182_500, 7330], [9614, 386]],
    ['interest up to the cap (§4)', 22_853, [500, 100, 1], [19_012, 3803, 38]],
    ['interest of a small result (§4)', 17_000, [500, 100, 1], [14_143, 2829, 28]],
  ])('%s', (_, total, weights, pays) => {
    expect(paid(total, claims(...weights))).toEqual(pays);
  });

  test('rounding each for itself would give out a cent too much', () => {
    const naive = [120, 75, 5].reduce((sum, coins) => sum + Math.round((493_826 * coins) / 200), 0);
    expect(naive).toBe(493_827);
  });
});

test.each<[string, number, readonly Claim[]]>([
  ['less than nothing', -1, claims(1, 2)],
  ['half a cent', 0.5, claims(1, 2)],
  ['more than can be counted', 2 ** 53, claims(1, 2)],
  ['a claim of less than nothing', 10, claims(3, -1)],
  ['half a coin', 10, claims(0.5)],
  ['somebody twice', 10, [...claims(1), ...claims(1)]],
])('%s is refused', (_, total, of) => {
  expect(() => shareOut(total, of, '2026-03')).toThrow(RangeError);
});

const weights = fc.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 60 });
const totals = fc.nat({ max: 2 ** 40 });

describe('whatever the claims', () => {
  const each = (check: (total: number, of: readonly Claim[]) => void) =>
    fc.assert(
      fc.property(totals, weights, (total, list) =>
        check(
          total,
          list.map((weight, at) => ({ id: `m${at}`, weight })),
        ),
      ),
      { seed: 7, numRuns: 300 },
    );
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

  test('all of it is given, each within a cent of their part, and nothing for nothing', () => {
    each((total, of) => {
      const pays = paid(total, of);
      const weight = sum(of.map((claim) => claim.weight));
      if (weight === 0) return expect(pays).toBeUndefined();
      expect(sum(pays ?? [])).toBe(total);
      of.forEach((claim, at) => {
        const exact = (BigInt(total) * BigInt(claim.weight)) / BigInt(weight);
        expect([exact, exact + 1n]).toContain(BigInt(pays?.[at] ?? -1));
        if (claim.weight === 0) expect(pays?.[at]).toBe(0);
      });
    });
  });

  test('their order is no matter', () => {
    each((total, of) => {
      const byId = (list: readonly Claim[]) =>
        new Map(shareOut(total, list, 'x')?.map(({ id, paid: own }) => [id, own]));
      expect(byId(of.toReversed())).toEqual(byId(of));
    });
  });

  test('who has more coins is not paid less for them', () => {
    each((total, of) => {
      const [first, ...others] = of;
      if (first === undefined || first.weight === 0) return;
      const more = paid(total, [{ ...first, weight: first.weight + 1 }, ...others])?.[0] ?? 0;
      expect(more).toBeGreaterThanOrEqual(paid(total, of)?.[0] ?? 0);
    });
  });
});

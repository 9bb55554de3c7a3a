import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fraction } from '../rules/decimal.ts';
import { floorOf, redeem, worthOf } from './redemption.ts';

describe('redemptions (COOP.md §1)', () => {
  const quarter = fraction(1, 4);

  test('A6: capital stops at its floor, the second in line is paid in part', () => {
    const floor = floorOf(10_000_000, quarter);
    expect(floor).toBe(2_500_000);
    const queue = [
      { id: 'A', amount: 20_000 },
      { id: 'B', amount: 20_000 },
      { id: 'C', amount: 1000 },
    ];
    expect(redeem({ now: 2_530_000, floor, step: 1000 }, queue)).toEqual([
      { id: 'A', amount: 20_000, paid: 20_000, queued: 0 },
      { id: 'B', amount: 20_000, paid: 10_000, queued: 10_000 },
      { id: 'C', amount: 1000, paid: 0, queued: 1000 },
    ]);
  });

  test('a floor of an odd cent is kept', () => {
    expect(floorOf(10_001, quarter)).toBe(2501);
  });

  test('never below the floor, whole shares, and nobody before who came earlier', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(amounts, fc.nat({ max: 1000 }), fc.nat({ max: 1000 }), (shares, now, floor) => {
        const queue = shares.map((count, at) => ({ id: `${at}`, amount: count * 1000 }));
        const rows = redeem({ now: now * 700, floor: floor * 700, step: 1000 }, queue);
        const total = rows.reduce((sum, { paid }) => sum + paid, 0);
        expect(now * 700 - total).toBeGreaterThanOrEqual(Math.min(now, floor) * 700);
        const waits = rows.findIndex(({ queued }) => queued > 0);
        if (waits >= 0) expect(rows.slice(waits + 1).every(({ paid }) => paid === 0)).toBe(true);
        for (const { amount, paid, queued } of rows) {
          expect(paid + queued).toBe(amount);
          expect(paid % 1000).toBe(0);
        }
      }),
      { seed: 7 },
    );
  });

  test.each([
    [900_000, 950],
    [0, 1000],
    [-1, 1000],
    [18_000_000, 0],
    [99_000_000, 0],
    [1, 999],
  ])('A7: with a loss of %i a share of 10 € is worth %i', (loss, worth) => {
    expect(worthOf(1000, 18_000_000, loss)).toBe(worth);
  });

  test('where no capital is left to bear a loss a share is worth nothing', () => {
    expect(worthOf(1000, 0, 1)).toBe(0);
    expect(worthOf(1000, 0, 0)).toBe(1000);
  });
});

import { describe, expect, test } from 'vitest';
import { fraction, meanOf, plus, readPercent } from '../rules/decimal.ts';
import { type AllocationStep, allocate } from './allocation.ts';
import { afterLevies, interestMost, shareDays } from './interest.ts';

const rule: readonly AllocationStep[] = [
  { to: 'legal_reserve', part: fraction(15, 100), of: 'remainder', round: 'up' },
  { to: 'statutory_reserve', part: fraction(1, 2), of: 'remainder', round: 'up' },
];

describe('a result is allocated (COOP.md §4)', () => {
  test.each([
    [5_000_000, [750_000, 2_125_000], 2_125_000],
    [40_000, [6000, 17_000], 17_000],
    [1, [1, 0], 0],
    [0, [0, 0], 0],
    [-500, [0, 0], 0],
  ])('%i', (result, amounts, distributable) => {
    const allocation = allocate(result, rule);
    expect(allocation.steps.map(({ amount }) => amount)).toEqual(amounts);
    expect(allocation.distributable).toBe(distributable);
  });

  test('a reserve that is full takes nothing, and its part goes on', () => {
    const full = rule.map((step) => (step.to === 'legal_reserve' ? { ...step, most: 100 } : step));
    expect(allocate(5_000_000, full).steps).toEqual([
      { to: 'legal_reserve', amount: 100 },
      { to: 'statutory_reserve', amount: 2_499_950 },
    ]);
  });
});

describe('interest on shares', () => {
  // COOP.md §1: mean of three civil years, and two points.
  const rates = ['0.20', '0.27', '1.325', '2.51', '3.14', '3.37'].map(readPercent);
  const rate = plus(meanOf(rates), readPercent('2'));

  test('is capped: 3.8025 %', () => {
    expect(rate.num * 1_000_000n).toBe(rate.den * 38_025n);
    expect(interestMost(18_000_000, rate, 2_125_000)).toBe(684_450);
    expect(interestMost(601_000, rate, 10_000_000)).toBe(22_853);
    expect(interestMost(601_000, rate, 17_000)).toBe(17_000);
    expect(() => meanOf([])).toThrow(RangeError);
  });

  test('counts the days for which shares were held (A8)', () => {
    const year = { from: '2025-01-01', until: '2026-01-01' };
    expect(shareDays([{ shares: 500, ...year }], year)).toBe(182_500);
    const more = { shares: 20, from: '2025-07-01', until: '2030-01-01' };
    expect(shareDays([{ shares: 10, from: '2019-01-01', until: '2026-01-01' }, more], year)).toBe(7330);
    expect(shareDays([{ shares: 10, from: '2026-01-01', until: '2026-02-01' }], year)).toBe(0);
    expect(
      shareDays([{ shares: 1, from: '2024-01-01', until: '2025-01-01' }], {
        from: '2024-01-01',
        until: '2025-01-01',
      }),
    ).toBe(366);
  });

  test.each([
    [19_012, '18.6', [2434, 3536], 13_042],
    [19_012, '17.2', [2434, 3270], 13_308],
    [38, '18.6', [5, 7], 26],
  ])('%i is taxed at the rates of its day, social %s', (gross, social, taken, net) => {
    const levies = [
      { name: 'income', rate: readPercent('12.8') },
      { name: 'social', rate: readPercent(social) },
    ];
    const after = afterLevies(gross, levies);
    expect(after.taken.map(({ amount }) => amount)).toEqual(taken);
    expect(after.net).toBe(net);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { dividedBy, fraction, partOf, plus, rateDigitsMax, readDecimal, readPercent } from './decimal.ts';

describe('rates', () => {
  test.each([
    ['12.8', 128n, 10n],
    ['0', 0n, 1n],
    ['-1.50', -150n, 100n],
    [`0.${'1'.repeat(rateDigitsMax)}`, 111_111_111n, 10n ** 9n],
  ])('%s is exact', (text, num, den) => {
    expect(readDecimal(text)).toEqual({ num, den });
    expect(readPercent(text)).toEqual({ num, den: den * 100n });
  });

  test.each(['', '.5', '1.', '1e3', '0x10', ' 1', '1,5', `0.${'1'.repeat(rateDigitsMax + 1)}`, 'NaN'])(
    '%j is none',
    (text) => {
      expect(() => readDecimal(text)).toThrow(FormatError);
    },
  );

  test('are added and divided without loss', () => {
    const third = dividedBy(fraction(1, 1), 3);
    expect(partOf(300, plus(plus(third, third), third), 'down')).toBe(300);
  });
});

describe('a part of an amount', () => {
  test.each([
    [1_234_567, '40', 'down', 493_826],
    [19_012, '12.8', 'half-up', 2434],
    [19_012, '18.6', 'half-up', 3536],
    [19_012, '17.2', 'half-up', 3270],
    [38, '12.8', 'half-up', 5],
    [38, '18.6', 'half-up', 7],
    [1, '50', 'half-up', 1],
    [1, '50', 'down', 0],
    [1, '1', 'up', 1],
    [-1, '50', 'down', -1],
    [-1, '50', 'half-up', 0],
  ] as const)('%i at %s %% %s is %i', (amount, percent, rounding, part) => {
    expect(partOf(amount, readPercent(percent), rounding)).toBe(part);
  });

  test('is within one unit of the exact one, however large', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat({ max: 10_000 }), (amount, bp) => {
        const down = BigInt(partOf(amount, fraction(bp, 10_000), 'down'));
        const up = BigInt(partOf(amount, fraction(bp, 10_000), 'up'));
        const exact = BigInt(amount) * BigInt(bp);
        return down * 10_000n <= exact && exact <= up * 10_000n && up - down <= 1n;
      }),
      { seed: 7 },
    );
  });

  test('that is more than can be counted is refused', () => {
    expect(() => partOf(Number.MAX_SAFE_INTEGER, fraction(2, 1), 'down')).toThrow(
      'more money than can be counted',
    );
  });
});

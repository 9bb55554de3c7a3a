import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { batchUnits } from './crew.ts';

const few = limits.halvedUnitsMin - 1;

describe('how many waiting units make a batch', () => {
  test.each([
    ['a lone one goes at once', 1, 512, 1],
    ['few go together', few, 512, few],
    ['of many goes half', limits.halvedUnitsMin, 512, limits.halvedUnitsMin / 2],
    ['an odd one goes with the first half', 41, 512, 21],
    ['never more than batchMax', 5_000, 512, 512],
    ['a reader takes one scan at a time', 40, 1, 1],
  ])('%s', (_, waiting, batchMax, expected) => {
    expect(batchUnits(waiting, batchMax)).toBe(expected);
  });
});

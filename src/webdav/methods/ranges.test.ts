import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rangesMax } from '../limits.ts';
import { readRanges } from './ranges.ts';

describe('ranges of ten bytes', () => {
  test.each([
    ['bytes=0-4', [[0, 5]]],
    ['bytes=5-', [[5, 10]]],
    ['bytes=-3', [[7, 10]]],
    ['bytes=-30', [[0, 10]]],
    ['bytes=9-99', [[9, 10]]],
    [
      'bytes=0-0, 2-3 ,-1',
      [
        [0, 1],
        [2, 4],
        [9, 10],
      ],
    ],
    [
      'Bytes=5-7,0-1',
      [
        [5, 8],
        [0, 2],
      ],
    ],
    ['bytes=10-', []],
    ['bytes=-0', []],
    ['bytes=10-, 0-1', [[0, 2]]],
    // What is no range of bytes is passed over.
    ['bytes=5-4', null],
    ['bytes=', null],
    ['bytes=-', null],
    ['bytes=a-b', null],
    ['lines=0-1', null],
    // The same bytes twice.
    ['bytes=0-5,3-8', null],
  ])('%s', (text, ranges) => {
    expect(readRanges(text, 10)).toEqual(ranges);
  });

  test('rangesMax', () => {
    const ask = (count: number) => `bytes=${Array.from({ length: count }, (_, at) => `${at * 2}-${at * 2}`)}`;
    expect(readRanges(ask(rangesMax), 1_000)).toHaveLength(rangesMax);
    expect(readRanges(ask(rangesMax + 1), 1_000)).toBeNull();
  });

  test('whatever is asked lies within', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^bytes=(\d{0,3}-\d{0,3},?)*$/), fc.nat(50), (text, length) => {
        for (const [start, end] of readRanges(text, length) ?? []) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(length);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UidRange } from '../types.ts';
import { rangesOf, stepsOf, UidRanges, upTo } from './ranges.ts';

test.each<[readonly number[], readonly UidRange[]]>([
  [[], []],
  [[7], [[7, 7]]],
  [
    [3, 1, 2, 2, 9],
    [
      [1, 3],
      [9, 9],
    ],
  ],
])('uids %j are ranges %j', (uids, ranges) => {
  expect(rangesOf(uids)).toEqual(ranges);
  expect(rangesOf(ranges)).toEqual(ranges);
});

test('uids that come in order are counted and kept as ranges', () => {
  const made = new UidRanges();
  made.add([1, 2, 3]);
  made.add([4, 8]);
  expect([made.count, made.ranges]).toEqual([
    5,
    [
      [1, 4],
      [8, 8],
    ],
  ]);
});

test('nothing above the top stays', () => {
  const ranges: UidRange[] = [
    [1, 4],
    [6, 9],
    [12, 14],
  ];
  expect(upTo(ranges, 7)).toEqual([
    [1, 4],
    [6, 7],
  ]);
  expect(upTo(ranges, 14)).toBe(ranges);
  expect(upTo(ranges, 0)).toEqual([]);
});

describe('steps', () => {
  test('a long range is one step, near ones share one, far ones do not', () => {
    const ranges: UidRange[] = [
      [1, 1000],
      [1002, 1002],
      [1005, 1006],
      [2000, 2000],
    ];
    expect([...stepsOf(ranges, 100)]).toEqual([
      { first: 1, last: 1000, uids: null },
      { first: 1002, last: 1006, uids: '[1002,1005,1006]' },
      { first: 2000, last: 2000, uids: null },
    ]);
  });

  test('together they name every uid once, and none lists more than it may', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 60 })));
    fc.assert(
      fc.property(gaps, fc.integer({ min: 2, max: 50 }), (pairs, uidsMax) => {
        let last = 0;
        const ranges = pairs.map(([gap, length]): UidRange => {
          const first = last + gap;
          last = first + length - 1;
          return [first, last];
        });
        const wanted = ranges.flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, at) => from + at),
        );
        const named: number[] = [];
        for (const { first, last: end, uids } of stepsOf(ranges, uidsMax)) {
          const listed: number[] | null = uids === null ? null : JSON.parse(uids);
          if (listed !== null) expect(end - first).toBeLessThan(uidsMax);
          for (let uid = first; uid <= end; uid++) if (listed?.includes(uid) ?? true) named.push(uid);
        }
        expect(named).toEqual(wanted);
      }),
      { seed: 9051, numRuns: 200 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SyntaxFault } from './fault.ts';
import { wireLimits } from './limits.ts';
import { SequenceSet } from './sequence-set.ts';

const good = ['1', '*', '1:*', '*:1', '5:3', '1,2,3', '1:3,7,9:*', '4294967295', '*:*'];

describe('SequenceSet', () => {
  test.each(good)('%s is read', (text) => {
    expect(SequenceSet.parse(text).toString()).toBe(text === '*:*' ? '*' : text);
  });

  test.each([
    ['', 'expected a number'],
    ['0', 'expected a number'],
    ['01', 'expected a number'],
    ['1:', 'expected a number'],
    [':1', 'expected a number'],
    ['1,', 'expected a number'],
    [',1', 'expected a number'],
    ['1,,2', 'expected a number'],
    ['1:2:3', "expected ','"],
    ['**', "expected ','"],
    ['1*', "expected ','"],
    ['1,$', 'expected a number'],
    ['$,1', 'expected a number'],
    ['4294967296', '32 bits'],
    ['1:99999999999999999999', '32 bits'],
    ['-1', 'expected a number'],
    ['1 ', "expected ','"],
  ])('%j is refused: %s', (text, why) => {
    expect(() => SequenceSet.parse(text)).toThrow(SyntaxFault);
    expect(() => SequenceSet.parse(text)).toThrow(why);
  });

  test('the fault names the place', () => {
    expect(() => SequenceSet.parse('1,x', 20)).toThrow(expect.objectContaining({ offset: 22 }));
  });

  test.each([
    ['1:*', 5, '1:5'],
    ['*', 5, '5'],
    ['*:3', 5, '3:5'],
    ['9:*', 5, '5:9'],
    ['5:3,4,1', 9, '1,3:5'],
    ['1:3,2:6,7', 9, '1:7'],
    ['7,6,5', 9, '5:7'],
    ['1:10,2:3,12', 9, '1:10,12'],
    ['4294967295,1', 9, '1,4294967295'],
    ['1:4294967295,2', 9, '1:4294967295'],
  ])('%s where the last is %d means %s', (text, last, normal) => {
    expect(SequenceSet.parse(text).normalise(last).toString()).toBe(normal);
  });

  test("'*' and '$' cannot be used before they are numbers", () => {
    expect(() => SequenceSet.parse('*').normalise(0)).toThrow("'*' needs");
    expect(() => SequenceSet.parse('*').contains(1)).toThrow("'*' needs");
    expect(() => [...SequenceSet.parse('1:*')]).toThrow('normalised');
    expect(() => SequenceSet.parse('$').normalise(3)).toThrow('saved result');
    expect(SequenceSet.parse('$').isSaved).toBe(true);
    expect(SequenceSet.parse('$').toString()).toBe('$');
    expect(SequenceSet.empty.isEmpty).toBe(true);
  });

  test('the same set is asked again with another last number', () => {
    const set = SequenceSet.parse('3:*');
    expect(set.normalise(5).toString()).toBe('3:5');
    expect(set.normalise(7).toString()).toBe('3:7');
    expect(set.normalise(1).toString()).toBe('1:3');
  });

  test('size, largest and iteration', () => {
    const set = SequenceSet.parse('5:3,9,4');
    expect([...set]).toEqual([5, 4, 3, 9, 4]);
    expect([...set.normalise(0)]).toEqual([3, 4, 5, 9]);
    expect(set.size).toBe(4);
    expect(set.largest).toBe(9);
    expect(set.rangeCount).toBe(3);
    expect(SequenceSet.parse('1:4294967295').size).toBe(4_294_967_295);
    expect(SequenceSet.parse('*').largest).toBe(0);
  });

  test('numbers are compressed in their order', () => {
    expect(SequenceSet.of([1, 2, 3, 7, 9, 10]).toString()).toBe('1:3,7,9:10');
    expect(SequenceSet.of([3, 2, 1]).toString()).toBe('3,2,1');
    expect(SequenceSet.of([]).toString()).toBe('');
    expect(() => SequenceSet.of([0])).toThrow(RangeError);
    expect(() => SequenceSet.of([1.5])).toThrow(RangeError);
    expect(() => SequenceSet.of([2 ** 32])).toThrow(RangeError);
  });

  test('agrees with a plain set of numbers', () => {
    const number = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant('*' as const));
    const range = fc.oneof(
      number.map((n) => [n, n] as const),
      fc.tuple(number, number),
    );
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        (ranges, last) => {
          const set = SequenceSet.parse(ranges.map(([a, b]) => (a === b ? `${a}` : `${a}:${b}`)).join(','));
          const model = new Set<number>();
          for (const pair of ranges) {
            const [a, b] = pair.map((value) => (value === '*' ? last : value)) as [number, number];
            for (let n = Math.min(a, b); n <= Math.max(a, b); n++) model.add(n);
          }
          const normal = set.normalise(last);
          expect([...normal]).toEqual([...model].sort((x, y) => x - y));
          expect(SequenceSet.of(model).size).toBe(model.size);
          for (let n = 1; n <= 31; n++) expect(normal.contains(n)).toBe(model.has(n));
          expect(SequenceSet.parse(normal.toString()).normalise(last).toString()).toBe(normal.toString());
        },
      ),
      { seed: 9051, numRuns: 500 },
    );
  });

  test('as many ranges as the limit are served, one more is refused', () => {
    const ranges = Array.from(
      { length: wireLimits.sequenceRangesMax },
      (_, i) => `${i * 3 + 2}:${i * 3 + 1}`,
    );
    const set = SequenceSet.parse(ranges.reverse().join(',')).normalise(0);
    expect(set.rangeCount).toBe(wireLimits.sequenceRangesMax);
    expect(set.contains(3)).toBe(false);
    expect(set.contains(299_999)).toBe(true);
    expect(() => SequenceSet.parse(`${ranges.join(',')},1`)).toThrow('100000 ranges');
  });
});

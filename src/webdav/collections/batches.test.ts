import { expect, test } from 'vitest';
import { batchesOf, nextItems } from './batches.ts';
import type { ItemResource } from './item.ts';
import { batchBytesMax, batchItemsMax, firstItemsMax } from './limits.ts';

test('a few items are held at once, and one at least', () => {
  const items = (count: number, size: number) =>
    Array.from({ length: count }, () => ({ row: { size } }) as unknown as ItemResource);
  const sizes = (count: number, size: number) =>
    [...batchesOf(items(count, size))].map(({ length }) => length);
  expect(sizes(batchItemsMax + 1, 1)).toEqual([batchItemsMax, 1]);
  expect(sizes(5, batchBytesMax / 2)).toEqual([2, 2, 1]);
  expect(sizes(2, batchBytesMax + 1)).toEqual([1, 1]);
  expect(sizes(0, 1)).toEqual([]);
});

test('as many are read next as are likely not to be too much', () => {
  expect(nextItems(firstItemsMax, 0)).toBe(batchItemsMax);
  expect(nextItems(firstItemsMax, firstItemsMax)).toBe(batchItemsMax);
  expect(nextItems(firstItemsMax, batchBytesMax)).toBe(firstItemsMax);
  expect(nextItems(batchItemsMax, batchItemsMax * 1_048_576)).toBe(8);
  expect(nextItems(1, 100 * batchBytesMax)).toBe(1);
});

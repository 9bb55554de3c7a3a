import type { ItemResource } from './item.ts';
import { batchBytesMax, batchItemsMax } from './limits.ts';

/** As many as may be held with their bytes at once, one at least. */
export function* batchesOf(items: readonly ItemResource[]): Generator<readonly ItemResource[]> {
  let from = 0;
  let bytes = 0;
  for (const [at, { row }] of items.entries()) {
    if (at > from && (at - from === batchItemsMax || bytes + row.size > batchBytesMax)) {
      yield items.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += row.size;
  }
  if (from < items.length) yield items.slice(from);
}

/** How many are read next whose sizes nobody knows: those that are likely not too much, after so many were so large. */
export function nextItems(items: number, bytes: number): number {
  const likely = bytes === 0 ? batchItemsMax : Math.floor((items * batchBytesMax) / bytes);
  return Math.max(1, Math.min(batchItemsMax, likely));
}

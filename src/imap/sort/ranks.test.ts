import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderColumn } from '../../stores/mail/index.ts';
import { byRank, ranksFor } from './ranks.ts';

/** As the store answers it: uids ascending, each with its rank. */
function columnOf(values: ReadonlyMap<number, number>): OrderColumn {
  const sorted = [...values].sort(([a], [b]) => a - b);
  const distinct = [...new Set(sorted.map(([, value]) => value))].sort((a, b) => a - b);
  return {
    uids: Uint32Array.from(sorted, ([uid]) => uid),
    ranks: Uint32Array.from(sorted, ([, value]) => distinct.indexOf(value)),
  };
}

function ranksOf(uids: readonly number[], column: OrderColumn): Uint32Array {
  const work = ranksFor(uids, column);
  for (;;) {
    const turn = work.next();
    if (turn.done) return turn.value;
  }
}

describe('ranks', () => {
  it('are found for some of the mailbox, and are 0 for what is not there', () => {
    const column = columnOf(
      new Map([
        [3, 30],
        [9, 10],
        [40, 20],
        [41, 20],
      ]),
    );
    expect([...ranksOf([3, 7, 9, 41], column)]).toEqual([2, 0, 0, 1]);
    expect([...ranksOf([], column)]).toEqual([]);
  });

  it('are the same whether messages are counted or, where they are few, compared', () => {
    const places = Uint32Array.from([0, 1, 2, 3]);
    const [near, far] = [Uint32Array.from([5, 2, 5, 0]), Uint32Array.from([500, 200, 500, 0])];
    for (const reverse of [false, true])
      expect(byRank(places, far, reverse)).toEqual(byRank(places, near, reverse));
    expect([...byRank(places, far, true)]).toEqual([0, 2, 1, 3]);
  });

  it('lets others run in between', () => {
    const uids = Array.from({ length: 50_000 }, (_, at) => at + 1);
    const work = ranksFor(uids, columnOf(new Map(uids.map((uid) => [uid, uid % 7]))));
    expect(work.next().done).toBe(false);
  });

  it('sort as comparing key by key does', () => {
    const message = fc.record({ uid: fc.integer({ min: 1, max: 60 }), values: fc.array(fc.nat({ max: 3 })) });
    const messages = fc.uniqueArray(message, { selector: ({ uid }) => uid, maxLength: 30 });
    const reverses = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(messages, reverses, (made, reverse) => {
        const sorted = made.toSorted((a, b) => a.uid - b.uid);
        const uids = sorted.map(({ uid }) => uid);
        const valueAt = (at: number, key: number) => sorted[at]?.values[key] ?? 0;
        let places: Uint32Array = Uint32Array.from(uids, (_, at) => at);
        for (let key = reverse.length - 1; key >= 0; key--) {
          const column = columnOf(new Map(uids.map((uid, at) => [uid, valueAt(at, key)])));
          places = byRank(places, ranksOf(uids, column), reverse[key] ?? false);
        }
        const naive = uids.map((_, at) => at);
        naive.sort((a, b) => {
          for (const [key, down] of reverse.entries()) {
            const difference = valueAt(a, key) - valueAt(b, key);
            if (difference !== 0) return down ? -difference : difference;
          }
          return a - b;
        });
        expect([...places]).toEqual(naive);
      }),
      { seed: 5256 },
    );
  });
});

import type { OrderColumn } from '../../stores/mail/index.ts';

/** Messages between two looks at the clock. */
const turnMessages = 8192;

/** The rank of each of `uids`, ascending; 0 where the column does not know it. May be driven in slices. */
export function* ranksFor(uids: readonly number[], column: OrderColumn): Generator<void, Uint32Array> {
  const ranks = new Uint32Array(uids.length);
  for (let at = 0; at < column.uids.length; at++) {
    if (at % turnMessages === turnMessages - 1) yield;
    const uid = column.uids[at] ?? 0;
    const place = placeOf(uids, uid);
    if (uids[place] === uid) ranks[place] = column.ranks[at] ?? 0;
  }
  return ranks;
}

/** Places in the order of their ranks; of one rank they stay as they came. Counted, not compared: linear. */
export function byRank(places: Uint32Array, ranks: Uint32Array, reverse: boolean): Uint32Array {
  let highest = 0;
  for (const rank of ranks) if (rank > highest) highest = rank;
  const bucketOf = (place: number) => {
    const rank = ranks[place] ?? 0;
    return reverse ? highest - rank : rank;
  };
  const starts = new Uint32Array(highest + 2);
  for (const place of places) {
    const next = bucketOf(place) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let bucket = 1; bucket < starts.length; bucket++) {
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
  }
  const sorted = new Uint32Array(places.length);
  for (const place of places) {
    const bucket = bucketOf(place);
    const to = starts[bucket] ?? 0;
    sorted[to] = place;
    starts[bucket] = to + 1;
  }
  return sorted;
}

/** How many are smaller. */
function placeOf(uids: readonly number[], uid: number): number {
  let low = 0;
  let high = uids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((uids[middle] ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}

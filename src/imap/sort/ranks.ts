import type { OrderColumn } from '../../stores/mail/index.ts';

/** Messages between two looks at the clock. */
const turnMessages = 8192;
/** So many times fewer messages than ranks are compared with each other, not counted. */
const sparseFactor = 16;

/** The rank of each of `uids`, ascending; 0 where the column does not know it. May be driven in slices. */
export function* ranksFor(uids: readonly number[], column: OrderColumn): Generator<void, Uint32Array> {
  const known = column.uids;
  const ranks = new Uint32Array(uids.length);
  let next = 0;
  for (let at = 0; at < uids.length && next < known.length; at++) {
    if (at % turnMessages === turnMessages - 1) yield;
    const uid = uids[at] as number;
    // Most often its neighbour is next.
    if ((known[next] as number) < uid) next = placeOf(known, uid, next + 1);
    if (known[next] === uid) ranks[at] = column.ranks[next++] as number;
  }
  return ranks;
}

/** Places in the order of their ranks; of one rank they stay as they came. */
export function byRank(places: Uint32Array, ranks: Uint32Array, reverse: boolean): Uint32Array {
  let highest = 0;
  for (let at = 0; at < ranks.length; at++)
    if ((ranks[at] as number) > highest) highest = ranks[at] as number;
  if (places.length * sparseFactor < highest) return compared(places, ranks, reverse);
  return counted(places, ranks, reverse, highest);
}

function compared(places: Uint32Array, ranks: Uint32Array, reverse: boolean): Uint32Array {
  const rankOf = (place: number) => ranks[place] as number;
  return places.slice().sort((a, b) => (reverse ? rankOf(b) - rankOf(a) : rankOf(a) - rankOf(b)));
}

/** Linear in the messages and ranks. */
function counted(places: Uint32Array, ranks: Uint32Array, reverse: boolean, highest: number): Uint32Array {
  const bucketOf = (place: number) => {
    const rank = ranks[place] as number;
    return reverse ? highest - rank : rank;
  };
  const starts = new Uint32Array(highest + 2);
  for (let at = 0; at < places.length; at++) {
    const next = bucketOf(places[at] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let bucket = 1; bucket < starts.length; bucket++) {
    starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
  }
  const sorted = new Uint32Array(places.length);
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    const bucket = bucketOf(place);
    const to = starts[bucket] as number;
    sorted[to] = place;
    starts[bucket] = to + 1;
  }
  return sorted;
}

/** The first place from `low` on whose uid is not smaller. */
function placeOf(uids: Uint32Array, uid: number, low: number): number {
  if (low >= uids.length || (uids[low] as number) >= uid) return low;
  let [from, to] = [low + 1, uids.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((uids[middle] as number) < uid) from = middle + 1;
    else to = middle;
  }
  return from;
}

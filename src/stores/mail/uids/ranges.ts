import type { UidRange, Uids } from '../types.ts';

/** Uids that come in ascending order, kept as ranges. */
export class UidRanges {
  readonly #ranges: [number, number][] = [];
  count = 0;

  add(uids: Iterable<number>): void {
    for (const uid of uids) {
      const last = this.#ranges.at(-1);
      if (last && last[1] === uid - 1) last[1] = uid;
      else this.#ranges.push([uid, uid]);
      this.count++;
    }
  }

  get ranges(): readonly UidRange[] {
    return this.#ranges;
  }
}

/** Ascending ranges that do not meet, from uids in any order or from ranges that are so already. */
export function rangesOf(uids: Uids): readonly UidRange[] {
  if (typeof uids[0] !== 'number') return uids as readonly UidRange[];
  const made = new UidRanges();
  const given = uids as readonly number[];
  const isAscending = given.every((uid, at) => at === 0 || uid > (given[at - 1] ?? uid));
  made.add(isAscending ? given : [...new Set(given)].sort((a, b) => a - b));
  return made.ranges;
}

/** The ranges without uids above `top`. */
export function upTo(ranges: readonly UidRange[], top: number): readonly UidRange[] {
  const last = ranges.at(-1);
  if (!last || last[1] <= top) return ranges;
  return ranges.filter(([from]) => from <= top).map(([from, to]): UidRange => [from, Math.min(to, top)]);
}

/** From the first to the last uid; only those listed where `uids` (a JSON array) is not null. */
export interface Step {
  readonly first: number;
  readonly last: number;
  readonly uids: string | null;
}

/** Ranges cut and put together so that a step spans at most `uidsMax` uids, unless it is one range and nothing else. */
export function* stepsOf(ranges: readonly UidRange[], uidsMax: number): Generator<Step> {
  for (let at = 0; at < ranges.length; ) {
    const [first, firstLast] = ranges[at] ?? [0, 0];
    let end = at + 1;
    while ((ranges[end]?.[1] ?? Number.POSITIVE_INFINITY) - first < uidsMax) end++;
    if (end === at + 1) yield { first, last: firstLast, uids: null };
    else {
      const uids: number[] = [];
      for (const [from, to] of ranges.slice(at, end)) for (let uid = from; uid <= to; uid++) uids.push(uid);
      yield { first, last: uids.at(-1) ?? 0, uids: `[${uids.join(',')}]` };
    }
    at = end;
  }
}

import { compileData, compileDigest, touching } from '../digest/compile.ts';
import { digestOf } from '../digest/index-of.ts';
import { type Asked, overlaps } from '../digest/match.ts';
import type { CalendarObject } from '../object.ts';
import { Steps, within } from '../recur/steps.ts';
import type { Occurrence, TimeRange } from '../types.ts';
import { utcZone } from '../zones/zone.ts';

/** What was found, in the order of its starts; `capped`: there may be more, but more than were wanted or could be looked at. */
export interface Occurrences {
  readonly found: readonly Occurrence[];
  readonly capped: boolean;
}

/** What of an object happens in a range, `max` at most. Of a range that has no end the earliest are not promised where some are moved. */
export function occurrences(
  source: string | CalendarObject,
  range: TimeRange,
  max: number,
  { floating = utcZone, steps = new Steps() }: Asked = {},
): Occurrences {
  const compiled =
    typeof source === 'string'
      ? compileDigest(source, floating)
      : compileData(digestOf(source, source.zones(floating)), source.zones(floating));
  const found: Occurrence[] = [];
  steps.begin();
  const isAll = within(() => {
    for (const occurrence of touching(compiled, range.startMs, range.endMs, steps)) {
      if (!overlaps(occurrence, range)) continue;
      if (found.length >= max) return false;
      found.push(occurrence);
    }
    return true;
  }, false);
  return { found: found.sort((a, b) => a.startMs - b.startMs), capped: !isAll };
}

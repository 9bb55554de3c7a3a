import { compileData, compileDigest, touching } from '../digest/compile.ts';
import { digestOf } from '../digest/index-of.ts';
import { overlaps } from '../digest/match.ts';
import type { CalendarObject } from '../object.ts';
import type { Occurrence, TimeRange } from '../types.ts';
import { utcZone, type Zone } from '../zones/zone.ts';

/** What was found, in the order of its starts; `capped`: there are more than were wanted. */
export interface Occurrences {
  readonly found: readonly Occurrence[];
  readonly capped: boolean;
}

/** What of an object happens in a range, `max` at most. Of a range that has no end the earliest are not promised where some are moved. */
export function occurrences(
  source: string | CalendarObject,
  range: TimeRange,
  max: number,
  floating: Zone = utcZone,
): Occurrences {
  const compiled =
    typeof source === 'string'
      ? compileDigest(source, floating)
      : compileData(digestOf(source, source.zones(floating)), source.zones(floating));
  const found: Occurrence[] = [];
  let capped = false;
  for (const occurrence of touching(compiled, range.startMs, range.endMs)) {
    if (!overlaps(occurrence, range)) continue;
    if (found.length >= max) {
      capped = true;
      break;
    }
    found.push(occurrence);
  }
  return { found: found.sort((a, b) => a.startMs - b.startMs), capped };
}

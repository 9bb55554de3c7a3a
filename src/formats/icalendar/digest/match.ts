import { endOf } from '../recur/series.ts';
import type { Occurrence, TimeRange } from '../types.ts';
import { durationMs } from '../values/duration.ts';
import { movedBy, type Zone } from '../zones/zone.ts';
import { type Compiled, compileDigest, momentOf, touching } from './compile.ts';
import { type AlarmData, type ComponentData, timeOfText } from './data.ts';

/** What a time range may be asked of (RFC 4791 §9.9): an object's own kind, or the alarms in it. */
export type RangedComponent =
  | 'VEVENT'
  | 'VTODO'
  | 'VJOURNAL'
  | 'VFREEBUSY'
  | 'VAVAILABILITY'
  | 'VPOLL'
  | 'VALARM';

/**
 * Whether a component of the object lies in a range, as the tables of RFC 4791 §9.9 say; false where the object has none of
 * that name. Recurrences are tried as far as the range goes. `floating` reads times without a zone; absent, UTC.
 */
export function matchesTimeRange(
  digest: string,
  component: RangedComponent,
  range: TimeRange,
  floating?: Zone,
): boolean {
  const compiled = compileDigest(digest, floating);
  if (component === 'VALARM') return alarmMatches(compiled, range);
  return compiled.kind === component && tables[component](compiled, range);
}

type Table = (compiled: Compiled, range: TimeRange) => boolean;

const infinite = Number.POSITIVE_INFINITY;
const startOf = ({ startMs }: TimeRange) => startMs ?? -infinite;
const endOfRange = ({ endMs }: TimeRange) => endMs ?? infinite;

const tables: Readonly<Record<Exclude<RangedComponent, 'VALARM'>, Table>> = {
  VEVENT: matchesSpan,
  VTODO: matchesTodo,
  VJOURNAL: matchesSpan,
  VFREEBUSY: matchesFreeBusy,
  VAVAILABILITY: matchesAvailability,
  VPOLL: () => true,
};

/** VEVENT and VJOURNAL: what lasts overlaps the range, what does not begins in it. */
export function overlaps({ startMs, endMs }: Occurrence, range: TimeRange): boolean {
  if (!(endOfRange(range) > startMs)) return false;
  return endMs > startMs ? startOf(range) < endMs : startOf(range) <= startMs;
}

function matchesSpan(compiled: Compiled, range: TimeRange): boolean {
  for (const occurrence of touching(compiled, range.startMs, range.endMs)) {
    if (overlaps(occurrence, range)) return true;
  }
  return false;
}

function matchesTodo(compiled: Compiled, range: TimeRange): boolean {
  const start = startOf(range);
  const end = endOfRange(range);
  for (const { startMs, endMs, component } of touching(compiled, range.startMs, range.endMs)) {
    const data = compiled.components[component];
    if (data?.s === undefined) {
      // Row 4: DUE alone.
      if (start < startMs && end >= startMs) return true;
    } else if (data.d !== undefined) {
      if (start <= endMs && (end > startMs || end >= endMs)) return true;
    } else if (data.e !== undefined) {
      if ((start < endMs || start <= startMs) && (end > startMs || end >= endMs)) return true;
    } else if (start <= startMs && end > startMs) return true;
  }
  return compiled.components.some(
    (data) =>
      data !== null && data.s === undefined && data.e === undefined && undated(compiled, data, start, end),
  );
}

/** Rows 5 to 8: neither DTSTART nor DUE. An override is where it was, and found so above. */
function undated({ zones }: Compiled, data: ComponentData, start: number, end: number): boolean {
  if (data.i !== undefined) return false;
  const instantOf = (text: string) => zones.instantOf(timeOfText(text));
  const completed = data.co === undefined ? null : instantOf(data.co);
  const created = data.cr === undefined ? null : instantOf(data.cr);
  if (completed !== null && created !== null) {
    return (start <= created || start <= completed) && (end >= created || end >= completed);
  }
  if (completed !== null) return start <= completed && end >= completed;
  return created === null || end > created;
}

function matchesFreeBusy(compiled: Compiled, range: TimeRange): boolean {
  const start = startOf(range);
  const end = endOfRange(range);
  return compiled.components.some((data) => {
    if (data === null) return false;
    if (data.s !== undefined && (data.e !== undefined || data.d !== undefined)) {
      const moment = momentOf(data, 'VFREEBUSY', 0, compiled.zones);
      if (moment === null) return false;
      return start <= endOf(moment, moment.localMs, moment.startMs) && end > moment.startMs;
    }
    return (data.fb ?? []).some(([from, to]) => start < to && end > from);
  });
}

/** RFC 7953 §5: open where it has no DTSTART, or no end. */
function matchesAvailability(compiled: Compiled, range: TimeRange): boolean {
  return compiled.components.some((data) => {
    if (data === null) return false;
    const [from, to] = availabilityBounds(data, compiled);
    return startOf(range) < to && endOfRange(range) > from;
  });
}

/** From when to when a VAVAILABILITY says anything. */
export function availabilityBounds(data: ComponentData, { zones }: Compiled): [number, number] {
  if (data.s === undefined) {
    return [-infinite, data.e === undefined ? infinite : zones.instantOf(timeOfText(data.e))];
  }
  const moment = momentOf(data, 'VAVAILABILITY', 0, zones);
  if (moment === null) return [-infinite, infinite];
  const open = data.e === undefined && data.d === undefined;
  return [moment.startMs, open ? infinite : endOf(moment, moment.localMs, moment.startMs)];
}

/** Whether an alarm rings in the range: (start <= trigger) and (end > trigger), its repetitions among them. */
function alarmMatches(compiled: Compiled, range: TimeRange): boolean {
  return compiled.components.some((data, component) =>
    (data?.a ?? []).some((alarm) => {
      for (let again = 0; again <= (alarm.repeat ?? 0); again++) {
        if (rings(compiled, component, alarm, again * (alarm.everyMs ?? 0), range)) return true;
      }
      return false;
    }),
  );
}

function rings(
  compiled: Compiled,
  component: number,
  alarm: AlarmData,
  laterMs: number,
  range: TimeRange,
): boolean {
  const within = (at: number) => startOf(range) <= at && endOfRange(range) > at;
  if (alarm.at !== undefined) return within(alarm.at + laterMs);
  const [days, ms] = alarm.offset ?? [0, 0];
  const offset = durationMs({ days, ms }) + laterMs;
  const slack = days === 0 ? 0 : slackMs;
  const from = range.startMs === null ? null : range.startMs - offset - slack;
  const to = range.endMs === null ? null : range.endMs - offset + slack;
  for (const occurrence of touching(compiled, from, to, component)) {
    const anchor = alarm.to === 'e' ? occurrence.endMs : occurrence.startMs;
    const zone = compiled.zones.zoneOf(occurrence.start.zone);
    if (within(movedBy(zone, anchor, days) + ms + laterMs)) return true;
  }
  return false;
}

const slackMs = 3 * 3_600_000;

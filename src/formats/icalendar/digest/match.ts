import { endOf } from '../recur/series.ts';
import { Steps, within } from '../recur/steps.ts';
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

/** What a question of time may come with. */
export interface Asked {
  /** Reads times without a zone; absent, UTC. */
  readonly floating?: Zone | undefined;
  /** What the request may still look at; absent: as much as one object may take. */
  readonly steps?: Steps | undefined;
}

/**
 * Whether a component of the object lies in a range, as the tables of RFC 4791 §9.9 say; false where the object has none of
 * that name. Recurrences are tried as far as the range goes; where that is too much, the object is said to be there.
 */
export function matchesTimeRange(
  digest: string,
  component: RangedComponent,
  range: TimeRange,
  { floating, steps = new Steps() }: Asked = {},
): boolean {
  const compiled = compileDigest(digest, floating);
  if (component !== 'VALARM' && compiled.kind !== component) return false;
  const table = component === 'VALARM' ? alarmMatches : tables[component];
  steps.begin();
  return within(() => table(compiled, range, steps), true);
}

type Table = (compiled: Compiled, range: TimeRange, steps: Steps) => boolean;

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

function matchesSpan(compiled: Compiled, range: TimeRange, steps: Steps): boolean {
  for (const occurrence of touching(compiled, range.startMs, range.endMs, steps)) {
    if (overlaps(occurrence, range)) return true;
  }
  return false;
}

function matchesTodo(compiled: Compiled, range: TimeRange, steps: Steps): boolean {
  const start = startOf(range);
  const end = endOfRange(range);
  for (const { startMs, endMs, component } of touching(compiled, range.startMs, range.endMs, steps)) {
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
function alarmMatches(compiled: Compiled, range: TimeRange, steps: Steps): boolean {
  return compiled.components.some((data, component) => {
    const alarms = data?.a ?? [];
    if (alarms.some((alarm) => alarm.at !== undefined && ringsFrom(alarm, alarm.at, range))) return true;
    return windowsOf(alarms, range).some((window) => ringsWithin(compiled, component, window, range, steps));
  });
}

/** A stretch of what happens, and the alarms that would ring in a range because of something in it. */
interface AlarmWindow {
  readonly fromMs: number;
  toMs: number;
  readonly alarms: AlarmData[];
}

const slackMs = 3 * 3_600_000;
const lastingMs = ({ repeat = 0, everyMs = 0 }: AlarmData) => repeat * everyMs;

/** Where to look: what overlaps is looked at once for all of its alarms. */
function windowsOf(alarms: readonly AlarmData[], range: TimeRange): readonly AlarmWindow[] {
  const all = alarms
    .filter(({ at }) => at === undefined)
    .map((alarm): AlarmWindow => {
      const [days, ms] = alarm.offset ?? [0, 0];
      const offset = durationMs({ days, ms });
      const slack = days === 0 ? 0 : slackMs;
      const fromMs = startOf(range) - offset - lastingMs(alarm) - slack;
      return { fromMs, toMs: endOfRange(range) - offset + slack, alarms: [alarm] };
    })
    .sort((one, other) => one.fromMs - other.fromMs);
  const windows: AlarmWindow[] = [];
  for (const window of all) {
    const last = windows.at(-1);
    if (last === undefined || last.toMs < window.fromMs) windows.push(window);
    else {
      last.toMs = Math.max(last.toMs, window.toMs);
      last.alarms.push(...window.alarms);
    }
  }
  return windows;
}

function ringsWithin(
  compiled: Compiled,
  component: number,
  { fromMs, toMs, alarms }: AlarmWindow,
  range: TimeRange,
  steps: Steps,
): boolean {
  const from = fromMs === -infinite ? null : fromMs;
  const to = toMs === infinite ? null : toMs;
  for (const occurrence of touching(compiled, from, to, steps, component)) {
    steps.take(alarms.length);
    const zone = compiled.zones.zoneOf(occurrence.start.zone);
    for (const alarm of alarms) {
      const [days, ms] = alarm.offset ?? [0, 0];
      const anchor = alarm.to === 'e' ? occurrence.endMs : occurrence.startMs;
      if (ringsFrom(alarm, movedBy(zone, anchor, days) + ms, range)) return true;
    }
  }
  return false;
}

/** Whether it rings in the range where it does so first at `at`. */
function ringsFrom(alarm: AlarmData, at: number, range: TimeRange): boolean {
  const start = startOf(range);
  const every = alarm.everyMs ?? 0;
  const again = at >= start || every === 0 ? 0 : Math.ceil((start - at) / every);
  if (again > (alarm.repeat ?? 0)) return false;
  const rung = at + again * every;
  return start <= rung && endOfRange(range) > rung;
}

import { Recent } from '../../../base/index.ts';
import { digestsKeptCharactersMax } from '../limits.ts';
import type { ObjectKind } from '../object.ts';
import { parseComponents } from '../parse.ts';
import {
  type Added,
  type Moment,
  momentAlone,
  type Override,
  Series,
  type SeriesRule,
  type Span,
} from '../recur/series.ts';
import type { Steps } from '../recur/steps.ts';
import type { Occurrence, WrittenTime } from '../types.ts';
import { dayMs } from '../values/days.ts';
import { readRule } from '../values/rule.ts';
import { localMsOf } from '../values/time.ts';
import { writtenZone, ZoneBook } from '../zones/book.ts';
import { systemZone } from '../zones/system.ts';
import { instantIn, localIn, utcZone, type Zone } from '../zones/zone.ts';
import { type AlarmData, type ComponentData, type DigestData, type RuleData, timeOfText } from './data.ts';

/** A digest made ready to be asked, with times that have no zone read in one. */
export interface Compiled {
  readonly kind: ObjectKind;
  readonly zones: ZoneBook;
  /** As `Occurrence.component` counts; the master is null where there is none. */
  readonly components: readonly (ComponentData | null)[];
  /** Null where the master has no time. */
  readonly series: Series | null;
  /** Overrides where there is no master that has a time. */
  readonly alone: readonly Override[];
}

const compiled = new Recent<string, { readonly made: Compiled; readonly weight: number }>(
  digestsKeptCharactersMax,
  ({ weight }) => weight,
);
const none: ReadonlySet<number> = new Set();

/** Of a digest as `indexOf` made it. Those that were asked lately are kept. */
export function compileDigest(digest: string, floating: Zone = utcZone): Compiled {
  // A digest begins as no zone is called.
  const key = floating === utcZone ? digest : `${floating.id}\n${digest}`;
  const kept = compiled.get(key);
  if (kept !== undefined) return kept.made;
  const data: DigestData = JSON.parse(digest);
  const made = compileData(data, zonesOfData(data, floating));
  compiled.set(key, { made, weight: digest.length + 512 });
  return made;
}

function zonesOfData(data: DigestData, floating: Zone): ZoneBook {
  return new ZoneBook((tzid) => {
    const said = data.z?.[tzid];
    if (said === undefined) return null;
    if (!said.startsWith('BEGIN:')) return systemZone(said);
    const [component] = parseComponents(said);
    return component === undefined ? null : writtenZone(component).zone;
  }, floating);
}

export function compileData(data: DigestData, zones: ZoneBook): Compiled {
  const [master = null] = data.c;
  const base = { kind: data.k, zones, components: data.c };
  const moment = master === null ? null : momentOf(master, data.k, 0, zones);
  const overrides = overridesOf(data, zones, moment);
  if (master === null || moment === null) return { ...base, series: null, alone: overrides };
  const rules = (list: readonly RuleData[] | undefined) => (list ?? []).map(seriesRule);
  const excludedDays = new Set<number>();
  const excluded = new Set<number>();
  for (const text of master.x ?? []) {
    const time = timeOfText(text);
    if (time.allDay && !moment.start.allDay) excludedDays.add(Math.floor(localMsOf(time) / dayMs));
    else excluded.add(keyOf(time, moment, zones));
  }
  const series = new Series({
    master: moment,
    rules: rules(master.r),
    exceptRules: rules(master.n),
    added: addedTimes(master, moment, zones),
    excluded: excluded.size === 0 ? none : excluded,
    excludedDays: excludedDays.size === 0 ? none : excludedDays,
    overrides,
  });
  return { ...base, series, alone: [] };
}

function seriesRule({ rule, until, untilInstant }: RuleData): SeriesRule {
  return {
    rule: { ...readRule(rule), until: null },
    untilMs: until ?? Number.POSITIVE_INFINITY,
    untilInstant: untilInstant ?? Number.POSITIVE_INFINITY,
  };
}

/** When a component is: from DTSTART, or for a to-do without it from DUE. Null: it says no time. */
export function momentOf(
  data: ComponentData,
  kind: ObjectKind,
  component: number,
  zones: ZoneBook,
): Moment | null {
  const text = data.s ?? (kind === 'VTODO' ? data.e : undefined);
  if (text === undefined) return null;
  const start = timeOfText(text);
  const zone = zones.zoneOf(start.zone);
  const localMs = localMsOf(start);
  const startMs = instantIn(zone, localMs);
  return { component, start, zone, localMs, startMs, span: spanOf(data, kind, start, startMs, zones) };
}

function spanOf(
  data: ComponentData,
  kind: ObjectKind,
  start: WrittenTime,
  startMs: number,
  zones: ZoneBook,
): Span {
  if (data.e !== undefined && data.s !== undefined) {
    const end = timeOfText(data.e);
    if (start.allDay && end.allDay) {
      return { days: Math.max(0, (localMsOf(end) - localMsOf(start)) / dayMs), ms: 0 };
    }
    return { days: 0, ms: Math.max(0, zones.instantOf(end) - startMs) };
  }
  if (data.d !== undefined) {
    const [days, ms] = data.d;
    return days < 0 || ms < 0 ? { days: 0, ms: 0 } : { days, ms };
  }
  // RFC 5545 §3.6.1: a day without an end lasts that day.
  return { days: start.allDay && kind !== 'VTODO' ? 1 : 0, ms: 0 };
}

function overridesOf(data: DigestData, zones: ZoneBook, master: Moment | null): Override[] {
  const overrides: Override[] = [];
  data.c.forEach((component, at) => {
    if (at === 0 || component === null || component.i === undefined) return;
    const recurrenceId = timeOfText(component.i);
    // One that says no time is where it was.
    const moment =
      momentOf(component, data.k, at, zones) ?? momentOf({ ...component, s: component.i }, data.k, at, zones);
    if (moment === null) return;
    const originalMs =
      master === null || (recurrenceId.allDay && !master.start.allDay)
        ? localMsOf(recurrenceId)
        : localOn(master, recurrenceId, zones);
    overrides.push({
      moment,
      recurrenceId,
      key: master === null ? 0 : keyOf(recurrenceId, master, zones),
      originalMs,
      thisAndFuture: component.f === 1,
    });
  });
  return overrides;
}

/** What tells one recurrence from another: its instant, or its day where the master is of days. */
function keyOf(time: WrittenTime, master: Moment, zones: ZoneBook): number {
  const localMs = localOn(master, time, zones);
  if (master.start.allDay) return Math.floor(localMs / dayMs) * dayMs;
  // A day where there are times means the recurrence at the usual hour.
  if (time.allDay) return instantIn(master.zone, localMs + (((master.localMs % dayMs) + dayMs) % dayMs));
  return zones.instantOf(time);
}

/** A time on the master's clock. */
function localOn(master: Moment, time: WrittenTime, zones: ZoneBook): number {
  if (time.allDay || master.start.allDay || time.zone === master.start.zone) return localMsOf(time);
  return localIn(master.zone, zones.instantOf(time));
}

function addedTimes(data: ComponentData, master: Moment, zones: ZoneBook): Added[] {
  const added = (data.p ?? []).map((entry): Added => {
    const [text, last] = typeof entry === 'string' ? [entry, null] : entry;
    const time = timeOfText(text);
    const localMs = localOn(master, time, zones);
    const instantMs = instantIn(master.zone, localMs);
    if (last === null) return { localMs, instantMs, span: null };
    if (typeof last !== 'string') return { localMs, instantMs, span: { days: last[0], ms: last[1] } };
    return {
      localMs,
      instantMs,
      span: { days: 0, ms: Math.max(0, zones.instantOf(timeOfText(last)) - instantMs) },
    };
  });
  return added.sort((a, b) => a.localMs - b.localMs);
}

/** What may touch a range, of whatever the object is made of, or of one component of it. Null is open. Throws StepsSpent. */
export function touching(
  { series, alone, kind }: Compiled,
  fromMs: number | null,
  toMs: number | null,
  steps?: Steps,
  component?: number,
): Iterable<Occurrence> {
  if (series !== null) return series.touching(fromMs, toMs, steps, component);
  if (kind === 'VFREEBUSY') return nothing;
  return alone
    .filter(({ moment }) => component === undefined || moment.component === component)
    .map(({ moment, recurrenceId }) => momentAlone(moment, recurrenceId))
    .filter(
      ({ startMs, endMs }) => (toMs === null || startMs <= toMs) && (fromMs === null || endMs >= fromMs),
    );
}

const nothing: readonly Occurrence[] = [];

export type { AlarmData };

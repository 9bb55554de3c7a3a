import type { Component } from '../component.ts';
import { compileData, touching } from '../digest/compile.ts';
import { digestOf } from '../digest/index-of.ts';
import { overlaps } from '../digest/match.ts';
import type { CalendarObject } from '../object.ts';
import type { TimeRange } from '../types.ts';
import { dayMs } from '../values/days.ts';
import { durationMs, readDuration } from '../values/duration.ts';
import { readPeriod } from '../values/period.ts';
import { timeOf } from '../values/time.ts';
import { utcZone, type Zone } from '../zones/zone.ts';

/**
 * The master, and of the overrides those that matter in a range: they lie in it, or what they replace did, or they say
 * what follows them (RFC 4791 §9.6.6).
 */
export function limitRecurrenceSet(
  object: CalendarObject,
  range: TimeRange,
  floating: Zone = utcZone,
): Component {
  if (object.overrides.length === 0) return object.calendar;
  const zones = object.zones(floating);
  const data = digestOf(object, zones);
  const wanted = new Set<Component>();
  for (const occurrence of touching(
    compileData({ ...data, c: overridesAlone(data.c) }, zones),
    range.startMs,
    range.endMs,
  )) {
    const component = object.instance(occurrence.component);
    if (component !== null && overlaps(occurrence, range)) wanted.add(component);
  }
  const length = masterLength(object, floating);
  for (const component of object.overrides) {
    const id = component.property('RECURRENCE-ID');
    if (id === undefined) continue;
    const originalMs = zones.instantOf(timeOf(id));
    const original = { startMs: originalMs, endMs: originalMs + length };
    const follows =
      id.parameter('RANGE')?.toUpperCase() === 'THISANDFUTURE' &&
      (range.endMs === null || originalMs < range.endMs);
    if (follows || overlaps({ ...original, recurrenceId: null, component: 0, start: timeOf(id) }, range)) {
      wanted.add(component);
    }
  }
  return object.calendar.withComponents(
    object.calendar
      .components()
      .filter((component) => wanted.has(component) || !object.overrides.includes(component)),
  );
}

/** Overrides without a master are only where they themselves say. */
function overridesAlone<Data>(components: readonly (Data | null)[]): readonly (Data | null)[] {
  return [null, ...components.slice(1)];
}

function masterLength(object: CalendarObject, floating: Zone): number {
  const zones = object.zones(floating);
  const start = object.master?.property('DTSTART');
  if (!object.master || start === undefined) return 0;
  const time = timeOf(start);
  const startMs = zones.instantOf(time);
  const end = object.master.property('DTEND') ?? object.master.property('DUE');
  if (end !== undefined) return Math.max(0, zones.instantOf(timeOf(end)) - startMs);
  const duration = object.master.property('DURATION');
  if (duration !== undefined) return Math.max(0, durationMs(readDuration(duration.value)));
  return time.allDay ? dayMs : 0;
}

/** Of FREEBUSY properties the periods that overlap a range (RFC 4791 §9.6.7). */
export function limitFreebusySet(object: CalendarObject, range: TimeRange): Component {
  if (object.kind !== 'VFREEBUSY') return object.calendar;
  const zones = object.zones();
  const inRange = (text: string) => {
    const { start, end } = readPeriod(text, null);
    const startMs = zones.instantOf(start);
    const endMs = 'year' in end ? zones.instantOf(end) : startMs + durationMs(end);
    return (range.startMs ?? -Infinity) < endMs && (range.endMs ?? Infinity) > startMs;
  };
  return object.calendar.withComponents(
    object.calendar.components().map((component) =>
      component.name !== 'VFREEBUSY'
        ? component
        : component.mapping((property) => {
            if (property.name !== 'FREEBUSY') return property;
            const kept = property.value.split(',').filter(inRange);
            return kept.length === 0 ? null : property.withValue(kept.join(','));
          }),
    ),
  );
}

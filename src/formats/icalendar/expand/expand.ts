import { type Component, Property } from '../component.ts';
import type { Asked } from '../digest/match.ts';
import type { CalendarObject } from '../object.ts';
import type { Occurrence, TimeRange, WrittenTime } from '../types.ts';
import { dayMs } from '../values/days.ts';
import { formatDuration, readDuration } from '../values/duration.ts';
import { formatTime, timeOf, timeOfLocalMs, utcTime } from '../values/time.ts';
import type { ZoneBook } from '../zones/book.ts';
import { localIn, movedBy } from '../zones/zone.ts';
import { occurrences } from './occurrences.ts';

const recurrence = new Set(['RRULE', 'RDATE', 'EXDATE', 'EXRULE']);
const moved = new Set(['DTSTART', 'DTEND', 'DUE', 'RECURRENCE-ID']);

/**
 * Each instance in a range as a component of its own (RFC 4791 §9.6.5): times of zones in UTC, days and floating times as
 * they are, no rules, no VTIMEZONE; RECURRENCE-ID where it recurs. `capped`: there were more than `max`.
 */
export function expand(
  object: CalendarObject,
  range: TimeRange,
  max: number,
  asked: Asked = {},
): { readonly calendar: Component; readonly capped: boolean } {
  const zones = object.zones(asked.floating);
  const rest = object.calendar
    .components()
    .filter((component) => component.name !== 'VTIMEZONE' && component.name !== object.kind);
  if (object.kind !== 'VEVENT' && object.kind !== 'VTODO' && object.kind !== 'VJOURNAL') {
    const own = object.instances.map((component) => inUtc(component, zones));
    return { calendar: object.calendar.withComponents([...rest, ...own]), capped: false };
  }
  const { found, capped } = occurrences(object, range, max, asked);
  const instances = found.flatMap((occurrence) => {
    const component = object.instance(occurrence.component);
    return component === null ? [] : [instanceOf(component, occurrence, zones)];
  });
  // A to-do without a time, and one that only its completion places, is no recurrence: it is given as it is.
  const timeless = object.instances
    .filter((component) => !component.property('DTSTART') && !component.property('DUE'))
    .filter((component) => !component.property('RECURRENCE-ID'))
    .map((component) => inUtc(component, zones));
  return { calendar: object.calendar.withComponents([...rest, ...instances, ...timeless]), capped };
}

function instanceOf(component: Component, occurrence: Occurrence, zones: ZoneBook): Component {
  const { start, startMs, endMs, recurrenceId } = occurrence;
  const lasts = component.property('DURATION');
  let made = component.mapping((property) => {
    if (recurrence.has(property.name)) return null;
    if (property === lasts) return lastingTo(property, occurrence, zones);
    if (property.name === 'RECURRENCE-ID') return null;
    if (property.name === 'DTSTART') return timed(property, start, startMs);
    if (property.name !== 'DTEND' && property.name !== 'DUE') return propertyInUtc(property, zones);
    if (component.property('DTSTART') === undefined) return timed(property, start, startMs);
    const end = timeOf(property);
    if (!end.allDay) return timed(property, floatingAt(end, endMs, zones), endMs);
    const localMs = start.allDay ? localIn(zones.zoneOf(start.zone), endMs) : localIn(zones.floating, endMs);
    return timed(property, timeOfLocalMs(localMs + (start.allDay ? 0 : dayMs - 1), null, true), endMs);
  });
  if (lasts === undefined && !component.property('DTEND') && !component.property('DUE'))
    made = made.adding(...ownEnd(occurrence));
  if (recurrenceId !== null) {
    const from = component.property('RECURRENCE-ID') ?? component.property('DTSTART');
    if (from !== undefined) {
      const at = timed(from, recurrenceId, zones.instantOf(recurrenceId)).withParameter('RANGE', null);
      made = made.with(renamed(at, recurrenceId));
    }
  }
  return made;
}

/** DURATION as it is written, unless this one is a period that lasts otherwise (RFC 5545 §3.8.5.2). */
function lastingTo(property: Property, { start, startMs, endMs }: Occurrence, zones: ZoneBook): Property {
  const { days, ms } = readDuration(property.value);
  const usualMs = Math.max(0, movedBy(zones.zoneOf(start.zone), startMs, days) + ms - startMs);
  if (endMs - startMs === usualMs) return property;
  return property.withValue(formatDuration({ days: 0, ms: endMs - startMs }));
}

/** Of a component that says no end: that of a period that has one. */
function ownEnd({ start, startMs, endMs }: Occurrence): readonly Property[] {
  if (start.allDay || endMs === startMs) return [];
  return [Property.of('DURATION', formatDuration({ days: 0, ms: endMs - startMs }))];
}

function renamed(property: Property, time: WrittenTime): Property {
  const id = new Property('RECURRENCE-ID', property.parameters, property.value, property.line);
  return time.allDay ? id.withParameter('VALUE', 'DATE') : id.withParameter('VALUE', null);
}

function floatingAt(like: WrittenTime, instantMs: number, zones: ZoneBook): WrittenTime {
  return like.zone === null ? zones.timeAt(instantMs, like) : like;
}

/** Days and floating times as they are on their clock, the others as an instant. */
function timed(property: Property, time: WrittenTime, instantMs: number): Property {
  if (time.allDay || time.zone === null)
    return property.withValue(formatTime(time)).withParameter('TZID', null);
  return property.withValue(formatTime(utcTime(instantMs))).withParameter('TZID', null);
}

function propertyInUtc(property: Property, zones: ZoneBook): Property {
  const tzid = property.parameter('TZID');
  if (tzid === undefined || !moved.has(property.name)) return property;
  const time = timeOf(property);
  return timed(property, time, zones.instantOf(time));
}

function inUtc(component: Component, zones: ZoneBook): Component {
  return component.mapping((property) => propertyInUtc(property, zones));
}

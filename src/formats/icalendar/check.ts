import type { Component, Property } from './component.ts';
import { CalendarError, shown } from './errors.ts';
import {
  alarmsPerComponentMax,
  attendeesMax,
  countedMax,
  countedStepsMax,
  datesMax,
  overridesMax,
  rulesPerComponentMax,
  timesPerPeriodMax,
  zonesPerObjectMax,
} from './limits.ts';
import type { CalendarObject } from './object.ts';
import { lastOfCount } from './recur/count.ts';
import { Steps, within } from './recur/steps.ts';
import { timesPerPeriod } from './recur/walk.ts';
import { readDuration } from './values/duration.ts';
import { readPeriod } from './values/period.ts';
import { type Rule, readRule } from './values/rule.ts';
import { localMsOf, readTime, timeOf } from './values/time.ts';
import type { ZoneBook } from './zones/book.ts';

/** How much of an object is taken. */
export interface ObjectLimits {
  /** Octets. */
  readonly bytesMax?: number;
  /** Values of RDATE and EXDATE, and overrides. */
  readonly datesMax?: number;
  /** Of each component. */
  readonly attendeesMax?: number;
}

/** Values of these are dates (RFC 5545 §3.8.2, §3.8.4, §3.8.7); `many`: a list of them. */
const dates: Readonly<Record<string, 'one' | 'many'>> = {
  DTSTART: 'one',
  DTEND: 'one',
  DUE: 'one',
  'RECURRENCE-ID': 'one',
  COMPLETED: 'one',
  CREATED: 'one',
  DTSTAMP: 'one',
  'LAST-MODIFIED': 'one',
  ACKNOWLEDGED: 'one',
  EXDATE: 'many',
  RDATE: 'many',
};

/**
 * Everything that the server will compute with can be computed with: dates, durations, rules, periods, zones, triggers. What
 * it only keeps is not looked at. CalendarError with the line.
 */
export function checkObject(object: CalendarObject, limits: ObjectLimits): void {
  const isMessage = object.calendar.property('METHOD') !== undefined;
  const zones = object.zones();
  if (object.overrides.length > overridesMax) {
    throw new CalendarError(
      `more than ${overridesMax} changed instances`,
      object.calendar.line,
      'max-instances',
    );
  }
  if (object.vtimezones.length > zonesPerObjectMax) {
    throw new CalendarError(`more than ${zonesPerObjectMax} VTIMEZONEs`, object.calendar.line);
  }
  for (const zone of object.vtimezones) checkZone(zone, zones);
  let count = object.overrides.length;
  const counted = new Steps(countedStepsMax, countedStepsMax);
  for (const component of object.instances) {
    count += countDates(component);
    for (const available of component.components('AVAILABLE')) count += countDates(available);
    if (count > (limits.datesMax ?? datesMax)) {
      throw new CalendarError(
        `more than ${limits.datesMax ?? datesMax} dates and changed instances`,
        component.line,
        'max-instances',
      );
    }
    // RFC 5545 §3.6.1: an answer need not say when it is.
    if (!isMessage && component.name === 'VEVENT' && component.property('DTSTART') === undefined) {
      throw new CalendarError('VEVENT has no DTSTART', component.line, 'valid-calendar-object-resource');
    }
    checkComponent(component, zones, limits, counted);
  }
  checkOverrides(object, zones);
}

function checkZone(component: Component, zones: ZoneBook): void {
  const tzid = component.text('TZID');
  if (tzid === undefined) throw new CalendarError('a VTIMEZONE without TZID', component.line);
  zones.find(tzid);
}

function countDates(component: Component): number {
  let count = 0;
  for (const property of component.properties()) {
    if (property.name !== 'RDATE' && property.name !== 'EXDATE') continue;
    count++;
    for (let at = property.value.indexOf(','); at !== -1; at = property.value.indexOf(',', at + 1)) count++;
  }
  return count;
}

function checkComponent(component: Component, zones: ZoneBook, limits: ObjectLimits, counted: Steps): void {
  let attendees = 0;
  let rules = 0;
  for (const property of component.properties()) {
    if (property.name === 'ATTENDEE') attendees++;
    if (property.name === 'RRULE' || property.name === 'EXRULE') rules++;
    checkProperty(property, zones);
  }
  if (attendees > (limits.attendeesMax ?? attendeesMax)) {
    throw new CalendarError(
      `more than ${limits.attendeesMax ?? attendeesMax} attendees`,
      component.line,
      'max-attendees-per-instance',
    );
  }
  if (rules > rulesPerComponentMax) {
    throw new CalendarError(`more than ${rulesPerComponentMax} rules`, component.line, 'max-instances');
  }
  checkTogether(component, counted);
  const alarms = component.components('VALARM');
  if (alarms.length > alarmsPerComponentMax) {
    throw new CalendarError(`more than ${alarmsPerComponentMax} alarms`, component.line);
  }
  for (const alarm of alarms) checkAlarm(alarm);
  for (const available of component.components('AVAILABLE')) {
    checkComponent(available, zones, limits, counted);
    if (available.property('DTSTART') === undefined) {
      throw new CalendarError('AVAILABLE has no DTSTART', available.line, 'valid-calendar-object-resource');
    }
  }
}

function checkProperty(property: Property, zones: ZoneBook): void {
  const { name, value, line } = property;
  const kind = dates[name];
  if (kind !== undefined) {
    const tzid = property.parameter('TZID') ?? null;
    if (kind === 'one') checkZoned(readTime(value, tzid, line).zone, property, zones);
    else {
      for (const text of value.split(',')) {
        const start = text.includes('/') ? readPeriod(text, tzid, line).start : readTime(text, tzid, line);
        checkZoned(start.zone, property, zones);
      }
    }
  } else if (name === 'DURATION') readDuration(value, line);
  else if (name === 'FREEBUSY') for (const text of value.split(',')) readPeriod(text, null, line);
}

function checkZoned(zone: string | null, { name, line }: Property, zones: ZoneBook): void {
  if (zone === null || zone === 'UTC' || zones.find(zone) !== null) return;
  const message = `${name} is in a time zone that nobody knows: ${shown(zone)}`;
  throw new CalendarError(message, line, 'valid-timezone');
}

/** What properties of a component say together. */
function checkTogether(component: Component, counted: Steps): void {
  const start = component.property('DTSTART');
  const wrong = (message: string, property?: Property) =>
    new CalendarError(message, property?.line ?? component.line, 'valid-calendar-object-resource');
  const duration = component.property('DURATION');
  const end = component.property('DTEND') ?? component.property('DUE');
  if (duration && end && component.name !== 'VFREEBUSY')
    throw wrong(`${end.name} stands beside DURATION`, end);
  for (const property of component.properties()) {
    if (property.name !== 'RRULE' && property.name !== 'EXRULE') continue;
    const first = start ?? end;
    if (first === undefined) throw wrong(`${property.name} without DTSTART`, property);
    const time = timeOf(first);
    const rule = readRule(property.value, property.line);
    checkRule(rule, time.allDay, property.line);
    if (rule.count === null) continue;
    if (within(() => lastOfCount(rule, localMsOf(time), counted), undefined) === undefined) {
      throw new CalendarError('COUNT cannot be counted in reasonable time', property.line, 'max-instances');
    }
  }
}

/** Rules that could only be answered by counting for long, or that say nothing, are refused. */
export function checkRule(rule: Rule, allDay: boolean, line: number): void {
  const { frequency } = rule;
  if (allDay && (frequency === 'HOURLY' || frequency === 'MINUTELY' || frequency === 'SECONDLY')) {
    throw new CalendarError(`${frequency} where DTSTART is a day`, line);
  }
  if (timesPerPeriod(rule) > timesPerPeriodMax) {
    throw new CalendarError(
      `a rule of more than ${timesPerPeriodMax} times in one period`,
      line,
      'max-instances',
    );
  }
  if (rule.count !== null && rule.count > countedMax) {
    throw new CalendarError(`COUNT is above ${countedMax}`, line, 'max-instances');
  }
}

function checkAlarm(alarm: Component): void {
  const trigger = alarm.property('TRIGGER');
  if (trigger === undefined) return;
  if (isAbsolute(trigger)) readTime(trigger.value, null, trigger.line);
  else readDuration(trigger.value, trigger.line);
  const duration = alarm.property('DURATION');
  if (duration) readDuration(duration.value, duration.line);
}

/** TRIGGER is a DURATION unless it says otherwise; some write a date and forget to say so. */
export function isAbsolute(trigger: Property): boolean {
  const type = trigger.parameter('VALUE')?.toUpperCase();
  return type === 'DATE-TIME' || (type === undefined && /^\d{8}/.test(trigger.value));
}

/** RFC 4791 §4.1, RFC 5545 §3.8.4.4: each instance is changed once. */
function checkOverrides(object: CalendarObject, zones: ZoneBook): void {
  const seen = new Map<number, number>();
  for (const component of object.overrides) {
    const property = component.property('RECURRENCE-ID');
    if (property === undefined) continue;
    const time = timeOf(property);
    const at = time.allDay ? localMsOf(time) : zones.instantOf(time);
    const before = seen.get(at);
    if (before !== undefined) {
      throw new CalendarError(
        `the instance ${shown(property.value)} is changed twice, first in line ${before}`,
        property.line,
        'valid-calendar-object-resource',
      );
    }
    seen.set(at, property.line);
  }
}

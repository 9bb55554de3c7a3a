import type { Component, Property } from '../component.ts';
import { countedStepsMax, ruleEndStepsMax } from '../limits.ts';
import { lastOfCount } from '../recur/count.ts';
import { Steps, within } from '../recur/steps.ts';
import { RuleWalk } from '../recur/walk.ts';
import type { WrittenTime } from '../types.ts';
import { dayMs, dayNumber, weekdayOf } from '../values/days.ts';
import { readDuration } from '../values/duration.ts';
import { readPeriod } from '../values/period.ts';
import { type Rule, readRule } from '../values/rule.ts';
import { formatTime, localMsOf, readTime, timeOf, utcTime } from '../values/time.ts';
import type { ZoneBook } from '../zones/book.ts';
import { movedBy } from '../zones/zone.ts';

/** A date as it stands, a time as its instant. */
export function timeKey(value: string, tzid: string | null, zones: ZoneBook): string {
  return keyOfTime(readTime(value, tzid), zones);
}

const keyOfTime = (time: WrittenTime, zones: ZoneBook): string =>
  time.allDay ? formatTime(time) : formatTime(utcTime(zones.instantOf(time)));

/** One time of EXDATE, to be written again as it stood. */
export interface Exception {
  readonly parameters: Property['parameters'];
  readonly value: string;
}

/** Components do not change: what was found out about one is kept with it. A component is asked for with the zones of its object. */
const exceptions = new WeakMap<Component, ReadonlyMap<string, Exception>>();
const times = new WeakMap<Component, string>();

/** EXDATEs by `timeKey`, in however many lines. */
export function exceptionsOf(component: Component, zones: ZoneBook): ReadonlyMap<string, Exception> {
  const known = exceptions.get(component);
  if (known !== undefined) return known;
  const found = new Map<string, Exception>();
  for (const property of component.properties('EXDATE')) {
    const { parameters, value, line } = property;
    const tzid = property.parameter('TZID') ?? null;
    for (const one of value.split(',')) {
      if (one.trim() === '') continue;
      const key = keyOfTime(readTime(one, tzid, line), zones);
      if (!found.has(key)) found.set(key, { parameters, value: one.trim() });
    }
  }
  exceptions.set(component, found);
  return found;
}

/**
 * When a component is, EXDATEs apart: the same for all ways to write it. Times by their instants, ends by how long it lasts,
 * rules by what they mean; a zone counts as far as a rule goes on in it.
 */
export function whenOf(component: Component, zones: ZoneBook): string {
  const known = times.get(component) ?? readWhen(component, zones);
  times.set(component, known);
  return known;
}

function readWhen(component: Component, zones: ZoneBook): string {
  const first =
    component.property('DTSTART') ?? component.property('RECURRENCE-ID') ?? component.property('DUE');
  if (first === undefined) return '';
  const start = timeOf(first);
  const startMs = zones.instantOf(start);
  // An instance recurs by its series.
  const own = component.property('RECURRENCE-ID') === undefined ? ['RRULE', 'EXRULE'] : [];
  const rules = own.flatMap((name) =>
    component.properties(name).map(({ value }) => `${name} ${ruleMeaning(readRule(value), start, zones)}`),
  );
  const added = component
    .properties('RDATE')
    .flatMap((property) => property.value.split(',').map((value) => addedMeaning(value, property, zones)));
  return [
    start.zone === null && !start.allDay ? `floating ${formatTime(start)}` : keyOfTime(start, zones),
    lasting(component, start, startMs, zones),
    rules.length > 0 && !start.allDay ? rhythmOf(start, startMs, zones) : '',
    ...rules.sort(),
    ...[...new Set(added)].sort(),
  ].join('\n');
}

function lasting(component: Component, start: WrittenTime, startMs: number, zones: ZoneBook): string {
  const end = component.property('DTEND') ?? component.property('DUE');
  const duration = component.property('DURATION');
  // A day without an end lasts that day (RFC 5545 §3.6.1), and so does one that ends as it begins.
  const least = start.allDay && component.name === 'VEVENT' ? dayMs : 0;
  if (end !== undefined) {
    const time = timeOf(end);
    const endMs =
      start.allDay && time.allDay ? startMs + localMsOf(time) - localMsOf(start) : zones.instantOf(time);
    return String(Math.max(least, endMs - startMs));
  }
  if (duration === undefined) return component.name === 'VTODO' ? '' : String(least);
  const { days, ms } = readDuration(duration.value);
  if (start.allDay) return String(Math.max(least, days * dayMs + ms));
  return String(Math.max(0, movedBy(zones.zoneOf(start.zone), startMs, days) + ms - startMs));
}

function addedMeaning(value: string, property: Property, zones: ZoneBook): string {
  const tzid = property.parameter('TZID') ?? null;
  if (!value.includes('/')) return `RDATE ${keyOfTime(readTime(value, tzid), zones)}`;
  const { start, end } = readPeriod(value, tzid);
  const startMs = zones.instantOf(start);
  const endMs =
    'year' in end ? zones.instantOf(end) : movedBy(zones.zoneOf(start.zone), startMs, end.days) + end.ms;
  return `RDATE ${keyOfTime(start, zones)}/${endMs - startMs}`;
}

/** Two zones in which a clock goes alike for two years are one to a series, whatever they are called. */
const rhythmMonths = 24;
const rhythmMs = 30 * dayMs;

function rhythmOf(start: WrittenTime, startMs: number, zones: ZoneBook): string {
  const zone = zones.zoneOf(start.zone);
  const offsets: number[] = [];
  for (let month = 0; month < rhythmMonths; month++)
    offsets.push(zone.offsetAt(startMs + month * rhythmMs) / 60_000);
  return offsets.join();
}

const frequenciesOfDays = new Set(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']);

/** What a rule says, without what goes without saying: what DTSTART says already, where weeks begin that nobody counts. */
function ruleMeaning(rule: Rule, start: WrittenTime, zones: ZoneBook): string {
  const { frequency, interval, byWeek, bySetPosition } = rule;
  const days = frequenciesOfDays.has(frequency);
  const alone = (list: readonly number[], value: number) =>
    list.length === 1 && list[0] === value ? [] : list;
  const plain = {
    ...impliedDays(rule, start),
    byHour: days ? alone(rule.byHour, start.hour) : rule.byHour,
    byMinute: days || frequency === 'HOURLY' ? alone(rule.byMinute, start.minute) : rule.byMinute,
    bySecond: frequency === 'SECONDLY' ? rule.bySecond : alone(rule.bySecond, start.second),
    weekStart: interval > 1 || byWeek.length > 0 || bySetPosition.length > 0 ? rule.weekStart : 0,
    count: null,
    until: null,
  };
  return `${JSON.stringify(plain, Object.keys(plain).sort().concat('weekday', 'nth'))} ${lastOf(rule, start, zones) ?? ''}`;
}

function impliedDays(rule: Rule, { year, month, day }: WrittenTime): Rule {
  const { frequency, byDay, byMonth, byMonthDay, byYearDay, byWeek } = rule;
  const [only] = byDay;
  const sameDay = byMonthDay.length === 1 && byMonthDay[0] === day;
  if (frequency === 'WEEKLY' && byDay.length === 1 && only?.nth === 0) {
    return only.weekday === weekdayOf(dayNumber(year, month, day)) ? { ...rule, byDay: [] } : rule;
  }
  if (byDay.length + byYearDay.length + byWeek.length > 0) return rule;
  if (frequency === 'MONTHLY' && sameDay) return { ...rule, byMonthDay: [] };
  if (frequency !== 'YEARLY' || byMonth.length === 0 || !(sameDay || byMonthDay.length === 0)) return rule;
  const sameMonth = byMonth.length === 1 && byMonth[0] === month;
  return { ...rule, byMonthDay: [], byMonth: sameMonth ? [] : byMonth };
}

/** The last time of a rule, on the clock of its first; of one whose end is not found soon, where it ends. Null: it has none. */
function lastOf(rule: Rule, start: WrittenTime, zones: ZoneBook): number | null {
  const startMs = localMsOf(start);
  if (rule.count !== null) {
    const counted = new Steps(countedStepsMax, countedStepsMax);
    return within(() => lastOfCount(rule, startMs, counted), null) ?? startMs;
  }
  if (rule.until === null) return null;
  const { until } = rule;
  const local = until.zone === 'UTC' && !start.allDay ? zones.timeAt(localMsOf(until), start) : until;
  const untilMs = localMsOf(local) + (until.allDay ? dayMs - 1000 : 0);
  const walk = new RuleWalk({ ...rule, until: null }, startMs, untilMs);
  for (const days of [1, 7, 31, 366, 1461]) {
    let last: number | null = null;
    walk.seek(untilMs - days * rule.interval * dayMs);
    for (let step = 0; step < ruleEndStepsMax; step++) {
      const at = walk.next();
      if (at === null) {
        if (last !== null) return last;
        break;
      }
      last = at;
      if (step === ruleEndStepsMax - 1) return untilMs;
    }
  }
  return untilMs < startMs ? startMs : untilMs;
}

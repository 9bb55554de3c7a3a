import { CalendarError, shown } from '../errors.ts';
import { ruleValuesMax } from '../limits.ts';
import type { WrittenTime } from '../types.ts';
import { readTime } from './time.ts';

export const frequencies = [
  'SECONDLY',
  'MINUTELY',
  'HOURLY',
  'DAILY',
  'WEEKLY',
  'MONTHLY',
  'YEARLY',
] as const;
export type Frequency = (typeof frequencies)[number];
const skips = ['OMIT', 'BACKWARD', 'FORWARD'] as const;
/** What becomes of a day that a month has not (RFC 7529 §4.1): it is left out, or the one before or after it is taken. */
export type Skip = (typeof skips)[number];

/** `weekday`: 0 is Monday. `nth`: 0 is every one; from the end where it is below. */
export interface ByDay {
  readonly weekday: number;
  readonly nth: number;
}

/** RECUR (RFC 5545 §3.3.10). Lists are ascending and hold nothing twice; an empty one was not there. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  readonly until: WrittenTime | null;
  readonly bySecond: readonly number[];
  readonly byMinute: readonly number[];
  readonly byHour: readonly number[];
  readonly byDay: readonly ByDay[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeek: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPosition: readonly number[];
  /** 0 is Monday. */
  readonly weekStart: number;
  readonly skip: Skip;
}

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** More than any clock needs, and small enough that sums stay exact. */
const numberMax = 2_000_000_000;

/** [least, most, whether they count from the end too] */
const bounds: Readonly<Record<string, readonly [number, number, boolean]>> = {
  BYSECOND: [0, 60, false],
  BYMINUTE: [0, 59, false],
  BYHOUR: [0, 23, false],
  BYMONTHDAY: [1, 31, true],
  BYYEARDAY: [1, 366, true],
  BYWEEKNO: [1, 53, true],
  BYMONTH: [1, 12, false],
  BYSETPOS: [1, 366, true],
};

/** A rule as it is written. CalendarError where it is none; 'supported-rscale' where it is of another calendar than the Gregorian (RFC 7529). */
export function readRule(value: string, line = 0): Rule {
  const parts = new Map<string, string>();
  for (const part of value.trim().toUpperCase().split(';', 32)) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals <= 0) throw new CalendarError(`${shown(part)} is no part of a rule`, line);
    const name = part.slice(0, equals);
    if (parts.has(name)) throw new CalendarError(`the rule says ${shown(name)} twice`, line);
    parts.set(name, part.slice(equals + 1).trim());
  }
  const frequency = frequencies.find((known) => known === parts.get('FREQ'));
  if (frequency === undefined) throw new CalendarError('the rule has no FREQ that is known', line);
  const skip = readSkip(parts, line);
  const until = parts.get('UNTIL');
  const count = parts.get('COUNT');
  if (until !== undefined && count !== undefined) {
    throw new CalendarError('the rule has both COUNT and UNTIL', line);
  }
  const list = (name: string) => readNumbers(name, parts.get(name), line);
  const weekStart = weekdays.indexOf(parts.get('WKST') ?? 'MO');
  if (weekStart === -1) throw new CalendarError('WKST names no day', line);
  return {
    frequency,
    interval: readPositive('INTERVAL', parts.get('INTERVAL') ?? '1', line),
    count: count === undefined ? null : readPositive('COUNT', count, line),
    until: until === undefined ? null : readTime(until, null, line),
    // A leap second is the second before it; BYSECOND=60 would otherwise never fire.
    bySecond: unique(list('BYSECOND').map((second) => Math.min(second, 59))),
    byMinute: list('BYMINUTE'),
    byHour: list('BYHOUR'),
    byDay: readDays(parts.get('BYDAY'), line),
    byMonthDay: list('BYMONTHDAY'),
    byYearDay: list('BYYEARDAY'),
    byWeek: list('BYWEEKNO'),
    byMonth: list('BYMONTH'),
    bySetPosition: list('BYSETPOS'),
    weekStart,
    skip,
  };
}

function readSkip(parts: ReadonlyMap<string, string>, line: number): Skip {
  const calendar = parts.get('RSCALE');
  if (calendar !== undefined && calendar !== 'GREGORIAN') {
    const message = `the rule is of another calendar: ${shown(calendar)}`;
    throw new CalendarError(message, line, 'supported-rscale');
  }
  const text = parts.get('SKIP');
  const skip = skips.find((known) => known === (text ?? 'OMIT'));
  if (skip === undefined) throw new CalendarError(`SKIP has ${shown(text ?? '')}`, line);
  if (text !== undefined && calendar === undefined)
    throw new CalendarError('the rule has SKIP without RSCALE (RFC 7529 §4.1)', line);
  return skip;
}

function unique(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function readPositive(name: string, text: string, line: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > numberMax) {
    throw new CalendarError(`${name} is no positive number: ${shown(text)}`, line);
  }
  return number;
}

function readNumbers(name: string, text: string | undefined, line: number): readonly number[] {
  if (text === undefined) return [];
  const [least, most, signed] = bounds[name] ?? [0, 0, false];
  const numbers = splitList(name, text, line).map((item) => {
    const number = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN;
    const size = signed ? Math.abs(number) : number;
    if (!(size >= least && size <= most)) throw new CalendarError(`${name} has ${shown(item)}`, line);
    return number;
  });
  return unique(numbers);
}

function splitList(name: string, text: string, line: number): string[] {
  const items = text.split(',', ruleValuesMax + 1);
  if (items.length > ruleValuesMax) {
    throw new CalendarError(`${name} has more than ${ruleValuesMax} values`, line);
  }
  return items.map((item) => item.trim());
}

function readDays(text: string | undefined, line: number): readonly ByDay[] {
  if (text === undefined) return [];
  const found = new Map<number, ByDay>();
  for (const item of splitList('BYDAY', text, line)) {
    const weekday = weekdays.indexOf(item.slice(-2));
    const number = item.slice(0, -2);
    const nth = number === '' ? 0 : /^[+-]?\d{1,2}$/.test(number) ? Number(number) : 99;
    if (weekday === -1 || (number !== '' && nth === 0) || Math.abs(nth) > 53) {
      throw new CalendarError(`BYDAY has ${shown(item)}`, line);
    }
    found.set(nth * 7 + weekday, { weekday, nth });
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, day]) => day);
}

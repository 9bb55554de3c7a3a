import type { Property } from '../component.ts';
import { CalendarError, shown } from '../errors.ts';
import type { WrittenTime } from '../types.ts';
import { dateOfDay, dayMs, dayNumber, daysInMonth } from './days.ts';

/**
 * DATE or DATE-TIME (RFC 5545 §3.3.4, §3.3.5) as a value is written, in the zone of its property. A value with 'Z' is UTC
 * whatever TZID says. CalendarError where it is no date.
 */
export function readTime(value: string, tzid: string | null, line = 0): WrittenTime {
  const text = value.length > 16 || value.endsWith(' ') ? value.trim() : value;
  const { length } = text;
  const allDay = length === 8;
  const utc = length === 16;
  if (!allDay && length !== 15 && !utc) throw noDate(value, line);
  const year = digits(text, 0, 4);
  const month = digits(text, 4, 6);
  const day = digits(text, 6, 8);
  let hour = 0;
  let minute = 0;
  let second = 0;
  if (!allDay) {
    const separator = text.charCodeAt(8);
    hour = separator === 0x54 || separator === 0x74 ? digits(text, 9, 11) : -1;
    minute = digits(text, 11, 13);
    second = digits(text, 13, 15);
    if (utc && text[15] !== 'Z' && text[15] !== 'z') throw noDate(value, line);
  }
  // A leap second is read as the second before it (RFC 5545 §3.3.12).
  if (second === 60) second = 59;
  const sane = month >= 1 && month <= 12 && day >= 1 && hour >= 0 && minute >= 0 && second >= 0;
  if (!sane || year < 0 || hour > 23 || minute > 59 || second > 59 || day > daysInMonth(year, month)) {
    throw noDate(value, line);
  }
  if (year === 0) throw new CalendarError('a date before the year 1', line, 'min-date-time');
  return { year, month, day, allDay, hour, minute, second, zone: utc ? 'UTC' : allDay ? null : tzid };
}

/** The one date that a property holds. */
export function timeOf(property: Property): WrittenTime {
  return readTime(property.value, property.parameter('TZID') ?? null, property.line);
}

function noDate(value: string, line: number): CalendarError {
  return new CalendarError(`${shown(value)} is no date`, line);
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

const two = (number: number) => (number < 10 ? `0${number}` : String(number));

/** As a value: `20260131`, `20260131T235959` or with a 'Z'; the zone goes into TZID. */
export function formatTime(time: WrittenTime): string {
  const date = `${String(time.year).padStart(4, '0')}${two(time.month)}${two(time.day)}`;
  if (time.allDay) return date;
  return `${date}T${two(time.hour)}${two(time.minute)}${two(time.second)}${time.zone === 'UTC' ? 'Z' : ''}`;
}

/** The time on its own clock, as if that were UTC: milliseconds since 1970. */
export function localMsOf(time: WrittenTime): number {
  return (
    dayNumber(time.year, time.month, time.day) * dayMs +
    ((time.hour * 60 + time.minute) * 60 + time.second) * 1000
  );
}

/** The other way round; fractions of a second go. */
export function timeOfLocalMs(localMs: number, zone: string | null, allDay = false): WrittenTime {
  const days = Math.floor(localMs / dayMs);
  const seconds = allDay ? 0 : Math.floor((localMs - days * dayMs) / 1000);
  return {
    ...dateOfDay(days),
    allDay,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    zone: allDay ? null : zone,
  };
}

/** An instant as a DATE-TIME in UTC. */
export function utcTime(instantMs: number): WrittenTime {
  return timeOfLocalMs(instantMs, 'UTC');
}

/** A day as SEARCH names it, without time or zone. RFC 9051 §9 date-text. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** Midnight of that day in UTC, milliseconds since 1970. */
  readonly utcMs: number;
}

/** A moment with the zone it was written in. RFC 9051 §9 date-time. */
export interface DateTime {
  /** Milliseconds since 1970 UTC; a multiple of 1000. */
  readonly timeMs: number;
  /** East of Greenwich. */
  readonly zoneMinutes: number;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const timeMsMin = -62_167_219_200_000; // 0000-01-01
const timeMsMax = 253_402_300_799_000; // 9999-12-31T23:59:59

/** `1-Feb-1994`, or null where it is no day of the calendar. */
export function parseDateText(text: string): CalendarDate | null {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  return match ? calendarDate(match[1], match[2], match[3]) : null;
}

/** The inside of the quotes of ` 1-Feb-1994 21:52:25 -0800`, or null. */
export function parseDateTimeText(text: string): DateTime | null {
  const match = /^( \d|\d\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  if (!match) return null;
  const date = calendarDate(match[1], match[2], match[3]);
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  const [zoneHour, zoneMinute] = [Number(match[8]), Number(match[9])];
  if (!date || hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return null;
  const zoneMinutes = (match[7] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute) || 0;
  const localMs = date.utcMs + ((hour * 60 + minute) * 60 + second) * 1000;
  return { timeMs: localMs - zoneMinutes * 60_000, zoneMinutes };
}

function calendarDate(
  dayText: string | undefined,
  monthText: string | undefined,
  yearText: string | undefined,
): CalendarDate | null {
  const month = months.findIndex((name) => name.toLowerCase() === monthText?.toLowerCase()) + 1;
  const [day, year] = [Number(dayText), Number(yearText)];
  if (month === 0) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return null;
  return { year, month, day, utcMs: date.getTime() };
}

/** `17-Jul-1996 02:44:25 -0700`; a moment outside the years 0 to 9999 is moved to their edge. */
export function formatDateTime(timeMs: number, zoneMinutes = 0): string {
  const local = Math.min(Math.max(timeMs + zoneMinutes * 60_000, timeMsMin), timeMsMax);
  const date = new Date(local);
  const zone = Math.abs(zoneMinutes);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':');
  const sign = zoneMinutes < 0 ? '-' : '+';
  return `${formatDay(date)} ${time} ${sign}${twoDigits(Math.trunc(zone / 60))}${twoDigits(zone % 60)}`;
}

function formatDay(date: Date): string {
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${twoDigits(date.getUTCDate())}-${months[date.getUTCMonth()]}-${year}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

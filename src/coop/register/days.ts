import type { Day } from '../ledger/types.ts';

/** The day that it is somewhere. */
export function dayIn(timeZone: string, ms: number): Day {
  const parts = new Intl.DateTimeFormat('en', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', calendar: 'iso8601' },
  }).formatToParts(ms);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** The same day so many months later; the last of the month where it has no such day. */
export function monthsAfter(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date, last));
  return first.toISOString().slice(0, 10);
}

/** The end of the fiscal year (`12-31`) that a day lies in; the day itself where it is the last. */
export function fiscalYearEndFrom(day: Day, end: string): Day {
  const year = Number(day.slice(0, 4));
  const same = `${year}-${end}`;
  return day <= same ? same : `${year + 1}-${end}`;
}

export const laterOf = (...days: readonly string[]): string =>
  days.reduce((latest, day) => (day > latest ? day : latest), '');

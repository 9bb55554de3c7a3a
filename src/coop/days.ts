import type { Day, Month } from './ledger/types.ts';
import { refusal } from './refusals.ts';

/** The day that it is somewhere. */
export function dayIn(timeZone: string, ms: number): Day {
  const parts = new Intl.DateTimeFormat('en', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', calendar: 'iso8601' },
  }).formatToParts(ms);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}`;
}

/** Today, where the co-op is. */
export const todayOf = (house: {
  readonly rules: { readonly timeZone: string };
  readonly clock: { nowMs(): number };
}): Day => dayIn(house.rules.timeZone, house.clock.nowMs());

/** Throws where it is no day of the calendar. */
export function demandDay(day: Day): void {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || dayOf(at) !== day) throw refusal('E_DATE', `'${day}' is no day such as 2026-03-31`);
}

/** Throws where it is no month such as `2026-03`. */
export function demandMonth(month: Month): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw refusal('E_DATE', `'${month}' is no month such as 2026-03`);
}

/** So many days later. */
export const daysAfter = (day: Day, days: number): Day =>
  dayOf(Date.parse(`${day}T00:00:00Z`) + days * dayMs);

/** The same day so many months later; the last of the month where it has no such day. */
export function monthsAfter(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const then = dayOf(Date.UTC(year, month - 1 + months, 1)).slice(0, 7);
  const last = lastDayOf(then);
  return date < Number(last.slice(8)) ? `${then}-${day.slice(8)}` : last;
}

/** The month after. */
export const monthAfter = (month: Month): Month => monthsAfter(`${month}-01`, 1).slice(0, 7);

/** Its last day. */
export const lastDayOf = (month: Month): Day =>
  dayOf(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0));

/** The fiscal year that ends in a year: `[from, until)`. `end`: `12-31`. */
export function fiscalYear(year: string, end: string): { readonly from: Day; readonly until: Day } {
  const [before, last] = [Number(year) - 1, Number(year)];
  return { from: daysAfter(lastOfYear(before, end), 1), until: daysAfter(lastOfYear(last, end), 1) };
}

/** The end of the fiscal year (`12-31`) that a day lies in; the day itself where it is the last. */
export function fiscalYearEndFrom(day: Day, end: string): Day {
  const year = Number(day.slice(0, 4));
  const same = lastOfYear(year, end);
  return day <= same ? same : lastOfYear(year + 1, end);
}

/** The last day of the first half of a fiscal year (of one that ends on `12-31` 30 June): the first such day from a day on. */
export function firstHalfEndFrom(day: Day, end: string): Day {
  const last = fiscalYearEndFrom(day, end);
  const half = monthsAfter(last, -6);
  const middle = last === lastDayOf(last.slice(0, 7)) ? lastDayOf(half.slice(0, 7)) : half;
  return day <= middle ? middle : firstHalfEndFrom(daysAfter(last, 1), end);
}

/** The day on which a fiscal year ends; who ends it with February does so in leap years too. */
function lastOfYear(year: number, end: string): Day {
  const digits = `${year}`.padStart(4, '0');
  return end === '02-28' || end === '02-29' ? lastDayOf(`${digits}-02`) : `${digits}-${end}`;
}

export const laterOf = (...days: readonly Day[]): Day =>
  days.reduce((latest, day) => (day > latest ? day : latest), '');

const dayMs = 86_400_000;
const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

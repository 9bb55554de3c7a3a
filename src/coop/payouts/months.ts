import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';

/** Throws where it is no month such as `2026-03`. */
export function demandMonth(month: string): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw refusal('E_DATE', `'${month}' is no month such as 2026-03`);
}

/** The month after. */
export function monthAfter(month: string): string {
  const [year, at] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return at === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : `${month.slice(0, 4)}-${String(at + 1).padStart(2, '0')}`;
}

/** Its last day. */
export function lastDayOf(month: string): string {
  const days = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  return `${month}-${days}`;
}

/** The day that it is at a time, in a time zone. */
export function dayIn(timeZone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return parts.format(ms);
}

/** Today, where the co-op is. */
export const todayOf = ({ rules, clock }: Pick<CoopHouse, 'rules' | 'clock'>): string =>
  dayIn(rules.timeZone, clock.nowMs());

/** The fiscal year that ends in a year: `[from, until)`. `end`: `12-31`. */
export function fiscalYear(year: string, end: string): { readonly from: string; readonly until: string } {
  const last = Number(year);
  return { from: dayAfter(`${String(last - 1).padStart(4, '0')}-${end}`), until: dayAfter(`${year}-${end}`) };
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

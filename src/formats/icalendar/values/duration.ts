import { CalendarError, shown } from '../errors.ts';
import { dayMs, hourMs, minuteMs } from './days.ts';

/** Days are nominal (a day of 23 hours is one), the rest is exact (RFC 5545 §3.3.6). Both have the sign. */
export interface Duration {
  readonly days: number;
  readonly ms: number;
}

/** More would leave what a number can say. */
const digitsMax = 9;

/** `dur-value`. The order of its parts is not looked at; `P` alone, as some write it, is nothing. */
export function readDuration(value: string, line = 0): Duration {
  const text = value.trim().toUpperCase();
  const refused = () => new CalendarError(`${shown(value)} is no duration`, line);
  const sign = text[0] === '-' ? -1 : 1;
  let at = text[0] === '-' || text[0] === '+' ? 1 : 0;
  if (text[at] !== 'P') throw refused();
  at++;
  let days = 0;
  let ms = 0;
  let inTime = false;
  while (at < text.length) {
    if (text[at] === 'T' && !inTime) {
      inTime = true;
      at++;
      continue;
    }
    const from = at;
    while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
    if (at === from || at - from > digitsMax) throw refused();
    const count = Number(text.slice(from, at));
    const unit = text[at++];
    if (unit === 'W' && !inTime) days += count * 7;
    else if (unit === 'D' && !inTime) days += count;
    else if (unit === 'H' && inTime) ms += count * hourMs;
    else if (unit === 'M' && inTime) ms += count * minuteMs;
    else if (unit === 'S' && inTime) ms += count * 1000;
    else throw refused();
  }
  return { days: days === 0 ? 0 : sign * days, ms: ms === 0 ? 0 : sign * ms };
}

/** Exact: a day has 24 hours. */
export function durationMs({ days, ms }: Duration): number {
  return days * dayMs + ms;
}

/** Milliseconds as `dur-value`, in days, hours, minutes and seconds. */
export function formatDuration(duration: Duration): string {
  const negative = durationMs(duration) < 0;
  const days = Math.abs(duration.days);
  let seconds = Math.round(Math.abs(duration.ms) / 1000);
  if (days > 0 && seconds === 0)
    return `${negative ? '-' : ''}P${days % 7 === 0 ? `${days / 7}W` : `${days}D`}`;
  const hours = Math.floor(seconds / 3600);
  seconds -= hours * 3600;
  const minutes = Math.floor(seconds / 60);
  seconds -= minutes * 60;
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 || (hours === 0 && minutes === 0) ? `${seconds}S` : ''}`;
  return `${negative ? '-' : ''}P${days > 0 ? `${days}D` : ''}T${time}`;
}

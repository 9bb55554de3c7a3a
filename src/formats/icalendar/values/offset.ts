import { CalendarError, shown } from '../errors.ts';

/** UTC-OFFSET (RFC 5545 §3.3.14) in milliseconds; without its minutes too, as some write it. */
export function readOffset(value: string, line = 0): number {
  const found = /^([+-])(\d{2})(\d{2})?(\d{2})?$/.exec(value.trim());
  const [hours, minutes, seconds] = [Number(found?.[2]), Number(found?.[3] ?? 0), Number(found?.[4] ?? 0)];
  if (found === null || hours > 23 || minutes > 59 || seconds > 59) {
    throw new CalendarError(`${shown(value)} is no offset from UTC`, line);
  }
  const size = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return found[1] === '-' && size !== 0 ? -size : size;
}

export function formatOffset(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const two = (number: number) => String(number).padStart(2, '0');
  const rest = seconds % 60;
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(seconds / 3600))}${two(Math.floor(seconds / 60) % 60)}${rest > 0 ? two(rest) : ''}`;
}

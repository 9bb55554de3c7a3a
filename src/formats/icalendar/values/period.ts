import { CalendarError, shown } from '../errors.ts';
import type { WrittenTime } from '../types.ts';
import { type Duration, readDuration } from './duration.ts';
import { readTime } from './time.ts';

/** PERIOD (RFC 5545 §3.3.9): it has an end or a duration. */
export interface Period {
  readonly start: WrittenTime;
  readonly end: WrittenTime | Duration;
}

export function readPeriod(value: string, tzid: string | null, line = 0): Period {
  const slash = value.indexOf('/');
  if (slash === -1) throw new CalendarError(`${shown(value)} is no period`, line);
  const start = readTime(value.slice(0, slash).trim(), tzid, line);
  const rest = value.slice(slash + 1).trim();
  const first = rest[0] ?? '';
  const end = 'Pp+-'.includes(first) && first !== '' ? readDuration(rest, line) : readTime(rest, tzid, line);
  return { start, end };
}

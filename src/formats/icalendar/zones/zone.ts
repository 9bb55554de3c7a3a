import { dayMs, hourMs } from '../values/days.ts';

/** A time zone: offsets from UTC in milliseconds, east is above zero. */
export interface Zone {
  /** As it is called here: of the system's, the name in its tz data. */
  readonly id: string;
  offsetAt(instantMs: number): number;
}

/** Farther from UTC no clock was ever set. */
const reachMs = 16 * hourMs;

/**
 * The instant of a local time (milliseconds as if its clock were UTC). A time that the clock skips is read with the offset
 * before it; of one that comes twice the first is meant (RFC 5545 §3.3.5).
 */
export function instantIn(zone: Zone, localMs: number): number {
  const before = zone.offsetAt(localMs - reachMs);
  const after = zone.offsetAt(localMs + reachMs);
  if (before === after) return localMs - before;
  if (zone.offsetAt(localMs - before) === before) return localMs - before;
  if (zone.offsetAt(localMs - after) === after) return localMs - after;
  return localMs - before;
}

/** The clock of a zone at an instant, as milliseconds as if it were UTC. */
export function localIn(zone: Zone, instantMs: number): number {
  return instantMs + zone.offsetAt(instantMs);
}

export const utcZone: Zone = { id: 'UTC', offsetAt: () => 0 };

/** Some of a clock's days before or after an instant (RFC 5545 §3.3.6). */
export function movedBy(zone: Zone, instantMs: number, days: number): number {
  return days === 0 ? instantMs : instantIn(zone, localIn(zone, instantMs) + days * dayMs);
}

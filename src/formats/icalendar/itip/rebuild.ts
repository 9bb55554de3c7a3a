import type { Component } from '../component.ts';
import { type CalendarObject, groupObject } from '../object.ts';
import { newCalendar } from '../read.ts';

/** An object with other components; zones of both are kept. */
export function rebuilt(
  base: CalendarObject | null,
  message: CalendarObject,
  components: readonly Component[],
): CalendarObject {
  const zones = new Map<string, Component>();
  for (const zone of [...message.vtimezones, ...(base?.vtimezones ?? [])]) {
    const tzid = zone.text('TZID') ?? '';
    if (!zones.has(tzid)) zones.set(tzid, zone);
  }
  const calendar = (base?.calendar ?? newCalendar()).without('METHOD');
  return groupObject(calendar.withComponents([...zones.values(), ...components]));
}

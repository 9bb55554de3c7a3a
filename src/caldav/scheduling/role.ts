import {
  attendeeIn,
  attendeesIn,
  type CalendarObject,
  organizerIn,
  organizerOf,
} from '../../formats/icalendar/index.ts';

/** What somebody is in an object; null: it is no scheduling object of theirs. */
export type Role = 'organizer' | 'attendee' | null;

/** RFC 6638 §3.1. `self`: all addresses of who is meant. Who organises and is invited too organises. */
export function roleIn(object: CalendarObject | null, self: ReadonlySet<string>): Role {
  if (object === null || (object.kind !== 'VEVENT' && object.kind !== 'VTODO')) return null;
  const organizer = organizerOf(object);
  if (organizer === null || organizer === 'several') return null;
  if (self.has(organizer.address)) {
    return object.instances.some((component) => attendeesIn(component).length > 0) ? 'organizer' : null;
  }
  return object.instances.some((component) => attendeeIn(component, self) !== null) ? 'attendee' : null;
}

/** As the object has it. */
export function organizerAddress(object: CalendarObject): string | null {
  for (const component of object.instances) {
    const party = organizerIn(component);
    if (party !== null) return party.address;
  }
  return null;
}

import {
  agentOf,
  attendeeIn,
  attendeesIn,
  type CalendarObject,
  organizerIn,
  organizerOf,
} from '../../formats/icalendar/index.ts';

/** What somebody is in an object; null: it is no scheduling object of theirs. */
export type Role = 'organizer' | 'attendee' | null;

/**
 * RFC 6638 §3.1. `self`: all addresses of who is meant. Who organises and is invited too organises. Where a client says at the
 * organiser that it sends by itself (§7.1), it is no scheduling object.
 */
export function roleIn(object: CalendarObject | null, self: ReadonlySet<string>): Role {
  if (object === null || (object.kind !== 'VEVENT' && object.kind !== 'VTODO')) return null;
  const organizer = organizerOf(object);
  if (organizer === null || organizer === 'several' || agentOf(organizer) !== 'SERVER') return null;
  if (self.has(organizer.address)) {
    return object.instances.some((component) => attendeesIn(component).length > 0) ? 'organizer' : null;
  }
  return object.instances.some((component) => attendeeIn(component, self) !== null) ? 'attendee' : null;
}

/** The client speaks for itself, or nobody does (RFC 6638 §7.1): the server neither sends nor takes in. */
export function isLeftToClient(object: CalendarObject): boolean {
  const organizer = organizerOf(object);
  return organizer !== null && organizer !== 'several' && agentOf(organizer) !== 'SERVER';
}

/** As the object has it. */
export function organizerAddress(object: CalendarObject): string | null {
  for (const component of object.instances) {
    const party = organizerIn(component);
    if (party !== null) return party.address;
  }
  return null;
}

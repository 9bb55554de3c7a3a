import { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { formatTime, readTime, utcTime } from '../values/time.ts';
import { agentOf, attendeeIn, organizerIn, partstatOf, toldTo } from './people.ts';
import { instanceKey, instancesByKey, messageWith, timeKey, timingOf } from './view.ts';

/** What an attendee says to the organiser. */
export interface AttendeeMessage {
  readonly method: 'REPLY';
  /** As `addressOf`. */
  readonly to: string;
  /** The attendee, as `addressOf`. */
  readonly from: string;
  /** VCALENDAR with METHOD. */
  readonly calendar: Component;
}

interface Told {
  readonly component: Component;
  readonly attendee: Property;
}

/**
 * RFC 6638 §3.2.2: what an attendee answers by having changed their copy. Null: nothing. `after` null: the copy was
 * removed, which declines. `me`: all addresses of the attendee.
 */
export function attendeeMessage(
  before: CalendarObject | null,
  after: CalendarObject | null,
  { me, nowMs }: { readonly me: ReadonlySet<string>; readonly nowMs: number },
): AttendeeMessage | null {
  const object = after ?? before;
  const organizer = object?.instances.map(organizerIn).find((party) => party !== null) ?? null;
  if (object === null || organizer === null || agentOf(organizer) !== 'SERVER') return null;
  const told = after === null ? declined(object, me) : answered(before, after, me);
  const [first] = told;
  const from = first === undefined ? null : attendeeIn(first.component, me);
  if (first === undefined || from === null) return null;
  const components = told.map((one) => replyOf(one, nowMs));
  return {
    method: 'REPLY',
    to: organizer.address,
    from: from.address,
    calendar: messageWith(object, 'REPLY', components),
  };
}

/** The whole copy went: all that was not declined or called off before. */
function declined(object: CalendarObject, me: ReadonlySet<string>): Told[] {
  const { master } = object;
  const concerned = master !== null && attendeeIn(master, me) !== null ? [master] : object.instances;
  return concerned.flatMap((component) => {
    const own = attendeeIn(component, me);
    if (own === null || partstatOf(own) === 'DECLINED' || isCancelled(component)) return [];
    return [{ component, attendee: own.property.withParameter('PARTSTAT', 'DECLINED') }];
  });
}

function answered(before: CalendarObject | null, after: CalendarObject, me: ReadonlySet<string>): Told[] {
  const zones = after.zones();
  const was = before === null ? new Map<string, Component>() : instancesByKey(before, before.zones());
  const told: Told[] = [];
  for (const component of after.instances) {
    const own = attendeeIn(component, me);
    if (own === null || isCancelled(component)) continue;
    // A new override says what the series said before.
    const then = was.get(instanceKey(component, zones)) ?? was.get('');
    const asked = then === undefined ? null : attendeeIn(then, me);
    const same =
      asked === null
        ? partstatOf(own) === 'NEEDS-ACTION'
        : answerOf(asked.property) === answerOf(own.property);
    if (!same || isForced(component)) told.push({ component, attendee: own.property });
  }
  return [...told, ...leftOut(before, after, me)];
}

/** Instances that the attendee took out of their copy (RFC 6638 §3.2.2.1): declined. */
function leftOut(before: CalendarObject | null, after: CalendarObject, me: ReadonlySet<string>): Told[] {
  const { master } = after;
  const own = master === null ? null : attendeeIn(master, me);
  if (before?.master == null || master === null || own === null || partstatOf(own) === 'DECLINED') return [];
  const zones = after.zones();
  const known = new Set(exceptions(before.master).map(({ value, tzid }) => timeKey(value, tzid, zones)));
  const was = instancesByKey(before, zones);
  return exceptions(master).flatMap(({ value, tzid, parameters }) => {
    const key = timeKey(value, tzid, zones);
    if (known.has(key)) return [];
    const gone = was.get(key);
    if (gone !== undefined && isCancelled(gone)) return [];
    const id = new Property('RECURRENCE-ID', parameters, value);
    const instance = (gone ?? master).without('RRULE', 'RDATE', 'EXDATE').with(id);
    return [{ component: instance, attendee: own.property.withParameter('PARTSTAT', 'DECLINED') }];
  });
}

function exceptions(component: Component) {
  return component.properties('EXDATE').flatMap((property) =>
    property.value.split(',').map((value) => ({
      value,
      tzid: property.parameter('TZID') ?? null,
      parameters: property.parameters,
    })),
  );
}

const isCancelled = (component: Component) => component.text('STATUS')?.toUpperCase() === 'CANCELLED';

/** RFC 6638 §7.2 */
const isForced = (component: Component) =>
  component.property('ORGANIZER')?.parameter('SCHEDULE-FORCE-SEND')?.toUpperCase() === 'REPLY';

/** What of an ATTENDEE is an answer. */
const answerOf = (property: Property) =>
  [
    property.parameter('PARTSTAT')?.toUpperCase() ?? 'NEEDS-ACTION',
    ...property.parameterValues('DELEGATED-TO'),
  ].join();

/** RFC 5546 §3.2.3: whose answer it is, to what. */
function replyOf({ component, attendee }: Told, nowMs: number): Component {
  const kept = new Set(
    'UID,RECURRENCE-ID,DTSTART,DTEND,DURATION,DUE,SEQUENCE,SUMMARY,COMMENT,ORGANIZER,PERCENT-COMPLETE'.split(
      ',',
    ),
  );
  const properties = component
    .properties()
    .filter(({ name }) => kept.has(name))
    .map((property) => (property.name === 'ORGANIZER' ? toldTo(property) : property));
  return new Component(component.name, [
    ...properties,
    toldTo(attendee).withParameter('RSVP', null),
    Property.of('DTSTAMP', formatTime(utcTime(nowMs))),
    Property.of('REQUEST-STATUS', '2.0;Success'),
  ]);
}

/**
 * What of an attendee's change is the organiser's to change (RFC 6638 §3.2.2.1): its words, or null where all may be. Who is
 * invited only to some instances may have just these.
 */
export function attendeeMayNot(before: CalendarObject, after: CalendarObject): string | null {
  const zones = after.zones();
  const was = instancesByKey(before, zones);
  for (const component of after.instances) {
    const key = instanceKey(component, zones);
    const then = was.get(key);
    const series = was.get('');
    if (then === undefined && series === undefined) return 'an instance that nobody invited to';
    const organizer = organizerIn(component)?.address;
    const invited = then ?? series;
    if (invited !== undefined && organizer !== organizerIn(invited)?.address) return 'ORGANIZER';
    if (then !== undefined && fixed(then) !== fixed(component)) return 'when it is';
    if (then === undefined && component.property('DTSTART') !== undefined) {
      const start = component.property('DTSTART');
      const at = start === undefined ? '' : timeKey(start.value, start.parameter('TZID') ?? null, zones);
      if (at !== key) return 'when one instance is';
    }
  }
  return null;
}

/** An attendee may leave instances out; when the others are is not theirs. */
function fixed(component: Component): string {
  const start = component.property('DTSTART');
  if (start !== undefined) readTime(start.value, start.parameter('TZID') ?? null);
  return timingOf(component.without('EXDATE'));
}

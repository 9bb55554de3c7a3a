import { type Component, Property } from '../component.ts';
import { type CalendarObject, groupObject } from '../object.ts';
import { newCalendar } from '../read.ts';
import type { Zones } from '../types.ts';
import { formatTime, readTime, timeOf, utcTime } from '../values/time.ts';
import { answeredParameter, attendeeIn, attendeesIn, partstatOf, toldTo } from './people.ts';
import { instanceKey, instancesByKey, meaningOf, sequenceOf, timeKey, timingOf } from './view.ts';

/** An object with other components; zones of both are kept. */
function rebuilt(
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

function stampOf(component: Component): number {
  const stamp = component.property('DTSTAMP');
  if (stamp === undefined) return 0;
  const { year, month, day, hour, minute, second } = readTime(stamp.value, null);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * Whether a message says something after what is known (RFC 5546 §2.1.5). Two changes within a second have one DTSTAMP; what
 * `me` answered meanwhile is no difference.
 */
function isNewer(said: Component, known: Component, me: ReadonlySet<string>): boolean {
  // Who was told that it is off, and is invited again, hears the organiser count from where they were before.
  if (isCancelled(known) && !isCancelled(said)) return stampOf(said) >= stampOf(known);
  const difference = sequenceOf(said) - sequenceOf(known) || stampOf(said) - stampOf(known);
  return difference === 0 ? meaningToOthers(said, me) !== meaningToOthers(known, me) : difference > 0;
}

function meaningToOthers(component: Component, me: ReadonlySet<string>): string {
  const own = new Set(
    attendeesIn(component)
      .filter(({ address }) => me.has(address))
      .map(({ property }) => property),
  );
  return meaningOf(
    component.mapping((property) => {
      if (own.has(property)) return null;
      // A copy has what was said to its owner, and what their client and ours noted of it.
      return property.name === 'ATTENDEE' || property.name === 'ORGANIZER' ? toldTo(property) : property;
    }),
    true,
  );
}

/**
 * REQUEST (RFC 5546 §3.2.2) onto the copy of an attendee; null where it says nothing new. What is the attendee's own stays:
 * alarms, and an answer to a time that did not change.
 */
export function applyRequest(
  current: CalendarObject | null,
  message: CalendarObject,
  me: ReadonlySet<string>,
): CalendarObject | null {
  if (current === null) return rebuilt(null, message, message.instances);
  const zones = message.zones();
  const known = instancesByKey(current, current.zones());
  const said = instancesByKey(message, zones);
  const series = said.get('');
  const news = new Map<string, Component>();
  for (const [key, component] of said) {
    const then = known.get(key);
    // An instance that is told of for the first time is compared with the series that it comes from.
    if (then !== undefined && !isNewer(component, then, me)) continue;
    news.set(key, ownKept(component, then ?? known.get('') ?? null, me));
  }
  if (news.size === 0) return null;
  const kept: Component[] = [];
  for (const [key, component] of known) {
    const now = news.get(key);
    // A series that is told anew comes with all that differs from it.
    if (now === undefined && series !== undefined && news.has('') && key !== '' && !said.has(key)) continue;
    kept.push(now ?? component);
    news.delete(key);
  }
  return rebuilt(current, message, [...kept, ...news.values()]);
}

/** What an attendee makes of an appointment for themselves; above all, whom they let see it. */
const own = new Set(['CLASS', 'TRANSP', 'CATEGORIES', 'COLOR', 'PERCENT-COMPLETE', 'COMPLETED']);
const isOwn = ({ name }: Property) => own.has(name) || (name.startsWith('X-') && name !== 'X-ALT-DESC');

function ownKept(said: Component, then: Component | null, me: ReadonlySet<string>): Component {
  if (then === null) return said;
  const mine = then.properties().filter(isOwn);
  const names = new Set(mine.map(({ name }) => name));
  const withAlarms = said
    .mapping((property) => (names.has(property.name) ? null : property))
    .adding(...mine)
    .withComponents([
      ...said.components().filter(({ name }) => name !== 'VALARM'),
      ...then.components('VALARM'),
    ]);
  const asked = attendeeIn(said, me);
  const before = attendeeIn(then, me);
  const stands =
    asked !== null &&
    before !== null &&
    partstatOf(asked) === 'NEEDS-ACTION' &&
    timingOf(said) === timingOf(then);
  if (!stands) return withAlarms;
  return withAlarms.mapping((property) =>
    property === asked.property ? property.withParameter('PARTSTAT', partstatOf(before)) : property,
  );
}

/** CANCEL (RFC 5546 §3.2.5) onto the copy of an attendee: what was called off stays to be seen as that; null: nothing new. */
export function applyCancel(current: CalendarObject, message: CalendarObject): CalendarObject | null {
  const said = instancesByKey(message, message.zones());
  const whole = said.get('');
  let changed = false;
  const cancelled = (component: Component, by: Component) => {
    if (sequenceOf(by) < sequenceOf(component) || isCancelled(component)) return component;
    changed = true;
    return component.with(
      Property.of('STATUS', 'CANCELLED'),
      Property.of('SEQUENCE', String(sequenceOf(by))),
      ...by.properties('DTSTAMP'),
    );
  };
  const zones = current.zones();
  let components = current.instances.map((component) => {
    const by = whole ?? said.get(instanceKey(component, zones));
    return by === undefined ? component : cancelled(component, by);
  });
  if (whole === undefined && current.master !== null) {
    const known = instancesByKey(current, zones);
    for (const [key, by] of said) {
      if (known.has(key)) continue;
      const instance = instanceOf(current.master, by, zones);
      if (instance !== null) components = [...components, cancelled(instance, by)];
    }
  }
  return changed ? rebuilt(current, message, components) : null;
}

const isCancelled = (component: Component) => component.text('STATUS')?.toUpperCase() === 'CANCELLED';

/**
 * REPLY (RFC 5546 §3.2.3) onto the organiser's object. Null: it says nothing new, or it is by somebody who was not invited,
 * or about what has changed since.
 */
export function applyReply(
  current: CalendarObject,
  message: CalendarObject,
  from: ReadonlySet<string>,
): CalendarObject | null {
  const zones = current.zones();
  const components = [...instancesByKey(current, zones)];
  const { master } = current;
  let changed = false;
  for (const said of message.instances) {
    const answer = attendeeIn(said, from);
    if (answer === null) continue;
    const key = instanceKey(said, message.zones());
    const at = components.findIndex(([known]) => known === key);
    const [, component] = components[at] ?? [];
    if (component === undefined) {
      const instance = master === null ? null : instanceOf(master, said, zones);
      const answered = instance === null ? null : answeredBy(instance, said, answer.property);
      if (answered === null) continue;
      components.push([key, answered]);
      changed = true;
      continue;
    }
    const answered = answeredBy(component, said, answer.property);
    if (answered === null) continue;
    components[at] = [key, answered];
    changed = true;
    if (key !== '') continue;
    // Single instances follow, where the attendee has not answered them otherwise.
    const old = attendeeIn(component, from);
    for (const [index, [other, override]] of components.entries()) {
      const own = other === '' ? null : attendeeIn(override, from);
      if (own === null || old === null || partstatOf(own) !== partstatOf(old)) continue;
      const followed = answeredBy(override, said.without('SEQUENCE'), answer.property, true);
      if (followed !== null) components[index] = [other, followed];
    }
  }
  return changed
    ? rebuilt(
        current,
        message,
        components.map(([, component]) => component),
      )
    : null;
}

function answeredBy(
  component: Component,
  said: Component,
  answer: Property,
  follows = false,
): Component | null {
  if (!follows && sequenceOf(said) < sequenceOf(component)) return null;
  const address = new Set(attendeesIn(said).map((party) => party.address));
  const stamp = said.property('DTSTAMP')?.value ?? '';
  const own = attendeeIn(component, address);
  const partstat = answer.parameter('PARTSTAT')?.toUpperCase() ?? 'NEEDS-ACTION';
  if (own === null) return delegated(component, answer, stamp);
  const before = own.property.parameter(answeredParameter) ?? '';
  if (stamp < before || (stamp === before && partstatOf(own) === partstat)) return null;
  const delegates = answer.parameterValues('DELEGATED-TO');
  const next = own.property
    .withParameter('PARTSTAT', partstat)
    .withParameter('RSVP', null)
    .withParameter('DELEGATED-TO', delegates.length === 0 ? null : delegates)
    .withParameter('SCHEDULE-STATUS', '2.0')
    .withParameter(answeredParameter, stamp === '' ? null : stamp);
  return component.mapping((property) => (property === own.property ? next : property));
}

/** Who answers in the place of an attendee that delegated to them joins (RFC 5546 §3.2.2.3); others do not. */
function delegated(component: Component, answer: Property, stamp: string): Component | null {
  const by = new Set(answer.parameterValues('DELEGATED-FROM').map((address) => address.trim().toLowerCase()));
  const known = attendeesIn(component).some(
    ({ address, property }) =>
      by.has(address) &&
      property.parameterValues('DELEGATED-TO').some((to) => to.toLowerCase() === answer.value.toLowerCase()),
  );
  if (!known) return null;
  return component.adding(
    answer
      .withParameter('RSVP', null)
      .withParameter('SCHEDULE-STATUS', '2.0')
      .withParameter(answeredParameter, stamp === '' ? null : stamp),
  );
}

/** The instance of a series that a message names, standing by itself; null where it names none. */
export function instanceOf(master: Component, named: Component, zones: Zones): Component | null {
  const id = named.property('RECURRENCE-ID');
  const start = master.property('DTSTART');
  const recurs = master.property('RRULE') !== undefined || master.property('RDATE') !== undefined;
  if (id === undefined || start === undefined || !recurs) return null;
  const excluded = master
    .properties('EXDATE')
    .flatMap((property) =>
      property.value.split(',').map((value) => timeKey(value, property.parameter('TZID') ?? null, zones)),
    );
  if (excluded.includes(instanceKey(named, zones))) return null;
  const begin = timeOf(start);
  const at = readTime(id.value, id.parameter('TZID') ?? null);
  if (at.allDay !== begin.allDay) return null;
  const local = at.allDay ? at : zones.timeAt(zones.instantOf(at), begin);
  const written = (name: string) => new Property(name, start.parameters, formatTime(local));
  const instance = master
    .without('RRULE', 'RDATE', 'EXDATE', 'EXRULE')
    .with(written('RECURRENCE-ID'), written('DTSTART'));
  const end = instance.property('DTEND') ?? instance.property('DUE');
  if (end === undefined) return instance;
  const lasts = zones.instantOf(timeOf(end)) - zones.instantOf(begin);
  const stop = at.allDay
    ? addDays(local, Math.round(lasts / 86_400_000))
    : formatTime(zones.timeAt(zones.instantOf(local) + lasts, timeOf(end)));
  return instance.with(end.withValue(stop));
}

function addDays({ year, month, day }: { year: number; month: number; day: number }, days: number): string {
  const { year: y, month: m, day: d } = utcTime(Date.UTC(year, month - 1, day + days));
  return `${String(y).padStart(4, '0')}${String(m).padStart(2, '0')}${String(d).padStart(2, '0')}`;
}

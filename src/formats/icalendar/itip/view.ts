import { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import type { Zones } from '../types.ts';
import { formatTime, readTime, utcTime } from '../values/time.ts';
import { writeComponent } from '../write.ts';
import { answeredParameter, attendeesIn, toldTo } from './people.ts';

/** Which instance a component is: '' for the master, else its RECURRENCE-ID, the same however it was written. */
export function instanceKey(component: Component, zones: Zones): string {
  const id = component.property('RECURRENCE-ID');
  return id === undefined ? '' : timeKey(id.value, id.parameter('TZID') ?? null, zones);
}

/** A date as it stands, a time as its instant. */
export function timeKey(value: string, tzid: string | null, zones: Zones): string {
  const time = readTime(value, tzid);
  return time.allDay ? formatTime(time) : formatTime(utcTime(zones.instantOf(time)));
}

/** The components of an object by `instanceKey`. */
export function instancesByKey(object: CalendarObject, zones: Zones): Map<string, Component> {
  const byKey = new Map<string, Component>();
  for (const component of object.instances) byKey.set(instanceKey(component, zones), component);
  return byKey;
}

/** SEQUENCE (RFC 5545 §3.8.7.4). */
export function sequenceOf(component: Component): number {
  const number = Number(component.property('SEQUENCE')?.value ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** What an organiser's object is to one attendee: what they are invited to, and nothing else (RFC 6638 §3.2.1.2). */
export interface View {
  /** By `instanceKey`; '' is the master. */
  readonly instances: ReadonlyMap<string, Component>;
}

/** Null where that attendee is invited to none of it. */
export function viewOf(object: CalendarObject, address: string, zones: Zones): View | null {
  const invited = (component: Component) => attendeesIn(component).some((party) => party.address === address);
  const { master } = object;
  const instances = new Map<string, Component>();
  const wholly = master !== null && invited(master);
  const missed: Property[] = [];
  for (const component of object.overrides) {
    const id = component.property('RECURRENCE-ID');
    if (id === undefined) continue;
    if (invited(component)) instances.set(instanceKey(component, zones), tell(component));
    else if (wholly) missed.push(new Property('EXDATE', id.parameters, id.value));
  }
  if (wholly) instances.set('', tell(missed.length === 0 ? master : master.adding(...missed)));
  return instances.size === 0 ? null : { instances };
}

/** As others are told: without what is its owner's alone. */
function tell(component: Component): Component {
  return component
    .mapping((property) =>
      property.name === 'ATTENDEE' || property.name === 'ORGANIZER' ? toldTo(property) : property,
    )
    .withComponents(component.components().filter(({ name }) => name !== 'VALARM'));
}

/** Says nothing that has to be told again when it changes. */
const restless = new Set(['DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'SEQUENCE', 'TRANSP', 'CLASS', 'COLOR']);

/** Two components with the same answer say the same to those who are invited. `answers`: what others answered counts. */
export function meaningOf(component: Component, answers: boolean): string {
  const said = component.mapping((property) => {
    if (restless.has(property.name)) return null;
    if (property.name.startsWith('X-') && property.name !== 'X-ALT-DESC') return null;
    if (property.name !== 'ATTENDEE' || answers) return property;
    return ['PARTSTAT', 'RSVP', answeredParameter].reduce(
      (kept, name) => kept.withParameter(name, null),
      property,
    );
  });
  const lines = said.properties().map((property) => writeComponent(new Component('X', [property])));
  return lines.sort().join('');
}

/** What makes an appointment another one: then answers that were given stand no more. */
const timing = ['DTSTART', 'DTEND', 'DUE', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID'];

export function timingOf(component: Component): string {
  return timing
    .flatMap((name) => component.properties(name))
    .map((property) => writeComponent(new Component('X', [property])))
    .join('');
}

/** A VCALENDAR of components with the zones of an object. */
export function messageWith(
  object: CalendarObject,
  method: string,
  components: readonly Component[],
): Component {
  return new Component(
    'VCALENDAR',
    [
      Property.of('VERSION', '2.0'),
      Property.of('PRODID', '-//myco//calendars//EN'),
      Property.of('METHOD', method),
    ],
    [...object.vtimezones, ...components],
  );
}

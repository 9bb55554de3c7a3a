import { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import type { Zones } from '../types.ts';
import { formatTime, readTime, utcTime } from '../values/time.ts';
import { writeComponent } from '../write.ts';
import { answeredParameter, attendeesIn, type Party, toldTo } from './people.ts';

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

interface Instance {
  readonly key: string;
  /** As others are told it. */
  readonly told: Component;
  readonly parties: ReadonlyMap<string, Party>;
  /** What takes it out of the series for who is not invited to it; null for the master. */
  readonly exception: Property | null;
}

/** An organiser's object, taken apart once for all who are invited: what is the same for two of them is one value. */
export class Invitation {
  readonly object: CalendarObject;
  readonly #master: Instance | null = null;
  readonly #overrides: readonly Instance[];
  /** The series as those see it who miss the same instances. */
  readonly #without = new Map<string, Component>();

  constructor(object: CalendarObject) {
    const zones = object.zones();
    const apart = (component: Component): Instance => {
      const id = component.property('RECURRENCE-ID');
      return {
        key: instanceKey(component, zones),
        told: tell(component),
        parties: new Map(attendeesIn(component).map((party) => [party.address, party])),
        exception: id === undefined ? null : new Property('EXDATE', id.parameters, id.value),
      };
    };
    this.object = object;
    if (object.master !== null) this.#master = apart(object.master);
    this.#overrides = object.overrides.map(apart);
  }

  get #instances(): readonly Instance[] {
    return this.#master === null ? this.#overrides : [this.#master, ...this.#overrides];
  }

  /** All who are invited to some of it; of one who is in several components, as the last says. */
  parties(): Map<string, Party> {
    const all = new Map<string, Party>();
    for (const { parties } of this.#instances)
      for (const party of parties.values()) all.set(party.address, party);
    return all;
  }

  /** Null where that attendee is invited to none of it. */
  viewOf(address: string): View | null {
    const instances = new Map<string, Component>();
    const wholly = this.#master?.parties.has(address) === true;
    const missed: Instance[] = [];
    for (const override of this.#overrides) {
      if (override.parties.has(address)) instances.set(override.key, override.told);
      else if (wholly) missed.push(override);
    }
    if (this.#master !== null && wholly) instances.set('', this.#seriesWithout(this.#master.told, missed));
    return instances.size === 0 ? null : { instances };
  }

  #seriesWithout(series: Component, missed: readonly Instance[]): Component {
    if (missed.length === 0) return series;
    const key = missed.map((instance) => instance.key).join();
    let made = this.#without.get(key);
    if (made === undefined) {
      made = series.adding(...missed.flatMap(({ exception }) => exception ?? []));
      this.#without.set(key, made);
    }
    return made;
  }

  /** RFC 6638 §7.2 */
  forced(address: string): string | null {
    for (const { parties } of this.#instances) {
      const forced = parties.get(address)?.property.parameter('SCHEDULE-FORCE-SEND');
      if (forced !== undefined) return forced.toUpperCase();
    }
    return null;
  }

  /** SEQUENCE of an instance as it is now, or of the series that it would be in; null where there is neither. */
  sequence(key: string): number | null {
    const instance = this.#instances.find((one) => one.key === key) ?? this.#master;
    return instance === null ? null : sequenceOf(instance.told);
  }
}

/** What of what no RFC names is said to others; the rest is a client's own, such as where its user sets out from. */
const spoken = /^X-(?:ALT-DESC|APPLE-STRUCTURED-LOCATION|GOOGLE-CONFERENCE|MICROSOFT-|MS-)/;

/** As others are told: without what is its owner's alone. */
function tell(component: Component): Component {
  return component
    .mapping((property) => {
      if (property.name === 'ATTENDEE' || property.name === 'ORGANIZER') return toldTo(property);
      return property.name.startsWith('X-') && !spoken.test(property.name) ? null : property;
    })
    .withComponents(component.components().filter(({ name }) => name !== 'VALARM'));
}

/** Says nothing that has to be told again when it changes. */
const restless = new Set(['DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'SEQUENCE', 'TRANSP', 'CLASS', 'COLOR']);

/** Asked of one component once for each who is invited. */
const meanings = { all: new WeakMap<Component, string>(), asked: new WeakMap<Component, string>() };

/** Two components with the same answer say the same to those who are invited. `answers`: what others answered counts. */
export function meaningOf(component: Component, answers: boolean): string {
  const known = answers ? meanings.all : meanings.asked;
  let meaning = known.get(component);
  if (meaning === undefined) {
    meaning = readMeaning(component, answers);
    known.set(component, meaning);
  }
  return meaning;
}

function readMeaning(component: Component, answers: boolean): string {
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

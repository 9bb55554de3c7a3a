import { writeContentLine } from '../../content-lines/index.ts';
import { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import type { ZoneBook } from '../zones/book.ts';
import { instanceKey, instanceOf } from './instance.ts';
import { sequenceOf } from './notes.ts';
import { answeredParameter, attendeesIn, type Party, toldTo } from './people.ts';
import { exceptionsOf, whenOf } from './when.ts';

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
  readonly zones: ZoneBook;
  readonly #master: Instance | null = null;
  readonly #overrides: readonly Instance[];
  /** The series as those see it who miss the same instances. */
  readonly #without = new Map<string, Component>();
  readonly #ofSeries = new Map<Component, Map<string, Component | null>>();

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
    this.zones = zones;
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

  /** What a series said of an instance that now stands apart; null: it had none such. */
  inSeries(series: Component, key: string, named: Component): Component | null {
    let known = this.#ofSeries.get(series);
    if (known === undefined) {
      known = new Map();
      this.#ofSeries.set(series, known);
    }
    let found = known.get(key);
    if (found === undefined) {
      found = instanceOf(series, named, this.zones);
      known.set(key, found);
    }
    return found;
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
export function tell(component: Component): Component {
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

/** Said by `whenOf`, whichever way they are written. */
const timing = new Set([
  'DTSTART',
  'DTEND',
  'DUE',
  'DURATION',
  'RRULE',
  'EXRULE',
  'RDATE',
  'EXDATE',
  'RECURRENCE-ID',
]);

/**
 * Two components with the same answer say the same to those who are invited. `answers`: what others answered counts. A
 * component is asked for with the zones of its object.
 */
export function meaningOf(component: Component, zones: ZoneBook, answers: boolean): string {
  const known = answers ? meanings.all : meanings.asked;
  let meaning = known.get(component);
  if (meaning === undefined) {
    meaning = readMeaning(component, zones, answers);
    known.set(component, meaning);
  }
  return meaning;
}

function readMeaning(component: Component, zones: ZoneBook, answers: boolean): string {
  const said = component.mapping((property) => {
    if (restless.has(property.name) || timing.has(property.name)) return null;
    if (property.name.startsWith('X-') && property.name !== 'X-ALT-DESC') return null;
    if (property.name !== 'ATTENDEE' || answers) return property;
    return ['PARTSTAT', 'RSVP', answeredParameter].reduce(
      (kept, name) => kept.withParameter(name, null),
      property,
    );
  });
  const lines = said.properties().map((property) => writeContentLine(property));
  const off = [...exceptionsOf(component, zones).keys()].sort().join();
  return [whenOf(component, zones), off, instanceKey(component, zones), ...lines.sort()].join('\n');
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

import { createHash } from 'node:crypto';
import {
  Component,
  objectKinds,
  Property,
  parseComponents,
  resolveZone,
  writeComponent,
} from '../../formats/icalendar/index.ts';

/**
 * An object as others see it who may know what is when, and nothing else. It is made of what is named here: a property that
 * nobody thought of is not in it, nor a parameter, nor a value that is not of its kind.
 */
export function busyCopy(bytes: Buffer): Buffer {
  const [calendar] = parseComponents(bytes, Number.POSITIVE_INFINITY);
  if (calendar === undefined) return Buffer.alloc(0);
  const zones = new Zones(calendar);
  const objects = calendar
    .components()
    .flatMap((each) => (kinds.has(each.name) ? [copyOf(each, zones)] : []));
  return Buffer.from(writeComponent(new Component('VCALENDAR', head, [...zones.written(), ...objects])));
}

const head = [Property.of('VERSION', '2.0'), Property.of('PRODID', '-//myco//busy//EN')];

const kinds: ReadonlySet<string> = new Set(objectKinds);

/** What a property may say; null: nothing. */
type Reader = (property: Property, component: Component, zones: Zones) => Property | null;

const times = /^[\dTZPWDHMS/,+-]+$/i;
const words =
  (...known: readonly string[]): Reader =>
  ({ name, value }) => {
    const word = value.trim().toUpperCase();
    return known.includes(word) ? Property.of(name, word) : null;
  };
const shaped =
  (shape: RegExp): Reader =>
  ({ name, value }) =>
    shape.test(value) ? Property.of(name, value) : null;

const time: Reader = (property, _, zones) => timeOf(property, zones);

const readers: Readonly<Record<string, Reader>> = {
  UID: ({ value }) => Property.of('UID', value),
  DTSTAMP: time,
  DTSTART: time,
  DTEND: time,
  DUE: time,
  DURATION: shaped(times),
  RRULE: ({ name, value }) => ruleOf(name, value),
  EXRULE: ({ name, value }) => ruleOf(name, value),
  RDATE: time,
  EXDATE: time,
  'RECURRENCE-ID': time,
  SEQUENCE: shaped(/^\d{1,10}$/),
  // How far somebody is with a to-do is theirs.
  STATUS: (property, component, zones) =>
    (component.name === 'VEVENT' ? words('TENTATIVE', 'CONFIRMED', 'CANCELLED') : words('CANCELLED'))(
      property,
      component,
      zones,
    ),
  TRANSP: words('OPAQUE', 'TRANSPARENT'),
  FREEBUSY: freeBusyOf,
  BUSYTYPE: words('BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'),
  // RFC 7953 §3.1: of several which counts. Elsewhere it says what matters to whom.
  PRIORITY: (property, component, zones) =>
    component.name === 'VAVAILABILITY' ? shaped(/^\d$/)(property, component, zones) : null,
};

function copyOf(component: Component, zones: Zones): Component {
  const properties = component.properties().flatMap((property) => {
    const reader = Object.hasOwn(readers, property.name) ? readers[property.name] : undefined;
    return reader?.(property, component, zones) ?? [];
  });
  if (component.name === 'AVAILABLE') return new Component(component.name, properties);
  const said = [...properties, Property.of('CLASS', 'PRIVATE'), Property.of('SUMMARY', 'Busy')];
  return new Component(
    component.name,
    said,
    component.components('AVAILABLE').map((each) => copyOf(each, zones)),
  );
}

const valueTypes: ReadonlySet<string> = new Set(['DATE', 'DATE-TIME', 'PERIOD']);

function timeOf(property: Property, zones: Zones): Property | null {
  const { name, value } = property;
  if (!times.test(value)) return null;
  let made = Property.of(name, value);
  const type = property.parameter('VALUE')?.toUpperCase();
  if (type !== undefined && valueTypes.has(type)) made = made.withParameter('VALUE', type);
  const tzid = property.parameter('TZID');
  if (tzid !== undefined) made = made.withParameter('TZID', zones.name(tzid));
  const isRange = name === 'RECURRENCE-ID' && property.parameter('RANGE')?.toUpperCase() === 'THISANDFUTURE';
  return isRange ? made.withParameter('RANGE', 'THISANDFUTURE') : made;
}

/** Parts of a rule, RSCALE and SKIP of RFC 7529 among them; readers leave aside what they do not know. */
const rulePart = /^(?:FREQ|UNTIL|COUNT|INTERVAL|BY[A-Z]+|WKST|RSCALE|SKIP)=[\dA-Z,+-]+$/i;

function ruleOf(name: string, value: string): Property {
  const parts = value.split(';').filter((part) => rulePart.test(part.trim()));
  return Property.of(name, parts.join(';'));
}

const busyTypes: ReadonlySet<string> = new Set(['FREE', 'BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE']);

function freeBusyOf(property: Property): Property | null {
  if (!times.test(property.value)) return null;
  const type = property.parameter('FBTYPE')?.toUpperCase();
  const made = Property.of('FREEBUSY', property.value);
  return type !== undefined && busyTypes.has(type) ? made.withParameter('FBTYPE', type) : made;
}

/** The zones that times are in. A name that says more than which zone it is gives way to one made of its offsets. */
class Zones {
  readonly #components = new Map<string, Component>();
  readonly #names = new Map<string, string>();
  readonly #written: Component[] = [];

  constructor(calendar: Component) {
    for (const zone of calendar.components('VTIMEZONE')) {
      const tzid = zone.text('TZID');
      if (tzid !== undefined && !this.#components.has(tzid)) this.#components.set(tzid, zone);
    }
  }

  name(tzid: string): string {
    const known = this.#names.get(tzid);
    if (known !== undefined) return known;
    const found = this.#components.get(tzid);
    const name = found === undefined ? (resolveZone(tzid)?.id ?? 'UTC') : this.#take(tzid, found);
    const shown = found === undefined && isPlain(tzid) ? tzid : name;
    this.#names.set(tzid, shown);
    return shown;
  }

  written(): readonly Component[] {
    return this.#written;
  }

  #take(tzid: string, zone: Component): string {
    const observances = zone
      .components()
      .filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT')
      .map((each) => new Component(each.name, each.properties().flatMap(observanceProperty)));
    const text = observances.map(writeComponent).join('');
    const name = isPlain(tzid)
      ? tzid
      : `zone-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    this.#written.push(new Component('VTIMEZONE', [Property.of('TZID', name)], observances));
    return name;
  }
}

function observanceProperty({ name, value }: Property): Property | readonly Property[] {
  if (name === 'RRULE') return ruleOf(name, value);
  const isTime = name === 'DTSTART' || name === 'RDATE' || name === 'TZOFFSETFROM' || name === 'TZOFFSETTO';
  return isTime && times.test(value) ? Property.of(name, value) : [];
}

/** A name that everybody knows; one with a path may say anything before the zone. */
function isPlain(tzid: string): boolean {
  const zone = resolveZone(tzid);
  return zone !== null && (zone.id === tzid || !tzid.includes('/'));
}

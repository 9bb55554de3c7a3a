import type { Component } from './component.ts';
import { CalendarError } from './errors.ts';
import type { ObjectIndex } from './types.ts';
import { writtenZone, ZoneBook } from './zones/book.ts';
import { utcZone, type Zone } from './zones/zone.ts';

export type ObjectKind = ObjectIndex['component'];

export const objectKinds: readonly ObjectKind[] = [
  'VEVENT',
  'VTODO',
  'VJOURNAL',
  'VFREEBUSY',
  'VAVAILABILITY',
  'VPOLL',
];

/** A calendar object resource (RFC 4791 §4.1): one UID, one kind, its master and its overrides. It does not change. */
export class CalendarObject {
  /** VCALENDAR with all that is in it. */
  readonly calendar: Component;
  readonly uid: string;
  readonly kind: ObjectKind;
  /** Without RECURRENCE-ID; null where only single instances are there. */
  readonly master: Component | null;
  /** With RECURRENCE-ID, in the order in which they stand. */
  readonly overrides: readonly Component[];

  /** Takes what `objectOf` checked. */
  constructor(
    calendar: Component,
    uid: string,
    kind: ObjectKind,
    master: Component | null,
    overrides: readonly Component[],
  ) {
    this.calendar = calendar;
    this.uid = uid;
    this.kind = kind;
    this.master = master;
    this.overrides = overrides;
  }

  /** Master first; as `Occurrence.component` counts them: where there is no master, overrides still begin at 1. */
  get instances(): readonly Component[] {
    return this.master === null ? this.overrides : [this.master, ...this.overrides];
  }

  /** Of `Occurrence.component`. */
  instance(component: number): Component | null {
    return component === 0 ? this.master : (this.overrides[component - 1] ?? null);
  }

  get vtimezones(): readonly Component[] {
    return this.calendar.components('VTIMEZONE');
  }

  /** Its zones: the file's, then the system's. */
  zones(floating: Zone = utcZone): ZoneBook {
    return zonesIn(this.calendar, floating);
  }
}

/** The zones of a VCALENDAR; of two VTIMEZONEs with one name the first. */
export function zonesIn(calendar: Component, floating: Zone = utcZone): ZoneBook {
  const components = new Map<string, Component>();
  for (const zone of calendar.components('VTIMEZONE')) {
    const tzid = zone.text('TZID');
    if (tzid !== undefined && !components.has(tzid)) components.set(tzid, zone);
  }
  return new ZoneBook((tzid) => {
    const component = components.get(tzid);
    return component === undefined ? null : writtenZone(component).zone;
  }, floating);
}

/** Sorts the components of a VCALENDAR; CalendarError where they are not one object. Values are not looked at. */
export function groupObject(calendar: Component): CalendarObject {
  const wrong = (message: string, line = calendar.line) =>
    new CalendarError(message, line, 'valid-calendar-object-resource');
  let kind: ObjectKind | null = null;
  let uid: string | null = null;
  let master: Component | null = null;
  const overrides: Component[] = [];
  for (const component of calendar.components()) {
    const known = objectKinds.find((name) => name === component.name);
    if (known === undefined) {
      if (component.name === 'VTIMEZONE' || component.name.startsWith('X-')) continue;
      throw new CalendarError(
        `${component.name} is not understood`,
        component.line,
        'supported-calendar-component',
      );
    }
    if (kind !== null && kind !== known) throw wrong(`${known} stands beside ${kind}`, component.line);
    kind = known;
    const own = component.text('UID')?.trim() ?? '';
    if (own === '') throw wrong(`${known} has no UID`, component.line);
    if (uid !== null && uid !== own) throw wrong('there are two UIDs in it', component.line);
    uid = own;
    if (component.property('RECURRENCE-ID') !== undefined) overrides.push(component);
    else if (master === null) master = component;
    else throw wrong(`${known} is there twice without RECURRENCE-ID`, component.line);
  }
  if (kind === null || uid === null) throw wrong('there is nothing in the calendar');
  return new CalendarObject(calendar, uid, kind, master, overrides);
}

import { type Component, Property } from './component.ts';
import { CalendarError } from './errors.ts';
import { parseComponents } from './parse.ts';
import { newCalendar } from './read.ts';
import { writeComponent } from './write.ts';
import { writtenZone } from './zones/book.ts';
import { vtimezoneOf } from './zones/write-vtimezone.ts';

/** What a whole calendar says of itself, as other programs read it. */
export interface CalendarHead {
  readonly name?: string;
  readonly description?: string;
  /** As #RRGGBB. */
  readonly color?: string;
  /** How often readers look again: a duration. */
  readonly refresh?: string;
}

/**
 * Objects, each as it is kept, as one VCALENDAR, in pieces: every VTIMEZONE stands once, before what needs it. Where two objects
 * mean different zones by one name, another VCALENDAR begins (RFC 5545 §3.4 allows several): none is read in the other's zone.
 * What cannot be read any more is left out, and what `shown` answers null for.
 */
export async function* joinCalendars(
  objects: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  head: CalendarHead = {},
  shown: (component: Component) => Component | null = (component) => component,
): AsyncGenerator<string> {
  const [begin, end] = boundsOf(head);
  let zones = new Map<string, string>();
  yield begin;
  for await (const bytes of objects) {
    const { zones: needed, components } = read(bytes, shown);
    if ([...needed].some(([tzid, text]) => (zones.get(tzid) ?? text) !== text)) {
      zones = new Map();
      yield end + begin;
    }
    for (const [tzid, text] of needed) {
      if (zones.has(tzid)) continue;
      zones.set(tzid, text);
      yield text;
    }
    yield components;
  }
  yield end;
}

interface Read {
  /** Text of a VTIMEZONE for each TZID. */
  readonly zones: ReadonlyMap<string, string>;
  readonly components: string;
}

function read(bytes: Uint8Array, shown: (component: Component) => Component | null): Read {
  const zones = new Map<string, string>();
  const named = new Set<string>();
  let components = '';
  for (const component of componentsIn(bytes)) {
    if (component.name === 'VTIMEZONE') {
      const tzid = component.text('TZID');
      if (tzid !== undefined) zones.set(tzid, zoneText(tzid, component));
    } else {
      const seen = shown(component);
      if (seen === null) continue;
      tzidsOf(seen, named);
      components += writeComponent(seen);
    }
  }
  for (const tzid of named) {
    const known = zones.has(tzid) ? null : vtimezoneOf(tzid);
    if (known !== null) zones.set(tzid, writeComponent(known));
  }
  return { zones, components };
}

function componentsIn(bytes: Uint8Array): readonly Component[] {
  try {
    const calendars = parseComponents(bytes, Number.POSITIVE_INFINITY);
    return calendars.flatMap((calendar) => calendar.components());
  } catch (error) {
    if (error instanceof CalendarError) return [];
    throw error;
  }
}

/** Every program writes a zone of the system in its own words; they all mean the system's. */
function zoneText(tzid: string, component: Component): string {
  try {
    const known = writtenZone(component).system === null ? null : vtimezoneOf(tzid);
    return writeComponent(known ?? component);
  } catch (error) {
    if (error instanceof CalendarError) return writeComponent(component);
    throw error;
  }
}

function tzidsOf(component: Component, found: Set<string>): void {
  for (const property of component.properties()) {
    const tzid = property.parameter('TZID');
    if (tzid !== undefined) found.add(tzid);
  }
  for (const inner of component.components()) tzidsOf(inner, found);
}

const endLine = 'END:VCALENDAR\r\n';

/** RFC 7986 §5.1, §5.2, §5.7, §5.9, and what was written before it. */
function boundsOf({
  name,
  description,
  color,
  refresh,
}: CalendarHead): readonly [begin: string, end: string] {
  const said = [
    ...(name === undefined ? [] : [Property.text('NAME', name), Property.text('X-WR-CALNAME', name)]),
    ...(description === undefined
      ? []
      : [Property.text('DESCRIPTION', description), Property.text('X-WR-CALDESC', description)]),
    ...(color === undefined ? [] : [Property.text('X-APPLE-CALENDAR-COLOR', color)]),
    ...(refresh === undefined
      ? []
      : [
          Property.of('REFRESH-INTERVAL', refresh, { VALUE: 'DURATION' }),
          Property.of('X-PUBLISHED-TTL', refresh),
        ]),
  ];
  const text = writeComponent(newCalendar().adding(...said));
  return [text.slice(0, -endLine.length), endLine];
}

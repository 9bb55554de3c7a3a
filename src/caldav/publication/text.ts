import { type Component, Property, parseComponents, writeComponent } from '../../formats/icalendar/index.ts';
import type { CollectionRow, CollectionsReader, Publication } from '../../stores/collections/index.ts';
import { busyCopy } from '../collections/busy-copy.ts';
import { isPrivate } from '../collections/busy-only.ts';

/**
 * All of a calendar as one VCALENDAR, item by item, each zone once and before what is in it. What is private is busy, and
 * so is everything of a publication of busy times. Who said what to whom about coming is left out.
 */
export async function* publishedText(
  collections: CollectionsReader,
  calendar: CollectionRow,
  rights: Publication['rights'],
): AsyncGenerator<string> {
  yield head(calendar);
  const zones = new Set<string>();
  for await (const page of collections.itemsWithBytes(calendar.account, calendar.id)) {
    for (const { bytes, digest } of page) {
      const shown = rights === 'busy' || isPrivate(digest) ? busyCopy(bytes) : bytes;
      const text = parseComponents(shown, Number.POSITIVE_INFINITY)
        .flatMap((object) => object.components())
        .map((component) => piece(component, zones))
        .join('');
      if (text !== '') yield text;
    }
  }
  yield 'END:VCALENDAR\r\n';
}

function head({ details, name }: CollectionRow): string {
  const lines = [
    Property.of('VERSION', '2.0'),
    Property.of('PRODID', '-//myco//calendar//EN'),
    // RFC 7986 §5.1, §5.9, and the older names that most readers look for.
    Property.text('NAME', details.displayName ?? name),
    Property.text('X-WR-CALNAME', details.displayName ?? name),
    ...(details.color === undefined ? [] : [Property.text('X-APPLE-CALENDAR-COLOR', details.color)]),
    Property.of('REFRESH-INTERVAL', 'PT1H', { VALUE: 'DURATION' }),
    Property.of('X-PUBLISHED-TTL', 'PT1H'),
  ];
  const empty = writeComponent(emptyCalendar.withProperties(lines));
  return empty.slice(0, empty.lastIndexOf('END:VCALENDAR'));
}

const [emptyCalendar] = parseComponents('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n') as readonly [Component];

function piece(component: Component, zones: Set<string>): string {
  if (component.name === 'VTIMEZONE') {
    const id = component.property('TZID')?.value ?? '';
    if (zones.has(id)) return '';
    zones.add(id);
    return writeComponent(component);
  }
  // Addresses of others are not the owner's to publish.
  return writeComponent(
    component
      .without('ATTENDEE', 'ORGANIZER', 'REQUEST-STATUS')
      .withComponents(component.components().filter(({ name }) => name !== 'VALARM')),
  );
}

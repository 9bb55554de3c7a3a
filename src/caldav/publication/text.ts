import {
  type CalendarHead,
  type Component,
  joinCalendars,
  type Property,
} from '../../formats/icalendar/index.ts';
import type { CollectionRow, CollectionsReader, Publication } from '../../stores/collections/index.ts';
import { busyCopy } from '../collections/busy-copy.ts';
import { isPrivate } from '../collections/busy-only.ts';
import { headOf } from '../collections/whole.ts';

/**
 * All of a calendar as one text, item by item. What is private is busy, and so is everything of a publication of busy times.
 * Who said what to whom about coming is left out, and what is attached: strangers may not open it.
 */
export function publishedText(
  collections: CollectionsReader,
  calendar: CollectionRow,
  rights: Publication['rights'],
): AsyncGenerator<string> {
  return joinCalendars(objects(collections, calendar, rights), headOfPublished(calendar), published);
}

const headOfPublished = ({ details, name }: CollectionRow): CalendarHead => ({
  ...headOf(name, details),
  refresh: 'PT1H',
});

async function* objects(
  collections: CollectionsReader,
  { account, id }: CollectionRow,
  rights: Publication['rights'],
): AsyncGenerator<Uint8Array> {
  for await (const page of collections.itemsWithBytes(account, id)) {
    for (const { bytes, digest } of page)
      yield rights === 'busy' || isPrivate(digest) ? busyCopy(bytes) : bytes;
  }
}

/** Addresses of others are not the owner's to publish. */
const unsaid = new Set(['ATTENDEE', 'ORGANIZER', 'REQUEST-STATUS']);

const isManaged = (property: Property) =>
  property.name === 'ATTACH' && property.parameter('MANAGED-ID') !== undefined;

const published = (component: Component): Component =>
  component
    .mapping((property) => (unsaid.has(property.name) || isManaged(property) ? null : property))
    .withComponents(component.components().filter(({ name }) => name !== 'VALARM'));

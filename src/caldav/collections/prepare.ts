import { CalendarError, indexOf, readCalendar } from '../../formats/icalendar/index.ts';
import {
  type CollectionRow,
  type Component,
  collectionsLimits as limits,
  type NewItem,
} from '../../stores/collections/index.ts';
import type { Arriving, Prepared } from '../../webdav/index.ts';
import { settleAttachments } from '../attachments/arriving.ts';
import { refusal } from '../conditions.ts';
import type { CaldavHouse, CalendarSettings } from '../house.ts';
import { calendarComponents } from '../properties/4791-calendar.ts';
import { floatingZoneOf } from '../zones.ts';

/** Media types under which clients send calendars; what says nothing is read as one. */
const taken = new Set(['text/calendar', 'application/octet-stream', 'text/plain', 'application/ics', '']);

/** Bytes that come -> what is kept (RFC 4791 §5.3.2.1). */
export async function prepareObject(house: CaldavHouse, arriving: Arriving): Promise<Prepared> {
  demandType(arriving.type);
  // What is no calendar object is refused before anybody is told of it.
  const before = readObject(arriving.bytes, arriving.collection, house.settings);
  const scheduled = (await house.scheduling?.arriving(arriving)) ?? null;
  const told = scheduled?.bytes ?? arriving.bytes;
  const settled = await settleAttachments(house, arriving, told, before.attachments ?? []);
  const bytes = settled.bytes ?? told;
  const verbatim = bytes === arriving.bytes;
  const index = verbatim ? before : readObject(bytes, arriving.collection, house.settings);
  const { brought } = settled;
  if (scheduled === null)
    return { item: { ...index, bytes, scheduleTag: 'none' }, verbatim, options: { brought } };
  const { tag, jobs, scheduleTag } = scheduled;
  return {
    item: { ...index, bytes, scheduleTag: tag },
    verbatim,
    options: { brought, jobs, uniqueInHome: true, ...(scheduleTag === undefined ? {} : { scheduleTag }) },
  };
}

function demandType(type: string | null): void {
  const named = type?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!taken.has(named)) throw refusal('supported-calendar-data', 'objects of calendars are text/calendar');
}

/** What is found out about an object for this collection. DavError with the precondition that does not hold. */
export function readObject(
  bytes: Buffer,
  collection: CollectionRow,
  settings: CalendarSettings,
): Omit<NewItem, 'bytes' | 'scheduleTag'> {
  try {
    const object = readCalendar(bytes, {
      bytesMax: settings.objectBytesMax,
      attendeesMax: settings.attendeesMax,
    });
    demandComponent(object.kind, collection);
    const index = indexOf(object, floatingZoneOf(collection.details));
    if (Buffer.byteLength(index.uid) > limits.uidBytesMax || index.uid.includes('\0'))
      throw refusal('valid-calendar-object-resource', `a UID has at most ${limits.uidBytesMax} octets`);
    // So many dates and rules that they cannot be kept beside it.
    if (Buffer.byteLength(index.digest) > limits.digestBytesMax)
      throw refusal('max-instances', 'there are too many dates in it');
    return index;
  } catch (error) {
    // Its reasons are named as the preconditions are.
    if (error instanceof CalendarError) throw refusal(error.reason, error.message);
    throw error;
  }
}

export function demandComponent(component: Component, { details }: CollectionRow): void {
  const allowed = details.components ?? calendarComponents;
  if (!allowed.includes(component))
    throw refusal('supported-calendar-component', `this calendar does not hold a ${component}`);
}

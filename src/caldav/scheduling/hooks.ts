import {
  type CalendarObject,
  organizerOf,
  readCalendar,
  writeCalendar,
} from '../../formats/icalendar/index.ts';
import type { CollectionRow, ItemRow, NewJob } from '../../stores/collections/index.ts';
import { type Arriving, DavError, type Leaving, type Visit } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import type { Scheduled, SchedulingHooks } from '../house.ts';
import { attendeeRemoves, attendeeWrites } from './attendee.ts';
import type { Change } from './change.ts';
import { withMembers } from './groups.ts';
import type { SchedulingHouse } from './house.ts';
import { organizerRemoves, organizerWrites } from './organizer.ts';
import { isLeftToClient, roleIn } from './role.ts';
import { readKept } from './shelf.ts';
import { selfIn } from './users.ts';

/** Implicit scheduling (RFC 6638 §3): what writing an object makes its owner say to others. */
export function schedulingHooks(house: SchedulingHouse): SchedulingHooks {
  return {
    arriving: (arriving) => arrives(house, arriving),
    leaving: (leaving) => leaves(house, leaving),
  };
}

async function arrives(house: SchedulingHouse, arriving: Arriving): Promise<Scheduled | null> {
  const { collection, existing, options, bytes } = arriving;
  if (collection.kind === 'inbox') return null;
  const { objectBytesMax: bytesMax, attendeesMax } = house.settings;
  const brought = readCalendar(bytes, { bytesMax, attendeesMax });
  const stood = await objectOf(house, collection, existing);
  if (organizerOf(brought) === 'several')
    throw refusal('same-organizer-in-all-components', 'all parts of an event have one organiser');
  const self = await selfIn(house.accounts, collection.account, [brought, stood]);
  const organizes = roleIn(brought, self) === 'organizer';
  const came = organizes ? await withMembers(house, stood, brought, self) : brought;
  const change = { account: collection.account, before: stood, after: came, self };
  const [was, is] = [roleIn(stood, self), roleIn(came, self)];
  const tag = tagWanted(options.visit, existing);
  if (is === null && was === null) return null;
  const outcome = await writesAs(house, change, was, is, tag !== undefined);
  const made = came === brought ? null : Buffer.from(writeCalendar(came));
  return {
    ...outcome,
    bytes: outcome.bytes ?? made,
    tag: 'new',
    ...(tag === undefined ? {} : { scheduleTag: tag }),
  };
}

async function writesAs(
  house: SchedulingHouse,
  change: Change & { readonly after: CalendarObject },
  was: ReturnType<typeof roleIn>,
  is: ReturnType<typeof roleIn>,
  merge: boolean,
): Promise<{ readonly bytes: Buffer | null; readonly jobs: readonly NewJob[] }> {
  const another = change.before !== null && change.before.uid !== change.after.uid;
  if (was === 'organizer' && is === 'attendee' && !another)
    throw refusal('allowed-organizer-scheduling-object-change', 'who organises an event stays its organiser');
  // RFC 6638 §7.1: from now on the client speaks for itself.
  if (was !== null && is === null && !another && isLeftToClient(change.after))
    return { bytes: null, jobs: [] };
  if (was === 'attendee' && is !== 'attendee' && !another)
    throw refusal(
      'allowed-attendee-scheduling-object-change',
      'who was invited can decline, or remove the event; the rest is the organiser’s',
    );
  if (another && was !== null) {
    const gone = { ...change, after: null };
    const farewell = await (was === 'organizer'
      ? organizerRemoves(house, gone)
      : attendeeRemoves(house, gone));
    if (is === null) return { bytes: null, jobs: farewell };
    const rest = await writesAs(house, { ...change, before: null }, null, is, false);
    return { bytes: rest.bytes, jobs: [...farewell, ...rest.jobs] };
  }
  return is === 'attendee' ? attendeeWrites(house, change) : organizerWrites(house, change, merge);
}

async function leaves(house: SchedulingHouse, leaving: Leaving): Promise<readonly NewJob[]> {
  const { collection, item, options } = leaving;
  tagWanted(options.visit, item);
  if (item.scheduleTag === '' || collection.kind === 'inbox') return [];
  const before = await objectOf(house, collection, item);
  const self = await selfIn(house.accounts, collection.account, [before]);
  const role = roleIn(before, self);
  const change = { account: collection.account, before, after: null, self };
  if (role === 'organizer') return organizerRemoves(house, change);
  // RFC 6638 §8.1
  const silent = headerOf(options.visit, 'schedule-reply')?.toUpperCase() === 'F';
  return role === 'attendee' && !silent ? attendeeRemoves(house, change) : [];
}

async function objectOf(
  { collections }: SchedulingHouse,
  { account }: CollectionRow,
  item: ItemRow | null,
): Promise<CalendarObject | null> {
  const bytes = item === null ? null : await collections.bytes(account, item.id);
  return bytes === null ? null : readKept(bytes);
}

/** If-Schedule-Tag-Match (RFC 6638 §8.3); undefined where there is none. DavError 412 where it is another. */
function tagWanted(visit: Visit, item: ItemRow | null): string | undefined {
  const wanted = headerOf(visit, 'if-schedule-tag-match')?.trim().replace(/^"|"$/g, '');
  if (wanted !== undefined && wanted !== (item?.scheduleTag ?? ''))
    throw new DavError(412, 'its schedule tag is another');
  return wanted;
}

function headerOf({ request }: Visit, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

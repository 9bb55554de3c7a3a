import {
  caldavExtension,
  type SchedulingHouse,
  Subscriptions,
  schedulingExtension,
  schedulingHooks,
} from '../caldav/index.ts';
import { createAskOutward, parseNetworks, type Resolver } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type DavExtension, sharingExtension } from '../webdav/index.ts';
import type { Observers } from './observers.ts';

/** Calendars and contacts, for the one DAV door. */
export function openCalendars(rooms: Rooms): readonly DavExtension[] {
  const scheduling = schedulingHouse(rooms);
  return [
    sharingExtension({ collections: rooms.collections, accounts: rooms.accounts.accounts }),
    schedulingExtension(scheduling),
    caldavExtension({ ...scheduling, scheduling: schedulingHooks(scheduling) }),
  ];
}

/** What invitations stand on. */
export function schedulingHouse({ collections, accounts, clock, settings }: Rooms): SchedulingHouse {
  return {
    collections,
    accounts: accounts.accounts,
    clock,
    settings: {
      objectBytesMax: settings.value.calendars.object,
      instancesMax: settings.value.calendars.instances,
      attendeesMax: settings.value.calendars.attendees,
      subscriptions: settings.value.calendars.subscriptions === 'everybody',
    },
    typeOf(address) {
      const { rooms, resources } = settings.value.calendars;
      if (rooms.includes(address)) return 'ROOM';
      return resources.includes(address) ? 'RESOURCE' : 'INDIVIDUAL';
    },
  };
}

/** Reads calendars from elsewhere while the server runs. */
export function startSubscriptions(
  rooms: Rooms,
  resolver: Resolver,
  { log, metrics }: Pick<Observers, 'log' | 'metrics'>,
): Subscriptions {
  const { collections, clock, settings } = rooms;
  const allowed = () => parseNetworks(settings.value.calendars.subscriptionNetworks);
  const subscriptions = new Subscriptions({
    collections,
    clock,
    log,
    metrics,
    settings: schedulingHouse(rooms).settings,
    ask: createAskOutward({ resolver, allowed }),
  });
  if (settings.value.calendars.subscriptions === 'everybody') subscriptions.start();
  return subscriptions;
}

import {
  caldavExtension,
  type SchedulingHouse,
  schedulingExtension,
  schedulingHooks,
} from '../caldav/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type DavExtension, sharingExtension } from '../webdav/index.ts';

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
    },
    typeOf(address) {
      const { rooms, resources } = settings.value.calendars;
      if (rooms.includes(address)) return 'ROOM';
      return resources.includes(address) ? 'RESOURCE' : 'INDIVIDUAL';
    },
  };
}

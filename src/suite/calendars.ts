import { caldavExtension } from '../caldav/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { type DavExtension, sharingExtension } from '../webdav/index.ts';

/** In one answer; a rule that goes on for ever has more. */
const instancesMax = 5_000;
const attendeesMax = 500;

/** Calendars and contacts, for the one DAV door. */
export function openCalendars({ settings, collections, accounts }: Rooms): readonly DavExtension[] {
  const { calendars } = settings.value;
  const house = { collections, accounts: accounts.accounts };
  return [
    sharingExtension(house),
    caldavExtension({
      ...house,
      settings: { objectBytesMax: calendars.object, instancesMax, attendeesMax },
    }),
  ];
}

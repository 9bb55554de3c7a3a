import {
  availabilityPeriods,
  type BusyPeriod,
  busyPeriods,
  indexOf,
  readCalendar,
  type Window,
  type Zone,
} from '../../formats/icalendar/index.ts';
import { BusyTimes } from '../busy-times.ts';
import { floatingZoneOf } from '../zones.ts';
import type { SchedulingHouse } from './house.ts';
import { shelvesOf } from './shelf.ts';
import { addressesOfMember, plainAddresses } from './users.ts';

/** When a member is not free, by all calendars that count (RFC 6638 §5.1.1) and what they say of their days (RFC 7953). */
export async function busyOf(
  house: SchedulingHouse,
  account: number,
  window: Window,
  exceptUid: string | null = null,
): Promise<readonly BusyPeriod[]> {
  const { collections, accounts } = house;
  const member = await accounts.member(account);
  if (member === null) return [];
  const self = plainAddresses(await addressesOfMember(accounts, member));
  const rows = await shelvesOf(house, account);
  const busy = new BusyTimes(house.clock);
  let zone: Zone | undefined;
  for (const row of rows) {
    if (row.kind !== 'calendar') continue;
    const floating = floatingZoneOf(row.details);
    zone ??= floating;
    if (row.details.transparent === true) continue;
    const options = { self, floating, steps: busy.steps };
    for await (const page of collections.within(account, row.id, window)) {
      for (const { uid, component, digest } of page) {
        if (uid === exceptUid || (component !== 'VEVENT' && component !== 'VFREEBUSY')) continue;
        await busy.add(busyPeriods(digest, window, options));
      }
    }
  }
  const availability = rows.find(({ kind }) => kind === 'inbox')?.details.availability;
  if (availability !== undefined) {
    const { digest } = indexOf(readCalendar(availability), zone);
    await busy.add(availabilityPeriods([digest], window, { floating: zone, steps: busy.steps }));
  }
  return busy.all();
}

import { FormatError } from '../../base/index.ts';
import {
  availabilityPeriods,
  busyPeriods,
  type Window,
  writeComponent,
  writeFreeBusy,
} from '../../formats/icalendar/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import {
  CollectionResource,
  collectionsAt,
  DavError,
  type DavReport,
  type Resource,
} from '../../webdav/index.ts';
import { BusyTimes } from '../busy-times.ts';
import { readTimeRange } from '../filter/time-range.ts';
import { freeBusyDaysMax } from '../limits.ts';
import { caldav, kinds } from '../names.ts';
import { onCalendars } from '../properties/kinds.ts';
import { addressesOfMember, plainAddresses } from '../scheduling/users.ts';
import { floatingZoneOf } from '../zones.ts';

const dayMs = 86_400_000;

/** RFC 4791 §7.10: when something in a calendar, or in all of a home, makes busy; never what. */
export const freeBusyQuery: DavReport = {
  namespace: caldav,
  name: 'free-busy-query',
  rfc: '4791 §7.10',
  on: (resource) => resource.kind === kinds.home || onCalendars(resource),
  privilege: 'read-free-busy',
  async run(exchange, resource, body) {
    const window = readWindow(body);
    const busy = new BusyTimes(exchange.visit.clock);
    for (const collection of await collectionsAt(exchange, resource)) {
      if (onCalendars(collection) && collection.may('read-free-busy') && counts(collection, resource))
        await addBusy(busy, collection, window);
    }
    const calendar = writeFreeBusy(window, busy.all(), exchange.visit.clock.nowMs());
    exchange.send(200, { 'Content-Type': 'text/calendar; charset=utf-8' }, writeComponent(calendar));
  },
};

/** Of a home what makes its owner busy: neither what others share with them, nor what they say does not (RFC 6638 §9.1). */
const counts = ({ share, details }: CollectionResource, asked: Resource): boolean =>
  asked instanceof CollectionResource || (share === null && details.transparent !== true);

function readWindow(body: XmlElement): Window {
  const element = body.children.find(({ namespace, name }) => namespace === caldav && name === 'time-range');
  const range = element && readTimeRange(element, (message) => new FormatError(message), true);
  if (!range || range.startMs === null || range.endMs === null)
    throw new FormatError('a free-busy-query has a time-range with a start and an end');
  const { startMs, endMs } = range;
  if (endMs - startMs > freeBusyDaysMax * dayMs)
    throw new DavError(403, `a free-busy-query is of at most ${freeBusyDaysMax} days`, {
      condition: '<D:number-of-matches-within-limits/>',
    });
  return { startMs, endMs };
}

async function addBusy(
  busy: BusyTimes,
  { scene, row, details }: CollectionResource,
  window: Window,
): Promise<void> {
  const floating = floatingZoneOf(details);
  const owner = await scene.house.accounts.member(row.account);
  const self = plainAddresses(owner ? await addressesOfMember(scene.house.accounts, owner) : []);
  const availabilities: string[] = [];
  for await (const page of scene.house.collections.within(row.account, row.id, window)) {
    for (const { component, digest } of page) {
      if (component === 'VAVAILABILITY') availabilities.push(digest);
      else if (component === 'VEVENT' || component === 'VFREEBUSY')
        await busy.add(busyPeriods(digest, window, { self, floating, steps: busy.steps }));
    }
  }
  // RFC 7953 §7.1
  if (availabilities.length > 0)
    await busy.add(availabilityPeriods(availabilities, window, { floating, steps: busy.steps }));
}

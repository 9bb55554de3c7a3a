import type { XmlElement } from '../../formats/xml/index.ts';
import { type Exchange, isDetailed, type Resource } from '../../webdav/index.ts';
import type { Rendering } from '../calendar-data/render.ts';
import { timezonesWanted } from '../calendar-data/timezones.ts';
import type { CaldavHouse } from '../house.ts';
import { expandedInstancesMax } from '../limits.ts';
import { floatingZoneOf, zoneOfQuery } from '../zones.ts';

/** How the data of objects is answered to this request, but for what its CALDAV:calendar-data says. */
export function renderingOf(
  { settings }: CaldavHouse,
  exchange: Exchange,
  body: XmlElement,
  resource: Resource,
): Omit<Rendering, 'wish'> {
  const own = isDetailed(resource) ? floatingZoneOf(resource.details) : undefined;
  return {
    floating: zoneOfQuery(body) ?? own,
    timezones: timezonesWanted(exchange.header('caldav-timezones')),
    instancesMax: settings.instancesMax,
    budget: { instances: expandedInstancesMax },
  };
}

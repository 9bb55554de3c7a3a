import { Steps } from '../../formats/icalendar/index.ts';
import { ItemResource, isDetailed, type ReportProperty, textOf, tooMuch } from '../../webdav/index.ts';
import type { CaldavHouse } from '../house.ts';
import { expandedInstancesMax, queryStepsMax } from '../limits.ts';
import { caldav } from '../names.ts';
import { floatingZoneOf, zoneOfQuery } from '../zones.ts';
import { type Rendering, render } from './render.ts';
import { timezonesWanted } from './timezones.ts';
import { readDataWish } from './wish.ts';

/** RFC 4791 §9.6 */
export function calendarData({ settings }: CaldavHouse): ReportProperty {
  return {
    namespace: caldav,
    name: 'calendar-data',
    rfc: '4791 §9.6',
    on: (resource) => resource instanceof ItemResource,
    prepare(element, { exchange, resource, body }) {
      const own = isDetailed(resource) ? floatingZoneOf(resource.details) : undefined;
      const rendering: Rendering = {
        wish: readDataWish(element),
        floating: zoneOfQuery(body) ?? own,
        timezones: timezonesWanted(exchange.header('caldav-timezones')),
        instancesMax: settings.instancesMax,
        budget: { instances: expandedInstancesMax },
        steps: new Steps(queryStepsMax),
      };
      const shown = (bytes: Buffer) => {
        const text = render(bytes, rendering);
        return text === null ? tooMuch : textOf(text);
      };
      return {
        read(item) {
          if (!(item instanceof ItemResource)) return undefined;
          return item.held ? shown(item.held) : item.shownBytes().then(shown);
        },
        isSpent: () => rendering.budget.instances < 0 || rendering.steps.spent,
      };
    },
  };
}

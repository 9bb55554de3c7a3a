import { type Asked, Steps } from '../../formats/icalendar/index.ts';
import type { ItemRow, Span } from '../../stores/collections/index.ts';
import {
  answerQuery,
  type CollectionResource,
  type DavReport,
  type ItemJudge,
  inHome,
  type Scene,
} from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { judgeBytes, rangeHolds } from '../filter/in-time.ts';
import { readFilter } from '../filter/parse.ts';
import { type FilterPlan, planFilter } from '../filter/plan.ts';
import { queryStepsMax } from '../limits.ts';
import { caldav } from '../names.ts';
import { floatingZoneOf, zoneOfQuery } from '../zones.ts';

const isHidden = (collection: Pick<CollectionResource, 'scene' | 'item'>, row: ItemRow): boolean =>
  collection.scene.right !== 'own' && collection.item(row).view?.closed === true;

/** Whether the times that are asked for are shown to everybody: when alarms ring and what was done when is not. */
const areShown = ({ ranges }: FilterPlan): boolean =>
  ranges.every(({ component }) => component !== 'VTODO' && component !== 'VALARM');

/** The index knows what is hidden too: where it is found by that, all is looked at. */
function spanFor({ right }: Scene, filter: FilterPlan): Span {
  if (right === 'own' || areShown(filter)) return filter.span;
  return { ...filter.span, startMs: null, endMs: null };
}

/** RFC 4791 §7.8. The index finds what can be; the digest says what is; bytes are read only for what stands nowhere else. */
export const calendarQuery: DavReport = {
  namespace: caldav,
  name: 'calendar-query',
  rfc: '4791 §7.8',
  on: inHome('calendars'),
  privilege: 'read',
  async run(exchange, resource, body) {
    const element = body.children.find(({ namespace, name }) => namespace === caldav && name === 'filter');
    if (element === undefined) throw refusal('valid-filter', 'a calendar-query has a filter');
    const filter = planFilter(readFilter(element));
    const asked = zoneOfQuery(body);
    const steps = new Steps(queryStepsMax);
    await answerQuery(exchange, resource, body, {
      isSpent: () => steps.spent,
      pages: ({ scene, row }) => scene.house.collections.within(row.account, row.id, spanFor(scene, filter)),
      judgeOf: (collection) =>
        judgeIn(collection, filter, { floating: asked ?? floatingZoneOf(collection.details), steps }),
    });
  },
};

/** How the items of a calendar are judged. */
export function judgeIn(
  collection: Pick<CollectionResource, 'scene' | 'item'>,
  filter: FilterPlan,
  when: Asked,
): ItemJudge {
  return {
    row(row) {
      if (!filter.row(row)) return false;
      if (isHidden(collection, row) && !areShown(filter)) return null;
      if (!filter.ranges.every((test) => rangeHolds(row.digest, test, when))) return false;
      return filter.rest === null ? true : null;
    },
    item: (item) => judgeBytes(filter.whole, item, when),
  };
}

import { answerQuery, type DavReport, inHome } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { judgeBytes, rangeHolds } from '../filter/in-time.ts';
import { readFilter } from '../filter/parse.ts';
import { planFilter } from '../filter/plan.ts';
import { caldav } from '../names.ts';
import { floatingZoneOf, zoneOfQuery } from '../zones.ts';

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
    await answerQuery(exchange, resource, body, {
      pages: ({ scene, row }) => scene.house.collections.within(row.account, row.id, filter.span),
      judgeOf({ details }) {
        const zone = asked ?? floatingZoneOf(details);
        const { rest } = filter;
        return {
          row(row) {
            if (!filter.row(row) || !filter.ranges.every((test) => rangeHolds(row.digest, test, zone)))
              return false;
            return rest === null ? true : null;
          },
          item: (item) => rest === null || judgeBytes(rest, item, zone),
        };
      },
    });
  },
};

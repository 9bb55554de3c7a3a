import { answerMultiget, type DavReport } from '../../webdav/index.ts';
import { dataPlanOf } from '../calendar-data/property.ts';
import type { CaldavHouse } from '../house.ts';
import { caldav } from '../names.ts';
import { renderingOf } from './rendering.ts';
import { inScope } from './scope.ts';

/** RFC 4791 §7.9 */
export function calendarMultiget(house: CaldavHouse): DavReport {
  return {
    namespace: caldav,
    name: 'calendar-multiget',
    rfc: '4791 §7.9',
    on: inScope,
    privilege: 'read',
    async run(exchange, resource, body) {
      const { plan } = dataPlanOf(body, exchange.visit, renderingOf(house, exchange, body, resource));
      await answerMultiget(exchange, resource, body, plan);
    },
  };
}

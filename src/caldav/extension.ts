import { collectionsSpace, type DavExtension, multigetReport } from '../webdav/index.ts';
import { attachmentProperties, attachmentsMethod, attachmentsSpace } from './attachments/index.ts';
import { calendarData } from './calendar-data/property.ts';
import { calendarFlavor } from './collections/flavor.ts';
import type { CaldavHouse } from './house.ts';
import { mkcalendar } from './methods/mkcalendar.ts';
import { caldav } from './names.ts';
import { caldavProperties } from './properties/index.ts';
import { publicationPosts, publishUrl } from './publication/index.ts';
import { calendarQuery } from './reports/calendar-query.ts';
import { freeBusyQuery } from './reports/free-busy-query.ts';
import { sourceProperty } from './subscriptions/index.ts';

const calendarMultiget = multigetReport(
  { namespace: caldav, name: 'calendar-multiget', rfc: '4791 §7.9' },
  'calendars',
);

/** `/dav/calendars/…`: CalDAV over the rooms. */
export function caldavExtension(house: CaldavHouse): DavExtension {
  return {
    name: 'caldav',
    features: [
      'calendar-access',
      // RFC 7809 §3.1.1
      'calendar-no-timezone',
      'calendar-managed-attachments',
      'calendar-default-alarms',
    ],
    methods: [attachmentsMethod(house), mkcalendar],
    properties: [
      ...caldavProperties(house.settings),
      ...attachmentProperties,
      publishUrl(house),
      sourceProperty(house.settings.subscriptions ?? false),
    ],
    posts: publicationPosts(house),
    reportProperties: [calendarData(house)],
    reports: [calendarQuery, calendarMultiget, freeBusyQuery],
    spaces: [collectionsSpace(house, calendarFlavor(house)), attachmentsSpace(house)],
    wellKnown: ['caldav'],
  };
}

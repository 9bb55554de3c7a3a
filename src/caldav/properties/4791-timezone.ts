import { newCalendar, resolveZone, vtimezoneOf, writeComponent } from '../../formats/icalendar/index.ts';
import { detailProperty, type LiveProperty, textOf } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { caldav } from '../names.ts';
import { readZone } from '../zones.ts';
import { onCalendars } from './kinds.ts';

/** In which zone a calendar's times without one are read: said by a VTIMEZONE, or by its name. The last word counts. */
export const timezoneProperties: readonly LiveProperty[] = [
  detailProperty({
    namespace: caldav,
    name: 'calendar-timezone',
    rfc: '4791 §5.2.2',
    detail: 'timezone',
    on: onCalendars,
    read(value, { details: { timezoneId } }) {
      if (value !== undefined) return textOf(value);
      const zone = timezoneId === undefined ? null : vtimezoneOf(timezoneId);
      return zone === null ? undefined : textOf(writeComponent(newCalendar([zone])));
    },
    parse({ text }) {
      readZone(text);
      return text;
    },
  }),
  detailProperty({
    namespace: caldav,
    name: 'calendar-timezone-id',
    rfc: '7809 §5.2',
    detail: 'timezoneId',
    on: onCalendars,
    read: (value, { details: { timezone } }) => {
      if (value !== undefined) return textOf(value);
      return timezone === undefined ? undefined : systemName(timezone);
    },
    parse({ text }) {
      const zone = resolveZone(text.trim());
      // RFC 7809 §5.2
      if (zone === null) throw refusal('valid-timezone', 'that time zone is not known here');
      return zone.id;
    },
  }),
];

/** Of a VTIMEZONE that is one of the system's. */
function systemName(timezone: string): string | undefined {
  const { id } = readZone(timezone);
  return resolveZone(id) === null ? undefined : textOf(id);
}

import { CalendarError, parseComponents } from '../../formats/icalendar/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { alarmProperty, DavError, detailProperty, type LiveProperty, textOf } from '../../webdav/index.ts';
import { homeAlarms } from '../collections/home-alarms.ts';
import { refusal } from '../conditions.ts';
import { apple, caldav } from '../names.ts';
import { onCalendars, onHomes } from './kinds.ts';
import { shortText } from './values.ts';

const alarms = [
  'default-alarm-vevent-datetime',
  'default-alarm-vevent-date',
  'default-alarm-vtodo-datetime',
  'default-alarm-vtodo-date',
];

/** What Apple's clients and those after them keep with a calendar. */
export const appleProperties: readonly LiveProperty[] = [
  detailProperty({
    namespace: apple,
    name: 'calendar-color',
    rfc: 'apple',
    detail: 'color',
    on: onCalendars,
    read: (value) => (value === undefined ? undefined : textOf(value)),
    parse: shortText,
  }),
  detailProperty({
    namespace: apple,
    name: 'calendar-order',
    rfc: 'apple',
    detail: 'order',
    on: onCalendars,
    read: (value) => (value === undefined ? undefined : String(value)),
    parse({ text }) {
      if (!/^\s*[+-]?\d{1,9}\s*$/.test(text)) throw new DavError(409, 'calendar-order is a number');
      return Number(text);
    },
  }),
  ...alarms.map((name) =>
    alarmProperty(caldav, name, {
      rfc: 'caldav-default-alarms §4',
      on: (resource) => onCalendars(resource) || onHomes(resource),
      detailsAt: homeAlarms,
      read: textOf,
      parse: readAlarms,
    }),
  ),
];

/** VALARMs, one after another; none: nothing rings. */
function readAlarms(element: XmlElement): string {
  const text = shortText(element);
  if (text === '') return text;
  try {
    const components = parseComponents(text);
    if (components.length > 0 && components.every(({ name }) => name === 'VALARM')) return text;
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    throw refusal('valid-calendar-data', error.message);
  }
  throw refusal('valid-calendar-data', 'a default alarm is a VALARM');
}

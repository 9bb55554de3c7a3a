import { alarmProperty, DavError, detailProperty, type LiveProperty, textOf } from '../../webdav/index.ts';
import { apple, caldav } from '../names.ts';
import { onCalendars } from './kinds.ts';
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
      on: onCalendars,
      read: textOf,
      parse: shortText,
    }),
  ),
];

import { childOf } from '../../formats/xml/index.ts';
import { DavError, detailProperty, type LiveProperty } from '../../webdav/index.ts';
import { caldav } from '../names.ts';
import { onCalendars } from './kinds.ts';

/** RFC 6638 §9.1: whether what is in it makes its owner busy. */
export const calendarTransparency: LiveProperty = detailProperty({
  namespace: caldav,
  name: 'schedule-calendar-transp',
  rfc: '6638 §9.1',
  detail: 'transparent',
  on: onCalendars,
  read: (value) => (value === true ? '<C:transparent/>' : '<C:opaque/>'),
  parse(value) {
    if (childOf(value, 'transparent')) return true;
    if (childOf(value, 'opaque')) return false;
    throw new DavError(409, 'schedule-calendar-transp is opaque or transparent');
  },
});

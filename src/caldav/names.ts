import type { QName } from '../webdav/index.ts';

export const caldav = 'urn:ietf:params:xml:ns:caldav';
export const calendarServer = 'http://calendarserver.org/ns/';
export const apple = 'http://apple.com/ns/ical/';

export const caldavName = (name: string): QName => ({ namespace: caldav, name });

/** What properties, methods and reports are declared on. */
export const kinds = {
  home: 'calendar-home',
  calendar: 'calendar',
  inbox: 'schedule-inbox',
  outbox: 'schedule-outbox',
  item: 'calendar-object',
} as const;

/** Where clients ask when others are free. */
export const outboxName = 'outbox';

/** What every member has from the beginning. */
export const personalCalendar = { name: 'personal', details: { displayName: 'Personal' } } as const;

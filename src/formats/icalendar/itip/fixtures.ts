import { type CalendarObject, readCalendar } from '../index.ts';

/** Appointments of tests. */

export const paris = 'TZID=Europe/Paris';

/** An appointment of Ana with Bea and Carl, each Monday unless told otherwise. */
export const weekly = [
  'UID:1',
  'DTSTAMP:20260101T000000Z',
  `DTSTART;${paris}:20260105T100000`,
  `DTEND;${paris}:20260105T110000`,
  'RRULE:FREQ=WEEKLY;COUNT=5',
  'SUMMARY:Council',
  'ORGANIZER:mailto:ana@a.test',
  'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@a.test',
  'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bea@a.test',
  'ATTENDEE:MAILTO:Carl@b.test',
];

const event = (lines: readonly string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];

export function object(...events: readonly (readonly string[])[]): CalendarObject {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:t', ...events.flatMap(event), 'END:VCALENDAR', ''];
  return readCalendar(lines.join('\r\n'));
}

export const without = (lines: readonly string[], ...begins: readonly string[]) =>
  lines.filter((line) => !begins.some((begin) => line.startsWith(begin)));

/** The third Monday, an hour later. */
export const moved = [
  ...without(weekly, 'RRULE', 'DTSTART', 'DTEND'),
  `RECURRENCE-ID;${paris}:20260119T100000`,
  `DTSTART;${paris}:20260119T110000`,
  `DTEND;${paris}:20260119T120000`,
  'SEQUENCE:1',
];

export const ana = new Set(['mailto:ana@a.test']);
export const bea = new Set(['mailto:bea@a.test']);
export const nowMs = Date.UTC(2026, 0, 2);
export const later = Date.UTC(2026, 0, 3);

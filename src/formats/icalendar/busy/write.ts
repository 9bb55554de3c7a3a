import { Component, Property } from '../component.ts';
import { newCalendar } from '../read.ts';
import { formatTime, utcTime } from '../values/time.ts';
import { type BusyPeriod, type BusyType, coalesce, type Window } from './periods.ts';

const types: readonly BusyType[] = ['BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'];
/** Periods on one line; more go on the next of the same type. */
const periodsPerLine = 50;

/** A VCALENDAR with one VFREEBUSY (RFC 4791 §7.10, RFC 5546 §3.3). `more`: UID, ORGANIZER, ATTENDEE and so on. */
export function writeFreeBusy(
  window: Window,
  periods: readonly BusyPeriod[],
  stampMs: number,
  more: readonly Property[] = [],
): Component {
  const utc = (instantMs: number) => formatTime(utcTime(instantMs));
  const properties = [
    ...more,
    Property.of('DTSTAMP', utc(stampMs)),
    Property.of('DTSTART', utc(window.startMs)),
    Property.of('DTEND', utc(window.endMs)),
  ];
  const ordered = coalesce(periods);
  for (const type of types) {
    const values = ordered
      .filter((period) => period.type === type)
      .map(({ startMs, endMs }) => `${utc(startMs)}/${utc(endMs)}`);
    for (let from = 0; from < values.length; from += periodsPerLine) {
      const value = values.slice(from, from + periodsPerLine).join(',');
      properties.push(Property.of('FREEBUSY', value, { FBTYPE: type }));
    }
  }
  return newCalendar([new Component('VFREEBUSY', properties)]);
}

import { type CalendarHead, joinCalendars } from '../../formats/icalendar/index.ts';
import type { Details } from '../../stores/collections/index.ts';
import type { Whole } from '../../webdav/index.ts';
import { busyView } from './busy-only.ts';

/** What a calendar says of itself before all that is in it. */
export const headOf = (name: string, { displayName, description, color }: Details): CalendarHead => ({
  name: displayName ?? name,
  ...(description === undefined ? {} : { description }),
  ...(color === undefined ? {} : { color }),
});

/** A calendar as one VCALENDAR; what is private is busy to others, as when they get it by itself. */
export const wholeCalendar: Whole = {
  type: 'text/calendar; charset=utf-8',
  extension: '.ics',
  join({ row, details, scene }, items) {
    async function* objects(): AsyncGenerator<Uint8Array> {
      for await (const item of items) {
        const { make } = busyView(item, scene.right) ?? {};
        yield make === undefined ? item.bytes : make(item.bytes);
      }
    }
    return joinCalendars(objects(), headOf(row.name, details));
  },
};

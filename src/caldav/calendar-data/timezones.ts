import { type Component, resolveZone } from '../../formats/icalendar/index.ts';
import { DavError } from '../../webdav/index.ts';

/** Whether VTIMEZONEs are wanted of zones that everybody knows (RFC 7809 §7.1). `kept`: nobody said; they are there as they came. */
export type Timezones = 'with' | 'without';

/** The CalDAV-Timezones header: T where it is not there. */
export function timezonesWanted(header: string | undefined): Timezones {
  const text = header?.trim().toUpperCase() ?? 'T';
  if (text === 'T') return 'with';
  if (text === 'F') return 'without';
  throw new DavError(400, 'CalDAV-Timezones is T or F');
}

/** What has a VTIMEZONE too many: most objects do not, which their bytes tell at once. */
export function needsTimezones(text: string, wanted: Timezones): boolean {
  return wanted === 'without' && text.includes('BEGIN:VTIMEZONE');
}

/** VTIMEZONEs of the system's zones go; those of zones that are the file's own always stay. */
export function withTimezones(calendar: Component, wanted: Timezones): Component {
  const components = calendar.components();
  if (wanted === 'with') return calendar;
  return calendar.withComponents(
    components.filter((each) => each.name !== 'VTIMEZONE' || resolveZone(each.text('TZID') ?? '') === null),
  );
}

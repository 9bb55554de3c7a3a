import { Recent } from '../../base/index.ts';
import {
  type Component,
  parseComponents,
  resolveZone,
  vtimezoneOf,
  writeComponent,
} from '../../formats/icalendar/index.ts';
import { DavError } from '../../webdav/index.ts';
import { timezonesKeptMax } from '../limits.ts';

/** Whether VTIMEZONEs are wanted of zones that everybody knows (RFC 7809 §7.1). */
export type Timezones = 'with' | 'without';

/** The CalDAV-Timezones header: T where it is not there. */
export function timezonesWanted(header: string | undefined): Timezones {
  const text = header?.trim().toUpperCase() ?? 'T';
  if (text === 'T') return 'with';
  if (text === 'F') return 'without';
  throw new DavError(400, 'CalDAV-Timezones is T or F');
}

const tzidsOf = (component: Component, found: Set<string>): Set<string> => {
  for (const property of component.properties()) {
    const tzid = property.parameter('TZID');
    if (tzid !== undefined) found.add(tzid);
  }
  for (const inner of component.components()) if (inner.name !== 'VTIMEZONE') tzidsOf(inner, found);
  return found;
};

/** What could lack a VTIMEZONE, or have one too many: most objects do neither, which their bytes tell at once. */
export function needsTimezones(text: string, wanted: Timezones): boolean {
  const has = text.includes('BEGIN:VTIMEZONE');
  return wanted === 'with' ? !has && /;TZID=/i.test(text) : has;
}

const named = /;TZID="?([^":;,\r\n]+)/gi;
const firstComponent = /\r?\nBEGIN:V(?!CALENDAR|TIMEZONE)[A-Z]/i;

/**
 * A text that has no VTIMEZONE, with those that it names, put in as text: reading and writing each object of an answer
 * would cost more than all else. Null where a name is unknown, as one that is folded seems to be: then it must be read.
 */
export function withTimezoneTexts(text: string): string | null {
  const names = new Set<string>();
  for (const [, name] of text.matchAll(named)) if (name !== undefined) names.add(name);
  const at = firstComponent.exec(text);
  if (at === null) return null;
  let zones = '';
  for (const name of names) {
    const zone = zoneTextOf(name);
    if (zone === null) return null;
    zones += zone;
  }
  const start = at.index + at[0].indexOf('B');
  return text.slice(0, start) + zones + text.slice(start);
}

const zoneTexts = new Recent<string, string>(timezonesKeptMax);

function zoneTextOf(tzid: string): string | null {
  const kept = zoneTexts.get(tzid);
  if (kept !== undefined) return kept;
  const zone = vtimezoneOf(tzid);
  if (zone === null) return null;
  const text = writeComponent(zone);
  zoneTexts.set(tzid, text);
  return text;
}

/** VTIMEZONEs of the system's zones come along, or go; those of zones that are the file's own always stay. */
export function withTimezones(calendar: Component, wanted: Timezones): Component {
  const components = calendar.components();
  if (wanted === 'without') {
    return calendar.withComponents(
      components.filter((each) => each.name !== 'VTIMEZONE' || resolveZone(each.text('TZID') ?? '') === null),
    );
  }
  const there = new Set(calendar.components('VTIMEZONE').map((each) => each.text('TZID')));
  const missing = [...tzidsOf(calendar, new Set())].filter((tzid) => !there.has(tzid));
  const added = missing.map((tzid) => vtimezoneOf(tzid)).filter((zone) => zone !== null);
  return added.length === 0 ? calendar : calendar.withComponents([...added, ...components]);
}

/** The bytes of an object so. */
export function changedTimezones(bytes: Buffer, wanted: Timezones): Buffer {
  const text = bytes.toString();
  if (!needsTimezones(text, wanted)) return bytes;
  const quick = wanted === 'with' ? withTimezoneTexts(text) : null;
  if (quick !== null) return Buffer.from(quick);
  const [calendar] = parseComponents(text, Number.POSITIVE_INFINITY);
  return calendar ? Buffer.from(writeComponent(withTimezones(calendar, wanted))) : bytes;
}

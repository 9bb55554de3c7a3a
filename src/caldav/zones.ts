import { Recent } from '../base/index.ts';
import { CalendarError, resolveZone, type Zone, zoneOfText } from '../formats/icalendar/index.ts';
import type { XmlElement } from '../formats/xml/index.ts';
import type { Details } from '../stores/collections/index.ts';
import { refusal } from './conditions.ts';
import { timezoneBytesMax, timezonesKeptMax } from './limits.ts';
import { caldav } from './names.ts';

const kept = new Recent<string, Zone>(timezonesKeptMax);

/** The zone in which a calendar's times without a zone are read (RFC 4791 §5.2.2); undefined: nobody said. */
export function floatingZoneOf({ timezone, timezoneId }: Details): Zone | undefined {
  if (timezoneId !== undefined) return resolveZone(timezoneId) ?? undefined;
  if (timezone === undefined) return undefined;
  const known = kept.get(timezone);
  if (known) return known;
  const zone = zoneOfText(timezone);
  kept.set(timezone, zone);
  return zone;
}

/** That of a query (RFC 4791 §9.8, RFC 7809 §5.1), or of the calendar. */
export function zoneOfQuery(body: XmlElement): Zone | undefined {
  const named = (wanted: string) =>
    body.children.find(({ namespace, name }) => namespace === caldav && name === wanted)?.text;
  const id = named('timezone-id')?.trim();
  if (id !== undefined) {
    const zone = resolveZone(id);
    // RFC 7809 §3.1.6
    if (zone === null) throw refusal('valid-timezone', 'that time zone is not known here');
    return zone;
  }
  const text = named('timezone');
  return text === undefined ? undefined : readZone(text);
}

/** Of a text that holds a VTIMEZONE. DavError valid-calendar-data. */
export function readZone(text: string): Zone {
  if (Buffer.byteLength(text) > timezoneBytesMax)
    throw refusal('valid-calendar-data', `a VTIMEZONE is at most ${timezoneBytesMax} bytes long`);
  try {
    return zoneOfText(text);
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    throw refusal('valid-calendar-data', error.message);
  }
}

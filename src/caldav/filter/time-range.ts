import type { TimeRange } from '../../formats/icalendar/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';

/** A time in UTC as RFC 4791 §9.9 has it; null for what is none. */
export function readUtc(text: string | undefined): number | null {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text?.trim() ?? '') ?? [];
  if (year === undefined || Number(second) > 60) return null;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${Number(second) === 60 ? 59 : second}Z`;
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return null;
  // Date.parse takes the 30th of February for the 1st of March.
  return new Date(ms).getUTCDate() === Number(day) ? ms : null;
}

/** RFC 4791 §9.9: open where an attribute is missing; `whole` where both must be there (§9.6.5 to §9.6.7). */
export function readTimeRange(
  { name, attributes }: XmlElement,
  invalid: (message: string) => Error,
  whole = false,
): TimeRange {
  const read = (which: string): number | null => {
    const text = attributes.find((each) => each.name === which)?.value;
    if (text === undefined) return null;
    const ms = readUtc(text);
    if (ms === null) throw invalid(`${which} of ${name} is a time in UTC like 20260101T000000Z`);
    return ms;
  };
  const [startMs, endMs] = [read('start'), read('end')];
  if (whole ? startMs === null || endMs === null : startMs === null && endMs === null)
    throw invalid(`${name} has a start ${whole ? 'and' : 'or'} an end`);
  if (startMs !== null && endMs !== null && endMs <= startMs)
    throw invalid(`the end of ${name} is after its start`);
  return { startMs, endMs };
}

import { FormatError } from '../../base/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';

const delayNs = 'urn:xmpp:delay';

/** XEP-0082 §3.2: a moment in UTC, with milliseconds. */
export const dateTime = (ms: number): string => new Date(ms).toISOString();

const form = /^-?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of a moment in the form of XEP-0082. Throws FormatError. */
export function parseDateTime(text: string): number {
  const ms = form.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new FormatError(`'${text.slice(0, 40)}' is no moment as 2026-11-23T08:00:00Z is`);
  return ms;
}

/** XEP-0203: when somebody first had it. */
export const delayElement = (from: string, ms: number): Element =>
  element('delay', delayNs, { from, stamp: dateTime(ms) });

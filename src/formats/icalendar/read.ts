import { checkObject, type ObjectLimits } from './check.ts';
import { Component, Property } from './component.ts';
import { CalendarError, shown } from './errors.ts';
import { objectBytesMax } from './limits.ts';
import { type CalendarObject, groupObject } from './object.ts';
import { parseComponents } from './parse.ts';
import { writeComponent } from './write.ts';

/**
 * A calendar object resource from its octets. CalendarError says by `reason` which precondition of RFC 4791 §5.3.2.1 is not
 * met, and by `line` where.
 */
export function readCalendar(source: string | Uint8Array, limits: ObjectLimits = {}): CalendarObject {
  const calendar = oneCalendar(parseComponents(source, limits.bytesMax ?? objectBytesMax));
  const method = calendar.property('METHOD');
  if (method !== undefined) {
    throw new CalendarError(
      'an object that is kept has no METHOD (RFC 4791 §4.1)',
      method.line,
      'valid-calendar-object-resource',
    );
  }
  return objectOf(calendar, limits);
}

/** An iTIP message (RFC 5546): as `readCalendar`, with a METHOD, in upper case. */
export function readMessage(
  source: string | Uint8Array,
  limits: ObjectLimits = {},
): { readonly method: string; readonly object: CalendarObject } {
  const calendar = oneCalendar(parseComponents(source, limits.bytesMax ?? objectBytesMax));
  const method = calendar.text('METHOD')?.trim().toUpperCase() ?? '';
  if (method === '') {
    throw new CalendarError('the message has no METHOD', calendar.line, 'valid-calendar-object-resource');
  }
  return { method, object: objectOf(calendar, limits) };
}

/** A VCALENDAR, read or made, as an object; checked like one that was read. */
export function objectOf(calendar: Component, limits: ObjectLimits = {}): CalendarObject {
  const object = groupObject(calendar);
  checkObject(object, limits);
  return object;
}

/** The one VCALENDAR of a text (RFC 5545 §3.4), of version 2.0. A version that is missing is taken as that. */
export function oneCalendar(components: readonly Component[]): Component {
  const [calendar, second] = components;
  if (calendar === undefined) throw new CalendarError('there is no VCALENDAR');
  if (calendar.name !== 'VCALENDAR') {
    throw new CalendarError(`${shown(calendar.name)} stands where VCALENDAR should`, calendar.line);
  }
  if (second !== undefined) {
    throw new CalendarError(
      `a second ${shown(second.name)} follows`,
      second.line,
      'valid-calendar-object-resource',
    );
  }
  const version = calendar.property('VERSION');
  if (version !== undefined && !version.value.split(';').some((part) => part.trim() === '2.0')) {
    throw new CalendarError(`VERSION is ${shown(version.value)}`, version.line, 'supported-calendar-data');
  }
  return calendar;
}

/** As text: CRLF, folded; properties as they were written where nobody changed them. */
export function writeCalendar(object: CalendarObject): string {
  return writeComponent(object.calendar);
}

/** An empty VCALENDAR of this server's to put components into. */
export function newCalendar(components: readonly Component[] = []): Component {
  return new Component(
    'VCALENDAR',
    [Property.of('VERSION', '2.0'), Property.of('PRODID', '-//myco//calendars//EN')],
    components,
  );
}

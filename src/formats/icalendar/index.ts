/**
 * icalendar: what an iCalendar object says (RFC 5545, 7986, 7953). Pure; reads the runtime's own tz data and nothing else.
 *
 * - `readCalendar` takes octets and answers an object that can be computed with, or throws CalendarError, whose `reason` is the
 *   precondition of RFC 4791 §5.3.2.1 and whose `line` is where. What is only kept is not judged.
 * - Objects, components and properties do not change: `with…` answers another. What nobody changed is written as it was read.
 * - `indexOf` makes the digest that is kept with an item; questions of time are answered from it, without the octets.
 * - Every loop is bounded: octets, lines, components, dates, alarms, and the periods a rule is tried without finding anything.
 *   Recurrences are never listed before they are asked for.
 * - Instants are milliseconds since 1970. Times without a zone are read in the zone that the caller calls `floating`.
 */

export { escapeText, splitEscaped, unescapeText } from '../content-lines/index.ts';
export { availabilityPeriods } from './busy/availability.ts';
export { type BusyPeriod, type BusyType, busyPeriods, coalesce, type Window } from './busy/periods.ts';
export { writeFreeBusy } from './busy/write.ts';
export type { ObjectLimits } from './check.ts';
export { Component, type Parameter, type ParameterValue, Property } from './component.ts';
export { indexOf } from './digest/index-of.ts';
export { type Asked, matchesTimeRange, type RangedComponent } from './digest/match.ts';
export { CalendarError, type CalendarReason } from './errors.ts';
export { expand } from './expand/expand.ts';
export { limitFreebusySet, limitRecurrenceSet } from './expand/limit.ts';
export { type Occurrences, occurrences } from './expand/occurrences.ts';
export { type ComponentPick, pick } from './expand/pick.ts';
export * from './itip/index.ts';
export { type CalendarHead, joinCalendars } from './join.ts';
export { attendeesMax, datesMax, objectBytesMax } from './limits.ts';
export { managedIdsIn } from './managed.ts';
export { CalendarObject, groupObject, type ObjectKind, objectKinds, zonesIn } from './object.ts';
export { parseComponents } from './parse.ts';
export { newCalendar, objectOf, oneCalendar, readCalendar, readMessage, writeCalendar } from './read.ts';
export { Steps } from './recur/steps.ts';
export { assemble, type CalendarPiece, splitCalendar } from './split.ts';
export type { ObjectIndex, Occurrence, TimeRange, WrittenTime, Zones } from './types.ts';
export { type Duration, durationMs, formatDuration, readDuration } from './values/duration.ts';
export { type Period, readPeriod } from './values/period.ts';
export { type Frequency, type Rule, readRule } from './values/rule.ts';
export { formatTime, readTime, timeOf, utcTime } from './values/time.ts';
export { writeComponent } from './write.ts';
export { resolveZone } from './zones/aliases.ts';
export { ZoneBook, zoneOfText } from './zones/book.ts';
export { systemZoneNames } from './zones/system.ts';
export { vtimezoneOf } from './zones/write-vtimezone.ts';
export { instantIn, localIn, utcZone, type Zone } from './zones/zone.ts';

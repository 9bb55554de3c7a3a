import {
  CalendarError,
  type Component,
  matchesTimeRange,
  type Occurrences,
  occurrences,
  type Property,
  parseComponents,
  type RangedComponent,
  type TimeRange,
  timeOf,
  type Zone,
  zonesIn,
} from '../../formats/icalendar/index.ts';
import type { ItemResource } from '../../webdav/index.ts';
import { judgedInstancesMax } from '../limits.ts';
import { judge, type Times } from './judge.ts';
import type { RangeTest } from './plan.ts';
import type { CompFilter } from './types.ts';

const dayMs = 86_400_000;

/** Whether something of an object is in a range, by its digest. */
export function rangeHolds(digest: string, { component, range }: RangeTest, zone: Zone | undefined): boolean {
  return matchesTimeRange(digest, component, range, zone);
}

/** Judges the bytes of an item as its visitor sees them. Times of components are those of the whole object. */
export function judgeBytes(filter: CompFilter, item: ItemResource, zone: Zone | undefined): boolean {
  const bytes = item.held;
  if (bytes === null) return false;
  const [calendar] = parseComponents(bytes, Number.POSITIVE_INFINITY);
  if (calendar === undefined) return false;
  const { digest } = item.row;
  const times: Times = {
    component: (component, range) =>
      matchesTimeRange(digest, component.name as RangedComponent, range, zone) &&
      saysIt(component, calendar, () => occurrences(digest, range, judgedInstancesMax, zone)),
    property: (property, range) => propertyIn(property, range, () => zonesIn(calendar, zone)),
  };
  return judge(filter, calendar, times);
}

/** Of an object with overrides: whether this component of it says one of the instances (RFC 4791 §9.7.1). */
function saysIt(component: Component, calendar: Component, found: () => Occurrences): boolean {
  if (component.name !== 'VEVENT' && component.name !== 'VJOURNAL') return true;
  const all = calendar.components(component.name);
  if (all.length < 2) return true;
  const overrides = all.filter((each) => each.property('RECURRENCE-ID') !== undefined);
  const number = overrides.indexOf(component) + 1;
  const instances = found();
  return instances.capped || instances.found.some((each) => each.component === number);
}

/** RFC 4791 §9.9: a time is an instant, a date is its day. What says no time is in none. */
function propertyIn(property: Property, range: TimeRange, zones: () => ReturnType<typeof zonesIn>): boolean {
  try {
    const time = timeOf(property);
    const book = zones();
    const startMs = book.instantOf(time);
    const within = range.endMs === null || startMs < range.endMs;
    if (!time.allDay) return within && (range.startMs === null || startMs >= range.startMs);
    return within && (range.startMs === null || startMs + dayMs > range.startMs);
  } catch (error) {
    if (error instanceof CalendarError) return false;
    throw error;
  }
}

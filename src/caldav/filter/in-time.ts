import {
  type Asked,
  CalendarError,
  type Component,
  indexOf,
  matchesTimeRange,
  type Occurrences,
  objectOf,
  occurrences,
  type Property,
  parseComponents,
  type RangedComponent,
  type TimeRange,
  timeOf,
  zonesIn,
} from '../../formats/icalendar/index.ts';
import type { ItemResource } from '../../webdav/index.ts';
import { judgedAlarmsMax, judgedInstancesMax } from '../limits.ts';
import { judge, type Times } from './judge.ts';
import type { RangeTest } from './plan.ts';
import type { CompFilter } from './types.ts';

const dayMs = 86_400_000;

/** Whether something of an object is in a range, by its digest. */
export function rangeHolds(digest: string, { component, range }: RangeTest, asked: Asked): boolean {
  return matchesTimeRange(digest, component, range, asked);
}

/** Judges the bytes of an item as its visitor sees them. Times of components are those of the whole object. */
export function judgeBytes(filter: CompFilter, item: ItemResource, asked: Asked): boolean {
  const bytes = item.held;
  if (bytes === null) return false;
  const [calendar] = parseComponents(bytes, Number.POSITIVE_INFINITY);
  if (calendar === undefined) return false;
  // The digest that is kept knows of alarms, and of what was done when, which who sees times alone does not.
  const digest = item.view?.closed ? digestOf(calendar, asked) : item.row.digest;
  // Each is asked of every component, or property, of an object that may have thousands.
  const said = new Map<TimeRange, ReadonlySet<Component> | 'all'>();
  const saying = (name: string, range: TimeRange) => {
    let who = said.get(range);
    if (who === undefined) {
      who = sayingIt(name, calendar, () => occurrences(digest, range, judgedInstancesMax, asked));
      said.set(range, who);
    }
    return who;
  };
  const matching = new Map<TimeRange, boolean>();
  let zones: ReturnType<typeof zonesIn> | null = null;
  const times: Times = {
    component: (component, range) => {
      const matches =
        matching.get(range) ?? matchesTimeRange(digest, component.name as RangedComponent, range, asked);
      matching.set(range, matches);
      if (!matches) return false;
      if (component.name === 'VALARM') return rings(component, calendar, range, asked);
      const who = saying(component.name, range);
      return who === 'all' || who.has(component);
    },
    property: (property, range) =>
      propertyIn(property, range, () => (zones ??= zonesIn(calendar, asked.floating))),
  };
  return judge(filter, calendar, times);
}

const digestOf = (calendar: Component, { floating }: Asked): string =>
  indexOf(objectOf(calendar), floating).digest;

/** Whether it is this one, of an object with an alarm in the range, that rings then. */
function rings(alarm: Component, calendar: Component, range: TimeRange, asked: Asked): boolean {
  const alarms = calendar.components().flatMap((each) => each.components('VALARM'));
  if (alarms.length === 1 || alarms.length > judgedAlarmsMax) return true;
  const isOther = (inner: Component) => inner.name === 'VALARM' && inner !== alarm;
  const alone = calendar
    .components()
    .map((each) => each.withComponents(each.components().filter((inner) => !isOther(inner))));
  return matchesTimeRange(digestOf(calendar.withComponents(alone), asked), 'VALARM', range, asked);
}

/** Of an object with overrides: the components that say one of the instances in a range (RFC 4791 §9.7.1). */
function sayingIt(
  name: string,
  calendar: Component,
  found: () => Occurrences,
): ReadonlySet<Component> | 'all' {
  if (name !== 'VEVENT' && name !== 'VJOURNAL') return 'all';
  const all = calendar.components(name);
  if (all.length < 2) return 'all';
  const instances = found();
  if (instances.capped) return 'all';
  const numbers = new Set(instances.found.map(({ component }) => component));
  const overrides = all.filter((each) => each.property('RECURRENCE-ID') !== undefined);
  const master = all.filter((each) => each.property('RECURRENCE-ID') === undefined);
  return new Set([...(numbers.has(0) ? master : []), ...overrides.filter((_, at) => numbers.has(at + 1))]);
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

import type { Component, Property, TimeRange } from '../../formats/icalendar/index.ts';
import { paramHolds } from '../../webdav/index.ts';
import type { CompFilter, PropFilter } from './types.ts';

/** What a judge must know of time. */
export interface Times {
  /** Whether something of a component of the object is in a range. */
  component(component: Component, range: TimeRange): boolean;
  /** Whether the time that a property names is. */
  property(property: Property, range: TimeRange): boolean;
}

/** Whether a VCALENDAR is what a filter looks for (RFC 4791 §9.7). */
export function judge(filter: CompFilter, calendar: Component, times: Times): boolean {
  return fits(filter, calendar, times);
}

function fits(filter: CompFilter, component: Component, times: Times): boolean {
  return (
    filter.props.every((each) => propFits(each, component, times)) &&
    filter.comps.every((each) => compFits(each, component, times)) &&
    (filter.range === null || times.component(component, filter.range))
  );
}

function compFits(filter: CompFilter, within: Component, times: Times): boolean {
  const named = within.components(filter.name);
  if (filter.absent) return named.length === 0;
  return named.some((each) => fits(filter, each, times));
}

function propFits(filter: PropFilter, component: Component, times: Times): boolean {
  const named = component.properties(filter.name);
  if (filter.absent) return named.length === 0;
  return named.some(
    (property) =>
      (filter.text === null || filter.text(property.text)) &&
      (filter.range === null || times.property(property, filter.range)) &&
      filter.params.every((each) => paramHolds(each, property.parameterValues(each.name))),
  );
}

import {
  addressOf,
  type CalendarObject,
  type Component,
  groupObject,
  type Property,
} from '../../formats/icalendar/index.ts';

/** An object whose components became others; the same object where nothing did. */
export function withInstances(
  object: CalendarObject,
  change: (component: Component) => Component,
): CalendarObject {
  const before = object.calendar.components();
  const ours = new Set(object.instances);
  const after = before.map((component) => (ours.has(component) ? change(component) : component));
  if (after.every((component, at) => component === before[at])) return object;
  return groupObject(object.calendar.withComponents(after));
}

/** SCHEDULE-STATUS of those who were written to (RFC 6638 §3.2.9); what asked for the sending goes (§7.2). */
export function withStatus(
  object: CalendarObject,
  on: 'ATTENDEE' | 'ORGANIZER',
  statuses: ReadonlyMap<string, string>,
): CalendarObject {
  return withProperties(object, on, (property) => {
    const status = statuses.get(addressOf(property.value));
    const told =
      status === undefined || property.parameter('SCHEDULE-STATUS') === status
        ? property
        : property.withParameter('SCHEDULE-STATUS', status);
    return told.parameter('SCHEDULE-FORCE-SEND') === undefined
      ? told
      : told.withParameter('SCHEDULE-FORCE-SEND', null);
  });
}

/** Changes properties of one name; what stays the same stays as it was written. */
export function withProperties(
  object: CalendarObject,
  name: string,
  change: (property: Property, component: Component) => Property,
): CalendarObject {
  return withInstances(object, (component) => {
    let changed = false;
    const next = component.mapping((property) => {
      if (property.name !== name) return property;
      const made = change(property, component);
      if (made !== property) changed = true;
      return made;
    });
    return changed ? next : component;
  });
}

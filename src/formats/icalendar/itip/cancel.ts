import { type Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { InstanceFinder, instanceKey, instancesByKey } from './instance.ts';
import { sequenceOf, stampOf, toldOf, withTold } from './notes.ts';
import { isCancelled } from './people.ts';
import { rebuilt } from './rebuild.ts';

/**
 * CANCEL (RFC 5546 §3.2.5) onto the copy of an attendee: what was called off stays to be seen as that. Null: nothing new, or
 * it was said before what is known.
 */
export function applyCancel(current: CalendarObject, message: CalendarObject): CalendarObject | null {
  const said = instancesByKey(message, message.zones());
  const whole = said.get('');
  const zones = current.zones();
  const known = instancesByKey(current, zones);
  let changed = false;
  const cancelled = (component: Component, by: Component) => {
    const [told, stamp] = [toldOf(component), stampOf(by)];
    if (isCancelled(component)) return component;
    // A message that comes twice, or late, is older than what invited again.
    if (stamp.sequence < told.sequence || stamp.stampMs < told.stampMs) return component;
    changed = true;
    const off = component.with(
      Property.of('STATUS', 'CANCELLED'),
      Property.of('SEQUENCE', String(sequenceOf(by))),
      ...by.properties('DTSTAMP'),
    );
    return withTold(off, stamp);
  };
  const components = current.instances.map((component) => {
    const by = whole ?? said.get(instanceKey(component, zones));
    return by === undefined ? component : cancelled(component, by);
  });
  const finder = new InstanceFinder(current);
  for (const [key, by] of said) {
    if (whole !== undefined || known.has(key)) continue;
    const instance = finder.find(by);
    if (instance !== null) components.push(cancelled(instance, by));
  }
  return changed ? rebuilt(current, message, components) : null;
}

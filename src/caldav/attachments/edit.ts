import {
  type CalendarObject,
  Component,
  groupObject,
  InstanceFinder,
  instanceKey,
  managedIdsIn,
  Property,
  writeComponent,
} from '../../formats/icalendar/index.ts';
import { refusal } from '../conditions.ts';

/** What an ATTACH says of bytes that the server keeps (RFC 8607 §4). */
export interface ManagedAttach {
  readonly url: string;
  readonly managedId: string;
  readonly type: string;
  readonly filename: string;
  readonly size: number;
}

const attachOf = ({ url, managedId, type, filename, size }: ManagedAttach): Property =>
  Property.of('ATTACH', url, {
    'MANAGED-ID': managedId,
    FMTTYPE: type,
    FILENAME: filename,
    SIZE: String(size),
  });

const isManaged = (property: Property, managedId: string) =>
  property.name === 'ATTACH' && property.parameter('MANAGED-ID') === managedId;

/** Of an object: each of its VEVENTs, VTODOs and so on becomes what `change` answers. */
function changed(object: CalendarObject, change: (component: Component) => Component): Buffer {
  const instances = new Set(object.instances);
  const components = object.calendar.components().map((each) => (instances.has(each) ? change(each) : each));
  return Buffer.from(writeComponent(object.calendar.withComponents(components)));
}

/**
 * An object whose instances are asked for by `rid` (RFC 8607 §3.3.2): those of the series that are not written down yet are
 * written into it. Null is all of it, `M` the master; others are named by RECURRENCE-ID: a date, or a time, of UTC where
 * the series is in some zone. DavError valid-rid.
 */
export function demandInstances(
  object: CalendarObject,
  rid: string | null,
): { readonly object: CalendarObject; isAsked(component: Component): boolean } {
  if (rid === null) return { object, isAsked: () => true };
  const zones = object.zones();
  const series = new InstanceFinder(object);
  const written = new Map(object.instances.map((each) => [instanceKey(each, zones), each]));
  const wanted = new Set<string>();
  const made: Component[] = [];
  for (const each of rid.split(',').map((text) => text.trim())) {
    const named = each === 'M' ? null : namedBy(each);
    const key = named === null ? '' : instanceKey(named, zones);
    wanted.add(key);
    if (written.has(key)) continue;
    const instance = named === null ? null : series.find(named);
    if (instance === null) throw refusal('valid-rid', 'there is no such instance in it');
    written.set(key, instance);
    made.push(instance);
  }
  return {
    object: withInstances(object, made),
    isAsked: (component) => wanted.has(instanceKey(component, zones)),
  };
}

/** A component that names an instance. */
function namedBy(rid: string): Component {
  const isDate = /^\d{8}$/.test(rid);
  if (!isDate && !/^\d{8}T\d{6}Z?$/.test(rid))
    throw refusal('valid-rid', 'an instance is named by a date, or by a time of UTC');
  return new Component('X', [Property.of('RECURRENCE-ID', rid, isDate ? { VALUE: 'DATE' } : {})]);
}

function withInstances(object: CalendarObject, made: readonly Component[]): CalendarObject {
  if (made.length === 0) return object;
  const { calendar } = object;
  return groupObject(calendar.withComponents([...calendar.components(), ...made]));
}

export const withAttachment = (
  object: CalendarObject,
  attach: ManagedAttach,
  isAsked: (component: Component) => boolean,
): Buffer =>
  changed(object, (component) => (isAsked(component) ? component.adding(attachOf(attach)) : component));

export const withOther = (object: CalendarObject, before: string, attach: ManagedAttach): Buffer =>
  changed(object, (component) =>
    component.mapping((property) => (isManaged(property, before) ? attachOf(attach) : property)),
  );

export const withoutAttachment = (
  object: CalendarObject,
  managedId: string,
  isAsked: (component: Component) => boolean,
): Buffer =>
  changed(object, (component) =>
    isAsked(component)
      ? component.mapping((property) => (isManaged(property, managedId) ? null : property))
      : component,
  );

export const names = ({ calendar }: CalendarObject, managedId: string): boolean =>
  managedIdsIn(calendar).includes(managedId);

import { type Component, Property, parseComponents, writeComponent } from '../../formats/icalendar/index.ts';
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

/** Which components a request is about (RFC 8607 §3.3.2): null is all. `M` is the master, others are named by RECURRENCE-ID. */
export type Instances = readonly string[] | null;

function changed(bytes: Buffer, change: (component: Component, rid: string) => Component): Buffer {
  const [calendar] = parseComponents(bytes, Number.POSITIVE_INFINITY);
  if (calendar === undefined) return bytes;
  const components = calendar.components().map((component) => {
    if (component.name === 'VTIMEZONE') return component;
    return change(component, component.property('RECURRENCE-ID')?.value ?? 'M');
  });
  return Buffer.from(writeComponent(calendar.withComponents(components)));
}

/** DavError valid-rid for an instance that is not written down. */
function demandInstances(bytes: Buffer, instances: Instances): void {
  if (instances === null) return;
  const there = new Set<string>();
  changed(bytes, (component, rid) => {
    there.add(rid);
    return component;
  });
  if (instances.length === 0 || instances.some((rid) => !there.has(rid)))
    throw refusal('valid-rid', 'there is no such instance in it');
}

const isAsked = (instances: Instances, rid: string) => instances === null || instances.includes(rid);

export function withAttachment(bytes: Buffer, attach: ManagedAttach, instances: Instances): Buffer {
  demandInstances(bytes, instances);
  return changed(bytes, (component, rid) =>
    isAsked(instances, rid) ? component.adding(attachOf(attach)) : component,
  );
}

export function withOther(bytes: Buffer, before: string, attach: ManagedAttach): Buffer {
  return changed(bytes, (component) =>
    component.mapping((property) => (isManaged(property, before) ? attachOf(attach) : property)),
  );
}

export function withoutAttachment(bytes: Buffer, managedId: string, instances: Instances): Buffer {
  demandInstances(bytes, instances);
  return changed(bytes, (component, rid) =>
    isAsked(instances, rid)
      ? component.mapping((property) => (isManaged(property, managedId) ? null : property))
      : component,
  );
}

export const names = (bytes: Buffer, managedId: string): boolean =>
  parseComponents(bytes, Number.POSITIVE_INFINITY).some((calendar) =>
    calendar
      .components()
      .some((component) => component.properties('ATTACH').some((each) => isManaged(each, managedId))),
  );

import { parseXml, type XmlElement } from '../../formats/xml/index.ts';
import type { CollectionChange, Details, PropertyChange } from '../../stores/collections/index.ts';
import type { LiveProperty, PropertyChanges, Resource, Visit, Xml } from '../types.ts';

/** A resource that has details: a collection. */
export interface Detailed extends Resource {
  readonly details: Details;
}

export const isDetailed = (resource: Resource): resource is Detailed => 'details' in resource;

type Change = NonNullable<CollectionChange['details']>;

/** A key of PropertyChanges: which detail the value is for. */
const keyOf = (detail: string) => `detail:${detail}`;
const alarmKeyOf = (name: string) => `alarm:${name}`;
/** The detail that a property's key stands for; null where it stands for none. */
export function detailOfKey(key: string): string | null {
  if (key.startsWith('alarm:')) return 'alarms';
  return key.startsWith('detail:') ? key.slice('detail:'.length) : null;
}

interface DetailSpec<K extends keyof Details> {
  readonly namespace: string;
  readonly name: string;
  readonly rfc: string;
  readonly detail: K;
  on(resource: Resource): boolean;
  /** Undefined: 404. */
  read(value: Details[K] | undefined, resource: Detailed, visit: Visit): Xml | undefined;
  /** DavError for a value that cannot be. */
  parse(value: XmlElement): NonNullable<Details[K]>;
  readonly allprop?: boolean;
}

/** A live property that is one of a collection's details. */
export function detailProperty<K extends keyof Details>(spec: DetailSpec<K>): LiveProperty {
  const { namespace, name, rfc, detail, on, read, parse } = spec;
  return {
    namespace,
    name,
    key: keyOf(detail),
    rfc,
    on,
    privilege: 'read',
    allprop: spec.allprop ?? false,
    read: (resource, visit) =>
      isDetailed(resource) ? read(resource.details[detail], resource, visit) : undefined,
    write: { parse: (value) => (value === null ? null : parse(value)) },
  };
}

/** The same of one of the default alarms. */
export function alarmProperty(
  namespace: string,
  name: string,
  spec: {
    readonly rfc: string;
    on(resource: Resource): boolean;
    read(value: string): Xml;
    /** Of what has no details of its own. */
    detailsAt?(resource: Resource): Promise<Details>;
    parse(value: XmlElement): string;
  },
): LiveProperty {
  return {
    namespace,
    name,
    key: alarmKeyOf(name),
    rfc: spec.rfc,
    on: spec.on,
    privilege: 'read',
    allprop: false,
    async read(resource) {
      const { alarms } = isDetailed(resource) ? resource.details : ((await spec.detailsAt?.(resource)) ?? {});
      const value = alarms?.[name];
      return value === undefined ? undefined : spec.read(value);
    },
    write: { parse: (value) => (value === null ? null : spec.parse(value)) },
  };
}

/** What is to become of a collection's details, and the dead properties that remain. */
export function splitChanges(
  { dead, live }: PropertyChanges,
  before: Details,
): { readonly details: Change; readonly properties: readonly PropertyChange[] } {
  const details: Record<string, unknown> = {};
  const alarms: Record<string, string> = { ...before.alarms };
  for (const [key, value] of live) {
    const [kind, name = ''] = key.split(/:(.*)/s, 2);
    if (kind === 'detail') details[name] = value ?? undefined;
    else if (kind === 'alarm' && typeof value === 'string') alarms[name] = value;
    else if (kind === 'alarm') delete alarms[name];
    if (kind === 'alarm') details.alarms = Object.keys(alarms).length === 0 ? undefined : alarms;
  }
  // Both say one thing (RFC 7809 §5.2): what is set last takes the other's place.
  if (typeof details.timezone === 'string' && !('timezoneId' in details)) details.timezoneId = undefined;
  if (typeof details.timezoneId === 'string' && !('timezone' in details)) details.timezone = undefined;
  const properties: PropertyChange[] = [];
  for (const each of dead) {
    // DAV itself keeps it as a dead property; here others see it too.
    if (each.namespace === 'DAV:' && each.name === 'displayname') details.displayName = textIn(each.xml);
    else properties.push(each);
  }
  return { details: details as Change, properties };
}

function textIn(xml: Xml | null): string | undefined {
  const text = xml === null ? '' : parseXml(Buffer.from(xml)).text.trim();
  return text === '' ? undefined : text;
}

/** Details of what is only being made. */
export function newDetails(change: Change): Details {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Details;
}

/** A collection as who received it calls it: theirs over the owner's, whose alarms are the owner's alone. */
export function overlaid({ alarms: _, ...own }: Details, over: Details): Details {
  return { ...own, ...over };
}

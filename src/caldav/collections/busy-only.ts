import { type Component, Property, parseComponents, writeComponent } from '../../formats/icalendar/index.ts';
import type { ItemRow } from '../../stores/collections/index.ts';
import type { Right, View } from '../../webdav/index.ts';
import { contentType } from './content-type.ts';

/** What is left of an object for who may know what is when, and nothing else. */
const times: ReadonlySet<string> = new Set([
  'UID',
  'DTSTAMP',
  'DTSTART',
  'DTEND',
  'DUE',
  'DURATION',
  'RRULE',
  'RDATE',
  'EXDATE',
  'EXRULE',
  'RECURRENCE-ID',
  'TRANSP',
  'FREEBUSY',
  'BUSYTYPE',
  'PRIORITY',
]);

/** Whether others than the owner see times alone: of a calendar that is shared so, and of what is private. */
export function busyView(item: ItemRow, right: Right): View | null {
  if (right === 'own') return null;
  if (right !== 'busy' && !isPrivate(item.digest)) return null;
  return { mark: 'busy', type: contentType(item), make: busyOnly, closed: true };
}

/** Its digest holds the CLASS of each component that is not PUBLIC; any other is private (RFC 5545 §3.8.1.3). */
export const isPrivate = (digest: string): boolean => digest.includes('"cl":"');

/** The bytes with everything taken out but times. */
export function busyOnly(bytes: Buffer): Buffer {
  const [calendar] = parseComponents(bytes, Number.POSITIVE_INFINITY);
  if (calendar === undefined) return Buffer.alloc(0);
  const kept = calendar
    .mapping((property) => (structural.has(property.name) ? property : null))
    .withComponents(calendar.components().filter(isKnown).map(stripped));
  return Buffer.from(writeComponent(kept));
}

const structural: ReadonlySet<string> = new Set(['VERSION', 'PRODID', 'CALSCALE']);

const isKnown = ({ name }: Component) => !name.startsWith('X-');

function stripped(component: Component): Component {
  if (component.name === 'VTIMEZONE') return component;
  const bare = component
    .mapping((property) => (times.has(property.name) ? property : null))
    .withComponents(component.components('AVAILABLE').map(stripped));
  return component.name === 'AVAILABLE'
    ? bare
    : bare.adding(Property.of('CLASS', 'PRIVATE'), Property.text('SUMMARY', 'Busy'));
}

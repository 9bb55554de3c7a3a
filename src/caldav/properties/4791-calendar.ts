import type { XmlElement } from '../../formats/xml/index.ts';
import type { Component } from '../../stores/collections/index.ts';
import {
  collations,
  DavError,
  detailProperty,
  elementOf,
  type LiveProperty,
  textOf,
  type Xml,
} from '../../webdav/index.ts';
import type { CalendarSettings } from '../house.ts';
import { timesFromYearMin, timesToYearMax } from '../limits.ts';
import { caldav, caldavName } from '../names.ts';
import { caldavProperty, onCalendars, onHomes, onObjectHolders } from './kinds.ts';
import { shortText } from './values.ts';

/** What calendars hold where nobody said otherwise. */
export const calendarComponents: readonly Component[] = ['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY'];
/** What some calendar may hold. */
const known: ReadonlySet<string> = new Set<Component>([...calendarComponents, 'VAVAILABILITY', 'VPOLL']);

const comps = (components: readonly string[]): Xml =>
  components.map((name) => `<C:comp name="${name}"/>`).join('');

function readComponents({ children }: XmlElement): readonly Component[] {
  const names = children
    .filter(({ namespace, name }) => namespace === caldav && name === 'comp')
    .map(({ attributes }) => attributes.find(({ name }) => name === 'name')?.value.toUpperCase() ?? '');
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined || names.length === 0)
    throw new DavError(403, 'a calendar cannot hold that', {
      condition: elementOf(caldavName('supported-calendar-component')),
    });
  return [...new Set(names)] as Component[];
}

const dateTime = (year: number, rest: string) => `${String(year).padStart(4, '0')}${rest}`;

/** RFC 4791 §5.2, §7.5.1 */
export function calendarProperties(settings: CalendarSettings): readonly LiveProperty[] {
  const number = (name: string, section: string, value: number) =>
    caldavProperty(name, `4791 §${section}`, onObjectHolders, () => String(value));
  return [
    detailProperty({
      namespace: caldav,
      name: 'calendar-description',
      rfc: '4791 §5.2.1',
      detail: 'description',
      on: onCalendars,
      read: (value) => (value === undefined ? undefined : textOf(value)),
      parse: shortText,
    }),
    {
      ...detailProperty({
        namespace: caldav,
        name: 'supported-calendar-component-set',
        rfc: '4791 §5.2.3',
        detail: 'components',
        on: onObjectHolders,
        read: (value) => comps(value ?? calendarComponents),
        parse: readComponents,
      }),
      onlyWhenMade: true,
    },
    // That it is empty says that a calendar may be made for any of the components and any several.
    caldavProperty('supported-calendar-component-sets', 'caldav-extensions-01 §4', onHomes, () => ''),
    caldavProperty(
      'supported-calendar-data',
      '4791 §5.2.4',
      onObjectHolders,
      () => '<C:calendar-data content-type="text/calendar" version="2.0"/>',
    ),
    number('max-resource-size', '5.2.5', settings.objectBytesMax),
    caldavProperty('min-date-time', '4791 §5.2.6', onObjectHolders, () =>
      dateTime(timesFromYearMin, '0101T000000Z'),
    ),
    caldavProperty('max-date-time', '4791 §5.2.7', onObjectHolders, () =>
      dateTime(timesToYearMax, '1231T235959Z'),
    ),
    caldavProperty('supported-rscale-set', '7529 §7.1', onObjectHolders, () =>
      elementOf(caldavName('supported-rscale'), 'GREGORIAN'),
    ),
    number('max-instances', '5.2.8', settings.instancesMax),
    number('max-attendees-per-instance', '5.2.9', settings.attendeesMax),
    caldavProperty('supported-collation-set', '4791 §7.5.1', onObjectHolders, () =>
      collations.map((each) => elementOf(caldavName('supported-collation'), each)).join(''),
    ),
  ];
}

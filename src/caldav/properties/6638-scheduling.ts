import { CalendarError, readCalendar } from '../../formats/icalendar/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import {
  CollectionResource,
  detailProperty,
  hrefElement,
  ItemResource,
  inboxName,
  type LiveProperty,
  textOf,
} from '../../webdav/index.ts';
import { defaultCalendarKey } from '../collections/default-calendar.ts';
import { refusal } from '../conditions.ts';
import { availabilityBytesMax } from '../limits.ts';
import { caldav, kinds, outboxName } from '../names.ts';
import type { SchedulingHouse } from '../scheduling/house.ts';
import { defaultCalendar } from '../scheduling/shelf.ts';
import { addressesOfMember } from '../scheduling/users.ts';
import { isMember } from './4791-principal.ts';
import { caldavProperty } from './kinds.ts';

const isInbox = (resource: { readonly kind: string }): resource is CollectionResource =>
  resource.kind === kinds.inbox && resource instanceof CollectionResource;

/** How clients find out that the server speaks for them (RFC 6638 §2.1.1, §2.2.1, §2.4). */
export const schedulingProperties = (house: SchedulingHouse): readonly LiveProperty[] => [
  caldavProperty('schedule-inbox-URL', '6638 §2.2.1', isMember, (resource, visit) =>
    hrefElement(visit, ['calendars', resource.path.at(-1) ?? '', inboxName]),
  ),
  caldavProperty('schedule-outbox-URL', '6638 §2.1.1', isMember, (resource, visit) =>
    hrefElement(visit, ['calendars', resource.path.at(-1) ?? '', outboxName]),
  ),
  caldavProperty('calendar-user-address-set', '6638 §2.4.1', isMember, async (resource, visit) => {
    const principal = hrefElement(visit, resource.path);
    if (!isMember(resource)) return undefined;
    const { visitor } = visit;
    const own = visitor.kind === 'member' && visitor.member.address === resource.address;
    // What others write to them is known already: the address of the principal.
    const addresses = own
      ? await addressesOfMember(house.accounts, visitor.member)
      : [`mailto:${resource.address}`];
    return `${addresses.map((address) => `<D:href>${textOf(address)}</D:href>`).join('')}${principal}`;
  }),
  caldavProperty('calendar-user-type', '6638 §2.4.2', isMember, (resource) =>
    isMember(resource) ? house.typeOf(resource.address) : undefined,
  ),
  {
    ...caldavProperty('schedule-default-calendar-URL', '6638 §9.2', isInbox, async (resource, visit) => {
      if (!isInbox(resource)) return undefined;
      const rows = await house.collections.collections(resource.row.account, 'calendars');
      const calendar = defaultCalendar(rows);
      return calendar === null ? '' : hrefElement(visit, [...resource.path.slice(0, -1), calendar.name]);
    }),
    key: defaultCalendarKey,
    write: {
      parse: (value) =>
        value?.children.find(({ namespace, name }) => namespace === 'DAV:' && name === 'href')?.text.trim() ??
        '',
    },
  },
  caldavProperty(
    'schedule-tag',
    '6638 §9.3',
    (resource) =>
      resource instanceof ItemResource &&
      resource.row.scheduleTag !== '' &&
      resource.kind === kinds.item &&
      resource.view?.closed !== true,
    (resource) => (resource instanceof ItemResource ? `"${textOf(resource.row.scheduleTag)}"` : undefined),
  ),
  detailProperty({
    namespace: caldav,
    name: 'calendar-availability',
    rfc: '7953 §7.2.4',
    detail: 'availability',
    on: isInbox,
    read: (value) => (value === undefined ? undefined : textOf(value)),
    parse: readAvailability,
  }),
];

/** An object with VAVAILABILITY alone. */
function readAvailability({ text }: XmlElement): string {
  if (Buffer.byteLength(text) > availabilityBytesMax)
    throw refusal('max-resource-size', `it is longer than ${availabilityBytesMax} bytes`);
  try {
    const object = readCalendar(text);
    if (object.kind === 'VAVAILABILITY') return text.trim();
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    throw refusal('valid-calendar-data', error.message);
  }
  throw refusal('valid-calendar-object-resource', 'it is no VAVAILABILITY');
}

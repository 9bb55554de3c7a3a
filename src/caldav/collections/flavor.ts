import type { CollectionRow, Details } from '../../stores/collections/index.ts';
import { DavError, detailOfKey, elementOf, type Flavor, type QName } from '../../webdav/index.ts';
import type { CaldavHouse } from '../house.ts';
import { caldav, caldavName, calendarServer, kinds, personalCalendar } from '../names.ts';
import { outboxIn } from '../scheduling/outbox.ts';
import { busyView } from './busy-only.ts';
import { contentType } from './content-type.ts';
import { demandAnotherCalendar, patchDefaultCalendar } from './default-calendar.ts';
import { patchHomeAlarms } from './home-alarms.ts';
import { leavingAll } from './leaving-all.ts';
import { demandComponent, prepareObject } from './prepare.ts';
import { timezonesView } from './timezones-view.ts';
import { wholeCalendar } from './whole.ts';

const calendarType = caldavName('calendar');
const subscribedType = { namespace: calendarServer, name: 'subscribed' };
const inboxType = caldavName('schedule-inbox');

/** Calendars, over what they have in common with address books. */
export function calendarFlavor(house: CaldavHouse): Flavor {
  const { scheduling } = house;
  return {
    home: 'calendars',
    kind: 'calendar',
    kinds,
    collectionKind: ({ kind }) => (kind === 'inbox' ? kinds.inbox : kinds.calendar),
    types: ({ kind, details }) => {
      if (kind === 'inbox') return [inboxType];
      return details.source === undefined ? [calendarType] : [calendarType, subscribedType];
    },
    itemBytesMax: house.settings.objectBytesMax,
    conditions: {
      tooLarge: elementOf(caldavName('max-resource-size')),
      conflict: (href, where) =>
        elementOf(
          caldavName(where === 'home' ? 'unique-scheduling-object-resource' : 'no-uid-conflict'),
          href,
        ),
    },
    personal: () => personalCalendar,
    contentType,
    whole: wholeCalendar,
    // RFC 7809 §3.1.3: with VTIMEZONEs, or without.
    headers: { Vary: 'CalDAV-Timezones' },
    prepare: (arriving) => prepareObject(house, arriving),
    removing: async (leaving) => ({ jobs: (await scheduling?.leaving(leaving)) ?? [] }),
    patching: patchDefaultCalendar,
    removingAll: async (scene, collection) => ({
      jobs: scheduling ? await leavingAll(scheduling, scene, collection) : [],
    }),
    accepts: ({ component }, collection) => demandComponent(component, collection),
    view: (item, { right, visit }) => busyView(item, right) ?? timezonesView(item, visit),
    may(row, right, privilege) {
      if (isInbox(row) && delivering.has(privilege)) return right === 'own' || right === 'act';
      return isInbox(row) && putting.has(privilege) ? false : undefined;
    },
    setsAtHome: (key) => detailOfKey(key) === 'alarms',
    patchHome: patchHomeAlarms,
    demandRemovable: demandAnotherCalendar,
    async besides(scene, home) {
      const outbox = scheduling ? outboxIn(scene, home) : null;
      return outbox === null ? [] : [outbox];
    },
    wanted,
  };
}

/** Who invites writes there; its owner takes away what they have seen (RFC 6638 §2.2). */
const isInbox = ({ kind }: CollectionRow) => kind === 'inbox';
const delivering: ReadonlySet<string> = new Set([
  'schedule-deliver-invite',
  'schedule-deliver-reply',
  'schedule-query-freebusy',
]);
const putting: ReadonlySet<string> = new Set(['write-content', 'bind']);

/** RFC 4791 §5.3.1, RFC 5689 §3: a collection in a home of calendars is a calendar. */
function wanted(types: readonly QName[], { source }: Details): void {
  const isCalendar = ({ namespace, name }: QName) => namespace === caldav && name === 'calendar';
  const isSubscribed = ({ namespace, name }: QName) => namespace === calendarServer && name === 'subscribed';
  const known = types.length > 0 && types.every((type) => isCalendar(type) || isSubscribed(type));
  // What is read from elsewhere says from where.
  if (known && (types.some(isCalendar) || source !== undefined)) return;
  throw new DavError(403, 'what is made here is a calendar', { condition: '<D:valid-resourcetype/>' });
}

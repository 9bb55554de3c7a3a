/**
 * caldav: calendars as phones and desktops sync them (RFC 4791), over `webdav/collections`.
 * - Bytes are kept as they came; what is no calendar object that can be served again is refused with its precondition.
 * - A query is answered from the index and the digest of each object; bytes are read only for what stands nowhere else.
 * - What is private is shown to others as busy times, and is not theirs to change.
 */
export { calendarFlavor } from './collections/flavor.ts';
export { caldavExtension } from './extension.ts';
export type { CaldavHouse, CalendarSettings, Scheduled, SchedulingHooks } from './house.ts';
export { calendarComponents } from './properties/4791-calendar.ts';
export { type PublishedHouse, publishedCalendars, publishedPath } from './publication/index.ts';
export {
  type ArrivedNews,
  arrivedJob,
  type CalendarUserType,
  composeInvitation,
  envelopeOf,
  fateJob,
  type InvitationMail,
  isKnown,
  type SchedulingHouse,
  type SchedulingWorker,
  schedulingExtension,
  schedulingHooks,
  startSchedulingWorker,
} from './scheduling/index.ts';
export { Subscriptions, type SubscriptionsHouse } from './subscriptions/index.ts';
export { floatingZoneOf } from './zones.ts';

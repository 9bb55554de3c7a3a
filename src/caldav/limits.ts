/** Every bound of this folder, unit last. */

/** What clients are told of times (RFC 4791 §5.2.6, §5.2.7): earlier and later ones are refused. */
export const timesFromYearMin = 1;
export const timesToYearMax = 9_999;
/** Octets of a description, a colour, an alarm, a source. */
export const detailBytesMax = 8_192;
/** Octets of a calendar's VTIMEZONE. */
export const timezoneBytesMax = 65_536;
/** How deep comp-filters lie in each other: VCALENDAR, VEVENT, VALARM and one more. */
export const filterDepthMax = 4;
/** Zones of calendars and queries that are kept read. */
export const timezonesKeptMax = 256;
/** Steps of recurrences (`Steps`) that one query, or one answer that expands, looks at; what is beyond is told of. */
export const queryStepsMax = 1_000_000;
/** Instances that one answer holds, of all objects that it expands. */
export const expandedInstancesMax = 50_000;
/** How much time one free-busy-query asks for; days. */
export const freeBusyDaysMax = 1_100;
/** What follows from the removal of a calendar and is kept with it; what more there is goes object by object before. */
export const removalJobsMax = 1_000;
/** Instances of an object that are looked at to find one that a certain component of it says. */
export const judgedInstancesMax = 1_000;
/** Alarms of an object that are looked at one by one to find when each rings. */
export const judgedAlarmsMax = 20;
/** Octets of what a member says of their days (RFC 7953). */
export const availabilityBytesMax = 65_536;

/** Octets of the address of a subscription. */
export const sourceBytesMax = 2_048;
/** Octets of what is read from there, and objects in it. */
export const feedBytesMax = 10 * 1_048_576;
export const feedItemsMax = 10_000;
/** How often it says anew what a zone is. */
export const feedZonesAnewMax = 1_000;
/** How long it may take, and how often it may lead on. */
export const feedMsMax = 30_000;
export const feedRedirectsMax = 5;
/** How often a feed is read: as it asks to be, between these; where it does not ask. */
export const feedEveryMsMin = 15 * 60_000;
export const feedEveryMsMax = 7 * 86_400_000;
export const feedEveryMs = 4 * 3_600_000;
/** After a first failure, doubled with each further one. */
export const feedAgainMs = 30 * 60_000;
export const feedAgainMsMax = 86_400_000;
/** Feeds that are read at once. */
export const feedsAtOnceMax = 4;
/** Octets of one managed attachment. */
export const attachmentBytesMax = 100 * 1_048_576;
/** Periods in one answer of what is busy, and gathered before they are put together. */
export const busyPeriodsMax = 10_000;
/** Steps of recurrences that one question for busy times looks at; what is beyond is busy. */
export const busyStepsMax = 1_000_000;

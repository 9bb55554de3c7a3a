/** Octets of one object, unless who reads it says less or more. */
export const objectBytesMax = 1_048_576;
/** Characters of one line, unfolded: an attachment inside an object stands on one. */
export const lineCharactersMax = 1_048_576;
export const propertiesMax = 50_000;
export const componentsMax = 10_000;
/** VCALENDAR counted. */
export const depthMax = 16;
/** Values of RDATE, of EXDATE and overrides, together, of one object: more would not find room in its digest. */
export const datesMax = 3_000;
/** Instances of one object that are changed. */
export const overridesMax = 1_200;
export const attendeesMax = 2_000;
/** Of one part of a rule, such as BYSECOND. */
export const ruleValuesMax = 400;
export const rulesPerComponentMax = 8;
export const alarmsPerComponentMax = 64;
/** Of one alarm: REPEAT says more, the rest is not rung. */
export const alarmRepeatsMax = 100;
/**
 * Periods that are tried in a row without finding anything. The calendar repeats itself after 400 years: what did not happen
 * in so many years, months or weeks never does. Days and less are given up earlier.
 */
export const emptyYearsMax = 400;
export const emptyMonthsMax = 4_800;
export const emptyWeeksMax = 20_871;
export const emptyPeriodsMax = 10_000;
/** Times of one period, as BYHOUR, BYMINUTE and BYSECOND make them. */
export const timesPerPeriodMax = 1_440;
/** What COUNT may say where it must be counted. */
export const countedMax = 50_000;
/** The last year in which anything recurs. */
export const yearMax = 9_999;
/** Zones whose tables are kept. */
export const zonesKeptMax = 512;
/** Onsets of one VTIMEZONE; later ones are not looked for. */
export const transitionsMax = 4_000;
/** STANDARD and DAYLIGHT of one VTIMEZONE. */
export const observancesMax = 500;
/** Of one VTIMEZONE. */
export const zoneRulesMax = 32;
/** VTIMEZONEs that are kept compiled, whoever wrote them. */
export const writtenZonesKeptMax = 256;
/** Digests that are kept ready, together; each weighs its characters and a little. */
export const digestsKeptCharactersMax = 16_777_216;
/** Attendees of a component whose answers are kept in the digest. */
export const statusesKeptMax = 200;
/** Instances of one object that count for free-busy. */
export const busyInstancesMax = 10_000;
/** Instances of all AVAILABLE of one object that count. */
export const availableInstancesMax = 5_000;
/** VTIMEZONEs of the system's zones that are kept written. */
export const zoneTextsKeptMax = 128;
/** Of one file that is imported. */
export const componentsPerFileMax = 5_000_000;
/** VTIMEZONEs of one object. */
export const zonesPerObjectMax = 24;
/** Times of a rule that are looked at before its UNTIL, to know which is the last. */
export const ruleEndStepsMax = 1_500;
/** Instances that one reply answers. */
export const answersPerMessageMax = 1_000;
/** To whom one attendee delegates. */
export const delegatesMax = 10;
/**
 * Steps (days that rules are tried on, times that come of them) to count what COUNT says, of all rules of an object, and to
 * find out which of them never fire.
 */
export const countedStepsMax = 6 * countedMax;
/** Steps to answer one question of one object; it is then answered as if what was asked for were there. */
export const stepsPerObjectMax = 100_000;
/** Instances that one ADD brings. */
export const addedPerMessageMax = 100;

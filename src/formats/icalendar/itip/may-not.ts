import { type Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import type { ZoneBook } from '../zones/book.ts';
import { InstanceFinder, instancesByKey } from './instance.ts';
import { calledOff, declinedIn } from './notes.ts';
import { addressOf, attendeeIn, attendeesIn, isCancelled, organizerIn } from './people.ts';
import { exceptionsOf, whenOf } from './when.ts';

/**
 * What of an attendee's change is the organiser's to change (RFC 6638 §3.2.2.1): its words, or null where all may be. What
 * means the same may be written otherwise. Whatever is not looked at here is the attendee's own in their copy, until the organiser
 * says it anew.
 */
export function attendeeMayNot(
  before: CalendarObject,
  after: CalendarObject,
  me: ReadonlySet<string>,
): string | null {
  const [zonesBefore, zones] = [before.zones(), after.zones()];
  const was = instancesByKey(before, zonesBefore);
  const is = instancesByKey(after, zones);
  const finder = new InstanceFinder(before, withoutOwn(before, zonesBefore));
  const left = new Map(after.master === null ? [] : exceptionsOf(after.master, zones));
  for (const key of calledOff(before.master, zonesBefore).keys()) {
    if (after.master !== null && !left.has(key)) return 'which instances were called off';
  }
  for (const [key, component] of is) {
    const then = was.get(key) ?? finder.find(component);
    if (then === null) return 'which instances there are';
    const wrong = differenceOf(then, zonesBefore, component, zones, me);
    if (wrong !== null) return wrong;
  }
  for (const [key, then] of was) {
    if (is.has(key) || left.has(key)) continue;
    // It is again as the series says: that may only take back what was the attendee's own.
    const series = key === '' ? null : finder.find(then);
    if (series === null || !is.has('')) return 'which instances there are';
    const wrong = differenceOf(then, zonesBefore, series, zonesBefore, me);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** The series as it would be, had the attendee taken out nothing. */
function withoutOwn({ master }: CalendarObject, zones: ZoneBook): Component | null {
  if (master === null || declinedIn(master).size === 0) return master;
  const off = [...calledOff(master, zones).values()];
  return master
    .without('EXDATE')
    .adding(...off.map(({ parameters, value }) => new Property('EXDATE', parameters, value)));
}

/** Of the texts those by which people find an appointment; clients rewrite the others as they like. */
const texts = ['SUMMARY', 'LOCATION'];

function differenceOf(
  then: Component,
  zonesThen: ZoneBook,
  now: Component,
  zonesNow: ZoneBook,
  me: ReadonlySet<string>,
): string | null {
  if (organizerIn(then)?.address !== organizerIn(now)?.address) return 'ORGANIZER';
  if (whenOf(then, zonesThen) !== whenOf(now, zonesNow)) return 'when it is';
  for (const name of texts) if (textOf(then, name) !== textOf(now, name)) return name;
  if (isCancelled(then) !== isCancelled(now)) return 'STATUS';
  return guestsOf(then, now, me);
}

/** Who is invited is the organiser's, but for whom the attendee delegates to (RFC 5546 §3.2.2.3). */
function guestsOf(then: Component, now: Component, me: ReadonlySet<string>): string | null {
  const [invited, named] = [then, now].map((one) => new Set(attendeesIn(one).map(({ address }) => address)));
  const delegates = delegatesOf(now, me);
  const earlier = delegatesOf(then, me);
  for (const address of named ?? [])
    if (!invited?.has(address) && !delegates.has(address)) return `ATTENDEE ${address}`;
  for (const address of invited ?? []) {
    if (named?.has(address) || (earlier.has(address) && !delegates.has(address))) continue;
    return me.has(address) ? 'that one is invited' : 'who is invited';
  }
  return null;
}

function delegatesOf(component: Component, me: ReadonlySet<string>): ReadonlySet<string> {
  const own = attendeeIn(component, me);
  return new Set(own?.property.parameterValues('DELEGATED-TO').map(addressOf) ?? []);
}

const textOf = (component: Component, name: string) =>
  (component.text(name) ?? '').replace(/\s+/g, ' ').trim();

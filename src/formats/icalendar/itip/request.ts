import { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import type { ZoneBook } from '../zones/book.ts';
import { InstanceFinder, instanceKey, instanceOf, instancesByKey, recurs } from './instance.ts';
import {
  calledOff,
  compareStamps,
  declinedIn,
  digestOfMeaning,
  noteNames,
  type Stamp,
  stampOf,
  toldOf,
  withDeclined,
  withTold,
} from './notes.ts';
import { addressOf, attendeeIn, isCancelled, organizerIn, partstatOf } from './people.ts';
import { rebuilt } from './rebuild.ts';
import { meaningOf } from './view.ts';
import { type Exception, exceptionsOf, whenOf } from './when.ts';

const saidIn = (component: Component, zones: ZoneBook): Stamp =>
  stampOf(component, digestOfMeaning(meaningOf(component, zones, true)));

/**
 * Whether a message says something after what the organiser said last (RFC 5546 §2.1.5). Two changes within a second have one
 * DTSTAMP; what the attendee wrote meanwhile is no difference.
 */
function isNewer(said: Stamp, known: Component, cancels: boolean): boolean {
  const told = toldOf(known);
  // Who was told that it is off, and is invited again, hears the organiser count from where they were before.
  if (isCancelled(known) && !cancels) return said.stampMs >= told.stampMs;
  const difference = compareStamps(said, told);
  return difference === 0 ? said.digest !== told.digest : difference > 0;
}

/**
 * REQUEST (RFC 5546 §3.2.2) onto the copy of an attendee; null where it says nothing new. What is the attendee's own stays:
 * alarms, an answer to a time that did not change, and instances that they took out.
 */
export function applyRequest(
  current: CalendarObject | null,
  message: CalendarObject,
  me: ReadonlySet<string>,
): CalendarObject | null {
  const zones = message.zones();
  const said = instancesByKey(message, zones);
  if (current === null) {
    const all = message.master !== null && attendeeIn(message.master, me) !== null;
    const fresh = message.instances
      .filter((component) => all || attendeeIn(component, me) !== null)
      .map((component) => withTold(forOne(bare(component), me), saidIn(component, zones)));
    return fresh.length === 0 ? null : rebuilt(null, message, fresh);
  }
  const known = instancesByKey(current, current.zones());
  const series = known.get('');
  const news = new Map<string, Component>();
  for (const [key, whole] of said) {
    const then = known.get(key);
    const stamp = saidIn(whole, zones);
    const component = forOne(bare(whole), me);
    const cancels = isCancelled(component);
    if (
      then !== undefined
        ? !isNewer(stamp, then, cancels)
        : stamp.stampMs < (series ? toldOf(series).stampMs : 0)
    )
      continue;
    // An instance that is told of for the first time is compared with the series that it comes from.
    const from = then ?? (series && instanceOf(series, component, current.zones())) ?? series ?? null;
    news.set(key, withTold(ownKept(component, zones, from, current.zones(), me), stamp));
  }
  if (news.size === 0) return null;
  const told = news.get('');
  const again = told === undefined ? null : new InstanceFinder(rebuilt(current, message, [told]));
  const kept = new Map<string, Component>();
  for (const [key, component] of known) {
    // A series that is told anew comes with all that differs from it, but for what was said or answered since.
    const gone = told !== undefined && key !== '' && !said.has(key);
    if (!gone || toldOf(component).stampMs > toldOf(told).stampMs) kept.set(key, component);
    else {
      const instance = again?.find(component) ?? null;
      const answered = instance && answeredApart(instance, zones, component, current.zones(), me);
      if (answered !== null) kept.set(key, answered);
    }
  }
  for (const [key, component] of news) kept.set(key, component);
  return rebuilt(
    current,
    message,
    withOwnExceptions(current, rebuilt(current, message, [...kept.values()]), me),
  );
}

/** What does not invite any more is off (RFC 5546 §3.2.2): some organisers leave somebody out, and say nothing else to them. */
const forOne = (component: Component, me: ReadonlySet<string>): Component =>
  attendeeIn(component, me) !== null ? component : component.with(Property.of('STATUS', 'CANCELLED'));

/** An instance of a series told anew, where the attendee answered it otherwise than the series; else null. */
function answeredApart(
  instance: Component,
  zones: ZoneBook,
  then: Component,
  zonesThen: ZoneBook,
  me: ReadonlySet<string>,
): Component | null {
  const [series, own] = [attendeeIn(instance, me), attendeeIn(then, me)];
  if (series === null || own === null || partstatOf(series) === partstatOf(own)) return null;
  if (partstatOf(own) === 'NEEDS-ACTION' || whenOf(instance, zones) !== whenOf(then, zonesThen)) return null;
  return withTold(ownKept(bare(instance), zones, then, zonesThen, me), { ...toldOf(instance), digest: '' });
}

/** Without what only a server may note. */
const bare = (component: Component): Component =>
  component.mapping((property) => (noteNames.has(property.name) ? null : property));

/**
 * The components of a copy, with what its owner took out of the series still taken out: instances that there are no more, and
 * those to which they are asked anew, are not.
 */
function withOwnExceptions(
  before: CalendarObject,
  after: CalendarObject,
  me: ReadonlySet<string>,
): readonly Component[] {
  const declined = declinedIn(before.master);
  const { master } = after;
  if (declined.size === 0 || before.master === null || master === null || !recurs(master))
    return after.instances;
  const written = exceptionsOf(before.master, before.zones());
  const zones = after.zones();
  const series =
    master === before.master ? withExceptions(master, calledOff(master, zones).values()) : master;
  const off = exceptionsOf(series, zones);
  const overrides = new Map(after.overrides.map((component) => [instanceKey(component, zones), component]));
  const finder = new InstanceFinder(after, series);
  const still = new Map<string, Exception>();
  for (const [key, sequence] of declined) {
    const exception = written.get(key);
    if (exception === undefined || off.has(key)) continue;
    const override = overrides.get(key);
    if (override !== undefined && isAskedAnew(override, sequence, me)) continue;
    const id = new Property('RECURRENCE-ID', exception.parameters, exception.value);
    const named = new Component(series.name, [id]);
    if (finder.find(named) !== null) still.set(key, exception);
  }
  const counts = new Map([...still.keys()].map((key) => [key, declined.get(key) ?? 0]));
  const next = withDeclined(withExceptions(series, [...off.values(), ...still.values()]), counts);
  return [next, ...after.overrides.filter((component) => !still.has(instanceKey(component, zones)))];
}

/** The organiser wants another answer than the one that taking it out was. */
function isAskedAnew(override: Component, sequence: number, me: ReadonlySet<string>): boolean {
  const own = attendeeIn(override, me);
  return own === null || (partstatOf(own) !== 'DECLINED' && toldOf(override).sequence > sequence);
}

const withExceptions = (series: Component, exceptions: Iterable<Exception>): Component =>
  series
    .without('EXDATE')
    .adding(...[...exceptions].map(({ parameters, value }) => new Property('EXDATE', parameters, value)));

/** What an attendee makes of an appointment for themselves; above all, whom they let see it. */
const own = new Set(['CLASS', 'TRANSP', 'CATEGORIES', 'COLOR', 'PERCENT-COMPLETE', 'COMPLETED']);
const isOwn = ({ name }: Property) =>
  !noteNames.has(name) && (own.has(name) || (name.startsWith('X-') && name !== 'X-ALT-DESC'));

/** What became of what was said to the organiser is noted at them (RFC 6638 §3.2.9). */
function withStanding(property: Property, then: Component): Property {
  const known = property.name === 'ORGANIZER' ? organizerIn(then) : null;
  const status = known?.property.parameter('SCHEDULE-STATUS');
  if (known === null || status === undefined || known.address !== addressOf(property.value)) return property;
  return property.withParameter('SCHEDULE-STATUS', status);
}

function ownKept(
  said: Component,
  zones: ZoneBook,
  then: Component | null,
  zonesThen: ZoneBook,
  me: ReadonlySet<string>,
): Component {
  if (then === null) return said;
  // How far one is with a to-do is one's own, until it is off.
  const begun = said.name === 'VTODO' && !isCancelled(said) && /^(?:IN-PROCESS|COMPLETED)$/i;
  const status = begun ? then.properties('STATUS').filter(({ value }) => begun.test(value)) : [];
  const mine = [...then.properties().filter(isOwn), ...status];
  const names = new Set(mine.map(({ name }) => name));
  const withAlarms = said
    .mapping((property) => (names.has(property.name) ? null : withStanding(property, then)))
    .adding(...mine)
    .withComponents([
      ...said.components().filter(({ name }) => name !== 'VALARM'),
      ...then.components('VALARM'),
    ]);
  const asked = attendeeIn(said, me);
  const before = attendeeIn(then, me);
  if (asked === null || before === null || !stands()) return withAlarms;
  const answer = ['PARTSTAT', 'DELEGATED-TO'].reduce((made, name) => {
    const values = before.property.parameterValues(name);
    return made.withParameter(name, values.length === 0 ? null : values);
  }, asked.property);
  return withAlarms.mapping((property) => (property === asked.property ? answer : property));

  /** What the attendee said of this time is known here best, unless the organiser counts on to ask again. */
  function stands(): boolean {
    if (then === null || asked === null || before === null || isCancelled(then)) return false;
    if (partstatOf(before) === 'NEEDS-ACTION' || whenOf(said, zones) !== whenOf(then, zonesThen))
      return false;
    return partstatOf(asked) !== 'NEEDS-ACTION' || toldOf(then).sequence >= stampOf(said).sequence;
  }
}

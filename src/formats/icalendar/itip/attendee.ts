import { Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { formatTime, utcTime } from '../values/time.ts';
import { instanceOf, instancesByKey } from './instance.ts';
import { calledOff, declinedIn, toldOf } from './notes.ts';
import { agentOf, attendeeIn, isCancelled, organizerIn, partstatOf, toldTo } from './people.ts';
import { progressOf, withProgress } from './progress.ts';
import { messageWith } from './view.ts';
import { exceptionsOf } from './when.ts';

/** What an attendee says to the organiser. */
export interface AttendeeMessage {
  readonly method: 'REPLY';
  /** As `addressOf`. */
  readonly to: string;
  /** The attendee, as `addressOf`. */
  readonly from: string;
  /** VCALENDAR with METHOD. */
  readonly calendar: Component;
}

/** On a REPLY: it names every instance that its attendee answered otherwise than the series. */
export const eachProperty = 'X-MYCO-EACH';

interface Told {
  readonly component: Component;
  readonly attendee: Property;
}

/**
 * RFC 6638 §3.2.2: what an attendee answers by having changed their copy. Null: nothing. `after` null: the copy was
 * removed, which declines. `me`: all addresses of the attendee.
 */
export function attendeeMessage(
  before: CalendarObject | null,
  after: CalendarObject | null,
  { me, nowMs }: { readonly me: ReadonlySet<string>; readonly nowMs: number },
): AttendeeMessage | null {
  const object = after ?? before;
  const organizer = object?.instances.map(organizerIn).find((party) => party !== null) ?? null;
  if (object === null || organizer === null || agentOf(organizer) !== 'SERVER') return null;
  const told = after === null ? declined(object, me) : answered(before, after, me);
  const [first] = told;
  const from = first === undefined ? null : attendeeIn(first.component, me);
  if (first === undefined || from === null) return null;
  const components = told.map((one) => replyOf(one, nowMs));
  const calendar = messageWith(object, 'REPLY', components);
  return {
    method: 'REPLY',
    to: organizer.address,
    from: from.address,
    calendar: after === null ? calendar : calendar.adding(Property.of(eachProperty, 'TRUE')),
  };
}

/** The whole copy went: all that was not declined or called off before. */
function declined(object: CalendarObject, me: ReadonlySet<string>): Told[] {
  const { master } = object;
  const concerned = master !== null && attendeeIn(master, me) !== null ? [master] : object.instances;
  return concerned.flatMap((component) => {
    const own = attendeeIn(component, me);
    if (own === null || partstatOf(own) === 'DECLINED' || isCancelled(component)) return [];
    return [{ component, attendee: declining(own.property) }];
  });
}

const declining = (own: Property): Property =>
  own.withParameter('PARTSTAT', 'DECLINED').withParameter('DELEGATED-TO', null);

function answered(before: CalendarObject | null, after: CalendarObject, me: ReadonlySet<string>): Told[] {
  const was = before === null ? new Map<string, Component>() : instancesByKey(before, before.zones());
  const is = instancesByKey(after, after.zones());
  const changed: Told[] = [];
  const others: Told[] = [];
  for (const [key, component] of is) {
    const own = attendeeIn(component, me);
    if (own === null || isCancelled(component)) continue;
    // A new override says what the series said before.
    const then = was.get(key) ?? was.get('');
    const asked = then === undefined ? null : attendeeIn(then, me);
    const same =
      then === undefined || asked === null
        ? partstatOf(own) === 'NEEDS-ACTION'
        : answerOf(asked.property, then) === answerOf(own.property, component);
    const silent = asked !== null && partstatOf(asked) === partstatOf(own);
    const attendee = silent ? withProgress(own.property, component, then) : own.property;
    (same && !isForced(component) ? others : changed).push({ component, attendee });
  }
  const told = [...changed, ...leftOut(before, after, me), ...comeBack(was, is, after, me)];
  // Who answers the series says what stays otherwise: else it would be taken for that answer too.
  const series = changed.some(({ component }) => component === after.master);
  return series ? [...told, ...others, ...stillOut(before, after, me)] : told;
}

/** Instances that the attendee takes out of their copy (RFC 6638 §3.2.2.1): declined. */
function leftOut(before: CalendarObject | null, after: CalendarObject, me: ReadonlySet<string>): Told[] {
  if (before?.master == null) return [];
  const was = instancesByKey(before, before.zones());
  const known = exceptionsOf(before.master, before.zones());
  return withoutThem(after, me, (key) => {
    const gone = was.get(key);
    return known.has(key) || (gone !== undefined && isCancelled(gone)) ? null : (gone ?? after.master);
  });
}

/** Those that were out before. */
function stillOut(before: CalendarObject | null, after: CalendarObject, me: ReadonlySet<string>): Told[] {
  const own = declinedIn(before?.master ?? null);
  return withoutThem(after, me, (key) => (own.has(key) ? after.master : null), true);
}

/** EXDATEs as answers; `from`: what was invited to there, null where it is no answer. `again`: it was answered so before. */
function withoutThem(
  object: CalendarObject,
  me: ReadonlySet<string>,
  from: (key: string) => Component | null,
  again = false,
): Told[] {
  const { master } = object;
  if (master === null) return [];
  const book = object.zones();
  const whole = master.without('EXDATE');
  const told: Told[] = [];
  for (const [key, { parameters, value }] of exceptionsOf(master, book)) {
    const invited = from(key);
    const own = invited && attendeeIn(invited, me);
    if (invited === null || own === null || (partstatOf(own) === 'DECLINED' && !again)) continue;
    const named = new Component(master.name, [new Property('RECURRENCE-ID', parameters, value)]);
    const instance = invited === master ? instanceOf(whole, named, book) : invited;
    if (instance !== null) told.push({ component: instance, attendee: declining(own.property) });
  }
  return told;
}

/** Instances that are again as the series says: answered as the series is. */
function comeBack(
  was: ReadonlyMap<string, Component>,
  is: ReadonlyMap<string, Component>,
  after: CalendarObject,
  me: ReadonlySet<string>,
): Told[] {
  const { master } = after;
  const own = master === null ? null : attendeeIn(master, me);
  const series = was.get('');
  if (master === null || own === null || series === undefined) return [];
  const zones = after.zones();
  const gone = [...was].filter(([key]) => !is.has(key)).map(([, component]) => component);
  // What was taken out, and stands apart again, was told with what stands.
  const off = calledOff(series, zones);
  const declinedThen = series
    .without('EXDATE')
    .mapping((property) => (property === attendeeIn(series, me)?.property ? declining(property) : property));
  const back = [...exceptionsOf(series, zones)]
    .filter(([key]) => !off.has(key) && !is.has(key))
    .map(([, { parameters, value }]) => declinedThen.with(new Property('RECURRENCE-ID', parameters, value)));
  return [...gone, ...back].flatMap((then) => {
    const before = attendeeIn(then, me);
    const instance = instanceOf(master, then, zones);
    if (before === null || instance === null || isCancelled(then)) return [];
    if (answerOf(before.property, then) === answerOf(own.property, master)) return [];
    return [{ component: instance.with(...then.properties('X-MYCO-TOLD')), attendee: own.property }];
  });
}

/** RFC 6638 §7.2 */
const isForced = (component: Component) =>
  component.property('ORGANIZER')?.parameter('SCHEDULE-FORCE-SEND')?.toUpperCase() === 'REPLY';

/** What of a component is its attendee's answer. */
const answerOf = (attendee: Property, component: Component) =>
  [
    attendee.parameter('PARTSTAT')?.toUpperCase() ?? 'NEEDS-ACTION',
    ...attendee.parameterValues('DELEGATED-TO'),
    ...progressOf(component),
    ...component.properties('COMMENT').map(({ value }) => value),
  ].join('\n');

/** RFC 5546 §3.2.3, §3.4.3: whose answer it is, to what, as the organiser counts. */
function replyOf({ component, attendee }: Told, nowMs: number): Component {
  const kept = new Set(
    'UID,RECURRENCE-ID,DTSTART,DTEND,DURATION,DUE,SUMMARY,COMMENT,ORGANIZER,PERCENT-COMPLETE,COMPLETED'.split(
      ',',
    ),
  );
  if (component.name === 'VTODO') kept.add('STATUS');
  const properties = component
    .properties()
    .filter(({ name }) => kept.has(name))
    .map((property) => (property.name === 'ORGANIZER' ? toldTo(property) : property));
  const { sequence } = toldOf(component);
  return new Component(component.name, [
    ...properties,
    ...(sequence === 0 ? [] : [Property.of('SEQUENCE', String(sequence))]),
    toldTo(attendee).withParameter('RSVP', null),
    Property.of('DTSTAMP', formatTime(utcTime(nowMs))),
    Property.of('REQUEST-STATUS', '2.0;Success'),
  ]);
}

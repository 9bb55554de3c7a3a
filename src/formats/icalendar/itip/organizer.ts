import { type Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { formatTime, utcTime } from '../values/time.ts';
import { agentOf, attendeesIn, type Party } from './people.ts';
import { instancesByKey, meaningOf, messageWith, sequenceOf, type View, viewOf } from './view.ts';

/** What an organiser says to one attendee. */
export interface OrganizerMessage {
  readonly method: 'REQUEST' | 'CANCEL';
  /** As `addressOf`. */
  readonly to: string;
  /** VCALENDAR with METHOD. */
  readonly calendar: Component;
  /** Only what others answered is new: worth telling to a server, not by mail. */
  readonly answersOnly: boolean;
}

/**
 * RFC 6638 §3.2.1: what has to be said after an organiser's object became another. Null before: it is new; null after: it
 * went. Nothing is said to attendees whose messages somebody else sends (SCHEDULE-AGENT), nor to those in `organizer`.
 */
export function organizerMessages(
  before: CalendarObject | null,
  after: CalendarObject | null,
  { organizer, nowMs }: { readonly organizer: ReadonlySet<string>; readonly nowMs: number },
): readonly OrganizerMessage[] {
  const parties = new Map<string, Party>();
  for (const object of [before, after]) {
    for (const component of object?.instances ?? []) {
      for (const party of attendeesIn(component)) parties.set(party.address, party);
    }
  }
  const messages: OrganizerMessage[] = [];
  for (const party of parties.values()) {
    if (organizer.has(party.address) || agentOf(party) !== 'SERVER') continue;
    const said = toOne(before, after, party.address, nowMs);
    if (said !== null) messages.push(said);
  }
  return messages;
}

function toOne(
  before: CalendarObject | null,
  after: CalendarObject | null,
  to: string,
  nowMs: number,
): OrganizerMessage | null {
  const was = before === null ? null : viewOf(before, to, before.zones());
  const is = after === null ? null : viewOf(after, to, after.zones());
  if (after === null || is === null) {
    if (before === null || was === null || isOver(was)) return null;
    const sequence = (key: string) => {
      const now = after === null ? null : (instancesByKey(after, after.zones()).get(key) ?? after.master);
      return now === null ? null : sequenceOf(now);
    };
    const components = [...(was.instances.has('') ? [['', was.instances.get('')] as const] : was.instances)];
    const cancelled = components.flatMap(([key, component]) =>
      component === undefined ? [] : [cancelOf(component, to, sequence(key), nowMs)],
    );
    return { method: 'CANCEL', to, calendar: messageWith(before, 'CANCEL', cancelled), answersOnly: false };
  }
  const forced = isForced(after, to);
  if (before === null || was === null) return request(after, is.instances.values(), to, false, nowMs);
  const withdrawn = is.instances.has('') ? [] : withdrawnFrom(was, is);
  const changed = changedIn(was, is, forced === 'REQUEST');
  if (withdrawn.length > 0 && changed.components.length === 0) {
    const cancelled = withdrawn.map((component) => cancelOf(component, to, null, nowMs));
    return { method: 'CANCEL', to, calendar: messageWith(before, 'CANCEL', cancelled), answersOnly: false };
  }
  if (changed.components.length === 0) return null;
  return request(after, changed.components, to, changed.answersOnly, nowMs);
}

function request(
  object: CalendarObject,
  components: Iterable<Component>,
  to: string,
  answersOnly: boolean,
  nowMs: number,
): OrganizerMessage {
  const stamped = [...components].map((component) => component.with(stamp(nowMs)));
  return { method: 'REQUEST', to, calendar: messageWith(object, 'REQUEST', stamped), answersOnly };
}

/** What is new for an attendee: single instances where the series is as it was, else all of it. */
function changedIn(was: View, is: View, forced: boolean): { components: Component[]; answersOnly: boolean } {
  const differs = (answers: boolean, key: string, now: Component) => {
    const then = was.instances.get(key);
    return then === undefined || meaningOf(then, answers) !== meaningOf(now, answers);
  };
  const changed: Component[] = [];
  let answersOnly = !forced;
  let whole = forced;
  for (const [key, now] of is.instances) {
    if (!differs(true, key, now)) continue;
    changed.push(now);
    if (differs(false, key, now)) answersOnly = false;
    if (key === '') whole = true;
  }
  for (const key of was.instances.keys()) {
    if (is.instances.has(key) || !is.instances.has('')) continue;
    // An instance is again as the series says, or not invited to any more.
    whole = true;
    answersOnly = false;
  }
  return { components: whole ? [...is.instances.values()] : changed, answersOnly };
}

const withdrawnFrom = (was: View, is: View): Component[] =>
  [...was.instances]
    .filter(([key]) => key !== '' && !is.instances.has(key))
    .map(([, component]) => component);

/** RFC 6638 §7.2 */
function isForced(object: CalendarObject, address: string): string | null {
  for (const component of object.instances) {
    const party = attendeesIn(component).find((one) => one.address === address);
    const forced = party?.property.parameter('SCHEDULE-FORCE-SEND');
    if (forced !== undefined) return forced.toUpperCase();
  }
  return null;
}

/** All of it was called off before. */
const isOver = (view: View) =>
  [...view.instances.values()].every((component) => component.text('STATUS')?.toUpperCase() === 'CANCELLED');

const stamp = (nowMs: number) => Property.of('DTSTAMP', formatTime(utcTime(nowMs)));

/** RFC 5546 §3.2.5: the attendee that it is for, and what says which appointment it was. */
function cancelOf(component: Component, to: string, sequence: number | null, nowMs: number): Component {
  const own = attendeesIn(component).find(({ address }) => address === to);
  const cancelled = component
    .without('ATTENDEE', 'RRULE', 'RDATE', 'EXDATE')
    .with(
      Property.of('STATUS', 'CANCELLED'),
      Property.of('SEQUENCE', String(Math.max(sequence ?? 0, sequenceOf(component) + 1))),
      stamp(nowMs),
    );
  return own === undefined ? cancelled : cancelled.adding(own.property);
}

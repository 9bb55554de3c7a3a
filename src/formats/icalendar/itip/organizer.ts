import { type Component, Property } from '../component.ts';
import type { CalendarObject } from '../object.ts';
import { formatTime, utcTime } from '../values/time.ts';
import { sequenceOf } from './notes.ts';
import { agentOf, organizerOf, type Party, toldTo } from './people.ts';
import { Invitation, meaningOf, messageWith, type View } from './view.ts';

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
  // RFC 6638 §7.1: who sends by themselves says so at the organiser, or at each attendee.
  const speaking = [after, before]
    .map((object) => object && organizerOf(object))
    .find((found) => found !== null);
  if (speaking !== undefined && speaking !== 'several' && agentOf(speaking) !== 'SERVER') return [];
  const was = before && new Invitation(before);
  const is = after && new Invitation(after);
  const parties = new Map([...(was?.parties() ?? []), ...(is?.parties() ?? [])]);
  const say = new Messages(nowMs);
  const messages: OrganizerMessage[] = [];
  for (const party of parties.values()) {
    if (organizer.has(party.address) || agentOf(party) !== 'SERVER') continue;
    const said = toOne(was, is, party, say);
    if (said !== null) messages.push(said);
  }
  return messages;
}

function toOne(
  before: Invitation | null,
  after: Invitation | null,
  party: Party,
  say: Messages,
): OrganizerMessage | null {
  const to = party.address;
  const was = before?.viewOf(to) ?? null;
  const is = after?.viewOf(to) ?? null;
  if (after === null || is === null) {
    if (before === null || was === null || isOver(was)) return null;
    const series = was.instances.get('');
    const off = series === undefined ? [...was.instances] : [['', series] as const];
    return say.cancel(before.object, off, party, after);
  }
  if (before === null || was === null)
    return say.request(after.object, [...is.instances.values()], to, false);
  const withdrawn = is.instances.has('') ? [] : withdrawnFrom(was, is);
  const changed = changedIn(before, was, after, is, to);
  if (changed.components.length > 0)
    return say.request(after.object, changed.components, to, changed.answersOnly);
  return withdrawn.length === 0 ? null : say.cancel(before.object, withdrawn, party, null);
}

/** Puts messages together; what several are told is one value. */
class Messages {
  readonly #stamp: Property;
  readonly #numbers = new Map<Component, number>();
  readonly #requests = new Map<string, Component>();

  constructor(nowMs: number) {
    this.#stamp = Property.of('DTSTAMP', formatTime(utcTime(nowMs)));
  }

  request(
    object: CalendarObject,
    components: readonly Component[],
    to: string,
    answersOnly: boolean,
  ): OrganizerMessage {
    const key = components.map((component) => this.#numberOf(component)).join();
    let calendar = this.#requests.get(key);
    if (calendar === undefined) {
      const stamped = components.map((component) => component.with(this.#stamp));
      calendar = messageWith(object, 'REQUEST', stamped);
      this.#requests.set(key, calendar);
    }
    return { method: 'REQUEST', to, calendar, answersOnly };
  }

  #numberOf(component: Component): number {
    const number = this.#numbers.get(component) ?? this.#numbers.size;
    this.#numbers.set(component, number);
    return number;
  }

  /** RFC 5546 §3.2.5: the attendee that it is for, and what says which appointment it was. */
  cancel(
    object: CalendarObject,
    instances: readonly (readonly [key: string, component: Component])[],
    { address: to, property }: Party,
    now: Invitation | null,
  ): OrganizerMessage {
    const cancelled = instances.map(([key, component]) =>
      component
        .without('ATTENDEE', 'RRULE', 'RDATE', 'EXDATE')
        .with(
          Property.of('STATUS', 'CANCELLED'),
          Property.of('SEQUENCE', String(Math.max(now?.sequence(key) ?? 0, sequenceOf(component) + 1))),
          this.#stamp,
        )
        .adding(toldTo(property)),
    );
    return { method: 'CANCEL', to, calendar: messageWith(object, 'CANCEL', cancelled), answersOnly: false };
  }
}

/** What is new for an attendee: single instances where the series is as it was, else all of it. */
function changedIn(
  before: Invitation,
  was: View,
  after: Invitation,
  is: View,
  to: string,
): { components: Component[]; answersOnly: boolean } {
  const forced = after.forced(to) === 'REQUEST';
  const series = was.instances.get('');
  const differs = (answers: boolean, key: string, now: Component) => {
    // An instance that is told apart from now on is compared with what the series said of it.
    const then = was.instances.get(key) ?? (series === undefined ? null : before.inSeries(series, key, now));
    return then === null || meaningOf(then, before.zones, answers) !== meaningOf(now, after.zones, answers);
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

const withdrawnFrom = (was: View, is: View) =>
  [...was.instances].filter(([key]) => key !== '' && !is.instances.has(key));

/** All of it was called off before. */
const isOver = (view: View) =>
  [...view.instances.values()].every((component) => component.text('STATUS')?.toUpperCase() === 'CANCELLED');

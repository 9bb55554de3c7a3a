import {
  attendeeIn,
  attendeeMessage,
  type BusyPeriod,
  type CalendarObject,
  type Component,
  formatTime,
  groupObject,
  instanceKey,
  instanceOf,
  type Occurrence,
  occurrences,
  Property,
  partstatOf,
  timeKey,
} from '../../formats/icalendar/index.ts';
import type { NewJob } from '../../stores/collections/index.ts';
import { busyOf } from './busy.ts';
import type { SchedulingHouse } from './house.ts';
import { jobsFor } from './jobs.ts';
import { roomDaysMax, roomInstancesMax } from './limits.ts';
import { shelvesOf } from './shelf.ts';
import { withInstances } from './status.ts';
import { placeOf } from './users.ts';

export interface RoomAnswer {
  readonly object: CalendarObject;
  readonly jobs: readonly NewJob[];
  /** It rests on the room's calendars as they were then. */
  readonly unmovedSince: number;
}

/**
 * What a room, or another resource, says to an invitation: yes where it is free, no where it is not; of a series that is
 * in the way of others now and then it declines those instances. Null: a person answers, or there is nothing to answer.
 */
export async function roomAnswers(
  house: SchedulingHouse,
  account: number,
  object: CalendarObject,
  self: ReadonlySet<string>,
): Promise<RoomAnswer | null> {
  const member = await house.accounts.member(account);
  if (member === null || house.typeOf(member.address) === 'INDIVIDUAL') return null;
  const isAsked = (component: Component) => {
    const own = attendeeIn(component, self);
    const over = component.text('STATUS')?.toUpperCase() === 'CANCELLED';
    return own !== null && !over && partstatOf(own) === 'NEEDS-ACTION';
  };
  if (!object.instances.some(isAsked)) return null;
  const nowMs = house.clock.nowMs();
  const window = { startMs: nowMs - dayMs, endMs: nowMs + roomDaysMax * dayMs };
  const { found } = occurrences(object, window, roomInstancesMax);
  const calendars = (await shelvesOf(house, account)).filter(({ kind }) => kind === 'calendar');
  const unmovedSince = Math.max(0, ...calendars.map(({ modseq }) => modseq));
  const busy = await busyOf(house, account, window, object.uid);
  const collides = ({ startMs, endMs }: Occurrence) => busy.some((period) => overlap(period, startMs, endMs));
  const zones = object.zones();
  const declined = new Set<string>();
  let free = found.length === 0 ? 1 : 0;
  for (const occurrence of found) {
    if (!collides(occurrence)) free++;
    else declined.add(`${occurrence.component} ${keyOf(occurrence, zones)}`);
  }
  const answered = withInstances(object, (component) => {
    if (!isAsked(component)) return component;
    if (component === object.master) return answer(component, self, free > 0 ? 'ACCEPTED' : 'DECLINED');
    const key = instanceKey(component, zones);
    const at = object.overrides.indexOf(component) + 1;
    return answer(component, self, declined.has(`${at} ${key}`) ? 'DECLINED' : 'ACCEPTED');
  });
  const apart = free > 0 ? apartFrom(answered, found.filter(collides), self) : [];
  const next =
    apart.length === 0
      ? answered
      : groupObject(answered.calendar.withComponents([...answered.calendar.components(), ...apart]));
  const message = attendeeMessage(object, next, { me: self, nowMs });
  const place = message && (await placeOf(house.accounts, message.to));
  if (message === null || place === null || place.kind === 'nobody' || place.kind === 'group')
    return { object: next, jobs: [], unmovedSince };
  const outside = new Set(place.kind === 'mail' ? [message.to] : []);
  return { object: next, jobs: jobsFor(message.from, [message], outside), unmovedSince };
}

const dayMs = 86_400_000;

const overlap = (period: BusyPeriod, startMs: number, endMs: number) =>
  period.startMs < endMs && period.endMs > startMs;

const keyOf = ({ recurrenceId }: Occurrence, zones: ReturnType<CalendarObject['zones']>) =>
  recurrenceId === null ? '' : timeKey(formatTime(recurrenceId), recurrenceId.zone, zones);

/** What people read of a refusal (RFC 5546 §3.2.3). */
const refused = Property.text('COMMENT', 'Not free at that time / Non disponible à cette heure');

function answer(component: Component, self: ReadonlySet<string>, partstat: string): Component {
  const own = attendeeIn(component, self)?.property;
  const answered = component.mapping((property) => {
    if (property === own) return property.withParameter('PARTSTAT', partstat).withParameter('RSVP', null);
    // The answer before is no answer to this.
    return property.name === 'COMMENT' && property.value === refused.value ? null : property;
  });
  return partstat === 'DECLINED' ? answered.adding(refused) : answered;
}

/** Instances of the series itself that collide, as overrides that say no. */
function apartFrom(
  object: CalendarObject,
  colliding: readonly Occurrence[],
  self: ReadonlySet<string>,
): readonly Component[] {
  const { master } = object;
  if (master === null) return [];
  const zones = object.zones();
  return colliding.flatMap(({ component, recurrenceId }) => {
    if (component !== 0 || recurrenceId === null) return [];
    const start = master.property('DTSTART');
    if (start === undefined) return [];
    const named = master.with(new Property('RECURRENCE-ID', start.parameters, formatTime(recurrenceId)));
    const instance = instanceOf(master, named, zones);
    return instance === null ? [] : [answer(instance, self, 'DECLINED')];
  });
}

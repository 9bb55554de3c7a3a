import {
  applyAdd,
  attendeeIn,
  attendeesIn,
  type CalendarObject,
  formatTime,
  newCalendar,
  organizerIn,
  organizerMessages,
  readTime,
  refreshedParameter,
  sequenceOf,
  utcTime,
  zonesIn,
} from '../../formats/icalendar/index.ts';
import { isOver } from './change.ts';
import type { Delivery, Outcome } from './deliver.ts';
import type { SchedulingHouse } from './house.ts';
import { jobsFor } from './jobs.ts';
import { refreshPauseMs } from './limits.ts';
import { organizerAddress, roleIn } from './role.ts';
import { announce, type Kept, keep, keptOf } from './shelf.ts';
import { withProperties } from './status.ts';
import { placeOf, selfIn } from './users.ts';

// What people say to each other about an appointment beside asking and answering (RFC 5546 §3.2.4, §3.2.6 to §3.2.8).

/** Both sides of a message as far as the receiver has the appointment; null where they have none, or are not who it is for. */
async function partOf(
  house: SchedulingHouse,
  { account, from }: Delivery,
  message: CalendarObject,
  role: 'organizer' | 'attendee',
): Promise<{ readonly kept: Kept; readonly self: ReadonlySet<string> } | null> {
  const kept = await keptOf(house, account, message.uid);
  if (kept === null) return null;
  const self = await selfIn(house.accounts, account, [message, kept.object]);
  if (roleIn(kept.object, self) !== role) return null;
  const speaks =
    role === 'organizer'
      ? kept.object.instances.some((component) => attendeeIn(component, new Set([from])) !== null)
      : organizerAddress(kept.object) === from &&
        message.instances.every((one) => organizerIn(one)?.address === from);
  return speaks ? { kept, self } : null;
}

/** COUNTER: an attendee proposes another time. Their organiser finds it in the inbox; what is done with it is theirs. */
export async function takeCounter(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  const { account, from } = delivery;
  const part = await partOf(house, delivery, message, 'organizer');
  const named = message.instances.every((one) => attendeesIn(one).some(({ address }) => address === from));
  if (part === null || !named) return 'refused';
  const latest = Math.min(...message.instances.map(sequenceOf));
  const { master } = part.kept.object;
  // What was proposed instead of a time that it is not at any more says nothing.
  if (master !== null && latest < sequenceOf(master)) return 'nothing-new';
  await announce(house, account, { message, from });
  return 'taken';
}

/** DECLINECOUNTER: the organiser does not want it so. */
export async function takeDeclineCounter(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  const part = await partOf(house, delivery, message, 'attendee');
  if (part === null) return 'refused';
  await announce(house, delivery.account, { message, from: delivery.from });
  return 'taken';
}

export async function takeAdd(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  const part = await partOf(house, delivery, message, 'attendee');
  if (part === null) return 'refused';
  const { kept, self } = part;
  const next = applyAdd(kept.object, message, self);
  if (next === null) return 'nothing-new';
  await keep(house, delivery.account, kept, next, { tag: 'new', news: { message, from: delivery.from } });
  return 'taken';
}

/** REFRESH: an attendee wants to be told all again; so often, and not at once again. */
export async function takeRefresh(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  const { account, from } = delivery;
  const part = await partOf(house, delivery, message, 'organizer');
  if (part === null) return 'refused';
  const { kept, self } = part;
  const nowMs = house.clock.nowMs();
  const stamp = formatTime(utcTime(nowMs));
  let due = true;
  const next = withProperties(kept.object, 'ATTENDEE', (property, component) => {
    if (attendeeIn(component, new Set([from]))?.property !== property) return property;
    const last = property.parameter(refreshedParameter);
    if (last !== undefined && nowMs - instantOf(last) < refreshPauseMs) due = false;
    return property.withParameter(refreshedParameter, stamp);
  });
  if (!due || isOver([kept.object], nowMs)) return 'nothing-new';
  const told = organizerMessages(null, kept.object, { organizer: self, nowMs }).filter(
    ({ to }) => to === from,
  );
  const place = await placeOf(house.accounts, from);
  const organizer = organizerAddress(kept.object);
  if (told.length === 0 || place.kind === 'nobody' || organizer === null) return 'refused';
  const jobs = jobsFor(organizer, told, new Set(place.kind === 'mail' ? [from] : []));
  await keep(house, account, kept, next, { tag: 'keep', jobs });
  return 'taken';
}

/** What the server wrote; whatever else a client wrote there is long ago. */
const instantOf = (stamp: string): number =>
  /^\d{8}T\d{6}Z$/.test(stamp) ? noZones.instantOf(readTime(stamp, null)) : 0;

const noZones = zonesIn(newCalendar());

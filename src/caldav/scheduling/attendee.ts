import {
  addressOf,
  attendeeMayNot,
  attendeeMessage,
  attendeesIn,
  type CalendarObject,
  delegatesAsked,
  instanceKey,
  instancesByKey,
  type Property,
  withNotes,
  writeCalendar,
} from '../../formats/icalendar/index.ts';
import type { NewJob } from '../../stores/collections/index.ts';
import { refusal } from '../conditions.ts';
import { type Change, isOver } from './change.ts';
import type { SchedulingHouse } from './house.ts';
import { jobsFor } from './jobs.ts';
import { withProperties, withStatus } from './status.ts';
import { placeOf, placesOf } from './users.ts';

/** Who was invited keeps their copy: the organiser hears their answer, and nothing else is theirs (RFC 6638 §3.2.2). */
export async function attendeeWrites(
  house: SchedulingHouse,
  change: Change & { readonly after: CalendarObject },
): Promise<{ readonly bytes: Buffer | null; readonly jobs: readonly NewJob[] }> {
  const { before, self } = change;
  const wrong = before === null ? null : attendeeMayNot(before, change.after, self);
  if (wrong !== null)
    throw refusal('allowed-attendee-scheduling-object-change', `the organiser’s to change: ${wrong}`);
  const after = before === null ? change.after : withNotes(before, withOthers(before, change.after, self));
  const { jobs, statuses } = await answer(house, { ...change, after });
  const told = withStatus(after, 'ORGANIZER', statuses);
  return { bytes: told === change.after ? null : Buffer.from(writeCalendar(told)), jobs };
}

/** What others are and answered is not an attendee's to say: an older copy does not bring back what it says of them. */
function withOthers(
  before: CalendarObject,
  after: CalendarObject,
  self: ReadonlySet<string>,
): CalendarObject {
  const was = instancesByKey(before, before.zones());
  const zones = after.zones();
  return withProperties(after, 'ATTENDEE', (property, component) => {
    const address = addressOf(property.value);
    const then = was.get(instanceKey(component, zones)) ?? was.get('');
    if (then === undefined || self.has(address)) return property;
    const known = attendeesIn(then).find((party) => party.address === address)?.property;
    return known === undefined || standingOf(known) === standingOf(property) ? property : known;
  });
}

const standingOf = (property: Property): string =>
  ['PARTSTAT', 'ROLE', 'DELEGATED-TO', 'DELEGATED-FROM']
    .map((name) => property.parameterValues(name).join())
    .join('\n');

export async function attendeeRemoves(house: SchedulingHouse, change: Change): Promise<readonly NewJob[]> {
  return (await answer(house, change)).jobs;
}

/** RFC 6638 §3.2.9. A group organises nothing. */
const statusOf = { member: '1.2', mail: '1.1', group: '3.7', nobody: '3.7' } as const;

/** What an attendee's change says to the organiser. */
export async function answer(
  house: SchedulingHouse,
  { before, after, self }: Change,
): Promise<{ readonly jobs: readonly NewJob[]; readonly statuses: ReadonlyMap<string, string> }> {
  const nowMs = house.clock.nowMs();
  const nothing = { jobs: [], statuses: new Map<string, string>() };
  const over = isOver([before, after], nowMs);
  if (over && after === null) return nothing;
  const message = attendeeMessage(before, after, { me: self, nowMs });
  if (message === null) return nothing;
  const to = addressOf(message.to);
  const place = await placeOf(house.accounts, to);
  if (over && place.kind === 'mail') return nothing;
  const statuses = new Map([[to, statusOf[place.kind]]]);
  if (place.kind === 'nobody' || place.kind === 'group') return { jobs: [], statuses };
  const jobs = jobsFor(message.from, [message], new Set(place.kind === 'mail' ? [to] : []));
  // An organiser who is here invites whom is delegated to as soon as they hear of it; another one may not.
  const asked = after === null || place.kind === 'member' ? [] : delegatesAsked(before, after, self);
  const places = await placesOf(
    house.accounts,
    asked.map((one) => one.to),
  );
  const reached = asked.filter((one) => (places.get(one.to)?.kind ?? 'nobody') !== 'nobody');
  const outside = new Set(reached.filter((one) => places.get(one.to)?.kind === 'mail').map((one) => one.to));
  return { jobs: [...jobs, ...jobsFor(message.from, reached, outside)], statuses };
}

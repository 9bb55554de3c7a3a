import {
  addressOf,
  attendeeMayNot,
  attendeeMessage,
  type CalendarObject,
  writeCalendar,
} from '../../formats/icalendar/index.ts';
import type { NewJob } from '../../stores/collections/index.ts';
import { refusal } from '../conditions.ts';
import { type Change, isOver } from './change.ts';
import type { SchedulingHouse } from './house.ts';
import { jobsFor } from './jobs.ts';
import { withStatus } from './status.ts';
import { placeOf } from './users.ts';

/** Who was invited keeps their copy: the organiser hears their answer, and nothing else is theirs (RFC 6638 §3.2.2). */
export async function attendeeWrites(
  house: SchedulingHouse,
  change: Change & { readonly after: CalendarObject },
): Promise<{ readonly bytes: Buffer | null; readonly jobs: readonly NewJob[] }> {
  const { before, after } = change;
  const wrong = before === null ? null : attendeeMayNot(before, after);
  if (wrong !== null)
    throw refusal('allowed-attendee-scheduling-object-change', `the organiser’s to change: ${wrong}`);
  const { jobs, statuses } = await answer(house, change);
  const told = withStatus(after, 'ORGANIZER', statuses);
  return { bytes: told === after ? null : Buffer.from(writeCalendar(told)), jobs };
}

export async function attendeeRemoves(house: SchedulingHouse, change: Change): Promise<readonly NewJob[]> {
  return (await answer(house, change)).jobs;
}

/** What an attendee's change says to the organiser. */
export async function answer(
  house: SchedulingHouse,
  { before, after, self }: Change,
): Promise<{ readonly jobs: readonly NewJob[]; readonly statuses: ReadonlyMap<string, string> }> {
  const nowMs = house.clock.nowMs();
  const nothing = { jobs: [], statuses: new Map<string, string>() };
  if (isOver([before, after], nowMs)) return nothing;
  const message = attendeeMessage(before, after, { me: self, nowMs });
  if (message === null) return nothing;
  const to = addressOf(message.to);
  const place = await placeOf(house.accounts, to);
  const statuses = new Map([[to, place.kind === 'nobody' ? '3.7' : place.kind === 'mail' ? '1.1' : '1.2']]);
  if (place.kind === 'nobody') return { jobs: [], statuses };
  return {
    jobs: jobsFor(message.from, [message], new Set(place.kind === 'mail' ? [to] : [])),
    statuses,
  };
}

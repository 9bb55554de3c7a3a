import {
  addressOf,
  answeredParameter,
  askedAnew,
  attendeesIn,
  type CalendarObject,
  type Component,
  instanceOf,
  instancesByKey,
  organizerMessages,
  progressParameter,
  refreshedParameter,
  whenOf,
  writeCalendar,
} from '../../formats/icalendar/index.ts';
import type { NewJob } from '../../stores/collections/index.ts';
import { type Change, isOver } from './change.ts';
import type { SchedulingHouse } from './house.ts';
import { jobsFor } from './jobs.ts';
import { organizerAddress } from './role.ts';
import { withInstances, withProperties, withStatus } from './status.ts';
import { type Place, placesOf } from './users.ts';

/** RFC 5546 §3.6, RFC 6638 §3.2.9 */
const statusOf = { member: '1.2', group: '1.2', mail: '1.1', nobody: '3.7' } as const satisfies Record<
  Place['kind'],
  string
>;

/** An organiser keeps their object: who is invited hears of it (RFC 6638 §3.2.1). */
export async function organizerWrites(
  house: SchedulingHouse,
  change: Change & { readonly after: CalendarObject },
  merge: boolean,
): Promise<{ readonly bytes: Buffer | null; readonly jobs: readonly NewJob[] }> {
  const { before } = change;
  const after = before === null ? change.after : withAnswers(before, counted(before, change), merge);
  const { jobs, statuses } = await tell(house, { ...change, after });
  const told = withStatus(after, 'ATTENDEE', statuses);
  return { bytes: told === change.after ? null : Buffer.from(writeCalendar(told)), jobs };
}

/** What is at another time than before is asked anew. */
function counted(
  before: CalendarObject,
  { after, self }: Change & { readonly after: CalendarObject },
): CalendarObject {
  const changed = askedAnew(before, after, self);
  return withInstances(after, (component) => changed.get(component) ?? component);
}

export async function organizerRemoves(house: SchedulingHouse, change: Change): Promise<readonly NewJob[]> {
  return (await tell(house, change)).jobs;
}

/** What is said of a change, and what became of it for each. */
export async function tell(
  house: SchedulingHouse,
  { before, after, self }: Change,
): Promise<{ readonly jobs: readonly NewJob[]; readonly statuses: ReadonlyMap<string, string> }> {
  const nowMs = house.clock.nowMs();
  const statuses = new Map<string, string>();
  // Who takes away all attendees often takes away the organiser too: those who were invited are told by whom they were.
  const from = (after && organizerAddress(after)) ?? (before && organizerAddress(before));
  const over = isOver([before, after], nowMs);
  if (from === null || (over && after === null)) return { jobs: [], statuses };
  const messages = organizerMessages(before, after, { organizer: self, nowMs });
  const places = await placesOf(
    house.accounts,
    messages.map(({ to }) => to),
  );
  const outside = new Set<string>();
  const sent = messages.filter(({ to, answersOnly }) => {
    const kind = places.get(to)?.kind ?? 'nobody';
    if (over && kind === 'mail') return false;
    if (!answersOnly) statuses.set(to, statusOf[kind]);
    if (kind === 'mail') outside.add(to);
    return kind === 'member' || (kind === 'mail' && !answersOnly);
  });
  return { jobs: jobsFor(from, sent, outside), statuses };
}

/** What the server notes of an attendee. */
const noted = [answeredParameter, progressParameter, refreshedParameter];

/**
 * Answers that came stay with what they are answers to: a client that does not know of one, as its schedule tag says
 * (`merge`), does not take it back (RFC 6638 §3.2.10), and what the server notes of them is not a client's to lose.
 */
function withAnswers(before: CalendarObject, after: CalendarObject, merge: boolean): CalendarObject {
  const zonesBefore = before.zones();
  const zones = after.zones();
  const was = instancesByKey(before, zonesBefore);
  const series = was.get('');
  const same = new Map<Component, Component>();
  for (const [key, component] of instancesByKey(after, zones)) {
    const then = was.get(key) ?? (series && instanceOf(series, component, zonesBefore));
    if (then != null && whenOf(then, zonesBefore) === whenOf(component, zones)) same.set(component, then);
  }
  return withProperties(after, 'ATTENDEE', (property, component) => {
    const then = same.get(component);
    if (then === undefined) return property;
    const address = addressOf(property.value);
    const old = attendeesIn(then).find((party) => party.address === address)?.property;
    if (old === undefined || noted.every((name) => old.parameter(name) === property.parameter(name)))
      return property;
    const kept = noted.reduce(
      (made, name) => made.withParameter(name, old.parameter(name) ?? null),
      property,
    );
    const known = old.parameter(answeredParameter) === property.parameter(answeredParameter);
    if (!merge || known) return kept;
    return kept.withParameter('PARTSTAT', old.parameter('PARTSTAT') ?? null).withParameter('RSVP', null);
  });
}

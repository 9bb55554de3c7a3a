import { createHash } from 'node:crypto';
import {
  type Component,
  oneCalendar,
  parseComponents,
  writeComponent,
} from '../../formats/icalendar/index.ts';
import type { NewJob } from '../../stores/collections/index.ts';

/** The UID of a message as text. */
export const uidIn = (calendar: string): string => uidOf(oneCalendar(parseComponents(calendar)));

/** Jobs of this folder. */
export const jobKind = 'itip';

/** A scheduling message on its way, as a job keeps it. */
export interface Posted {
  /** Whom it speaks for, as `addressOf`. */
  readonly from: string;
  readonly to: readonly string[];
  /** VCALENDAR with METHOD, as text. */
  readonly calendar: string;
  /** It tells others' answers alone: to members here, and not as news. */
  readonly quiet: boolean;
  /** It came by mail; the account of the job is whom it came to. Otherwise that is who sends it. */
  readonly arrived: boolean;
}

/**
 * What is said about one object reaches everybody in the order in which it was said. Jobs of all who are told are of one
 * lane; who could not be told goes on in a lane of their own, and nobody else waits.
 */
export const laneOf = (uid: string): string => createHash('sha256').update(uid).digest('hex').slice(0, 32);
export const laneBeside = (lane: string, receiver: string): string => `${lane} ${receiver}`;
export const isShared = (lane: string): boolean => lane !== '' && !lane.includes(' ');
/** What came by mail waits for nothing that its receiver says. */
export const laneOfArrived = (uid: string): string => laneBeside(laneOf(uid), 'arrived');

export const uidOf = (calendar: Component): string =>
  calendar
    .components()
    .find(({ name }) => name !== 'VTIMEZONE')
    ?.text('UID') ?? '';

/** Messages that say the same to several are one job. */
export function jobsFor(
  from: string,
  messages: readonly { readonly to: string; readonly calendar: Component; readonly answersOnly?: boolean }[],
  outside: ReadonlySet<string>,
): readonly NewJob[] {
  const same = new Map<string, Posted & { readonly to: string[] }>();
  const texts = new Map<Component, string>();
  for (const { to, calendar, answersOnly = false } of messages) {
    const text = texts.get(calendar) ?? writeComponent(calendar);
    texts.set(calendar, text);
    const known = same.get(`${answersOnly}${text}`);
    if (known) known.to.push(to);
    else
      same.set(`${answersOnly}${text}`, {
        from,
        to: [to],
        calendar: text,
        quiet: answersOnly,
        arrived: false,
      });
  }
  const [first] = messages;
  const lane = first === undefined ? '' : laneOf(uidOf(first.calendar));
  return [...same.values()].map((posted) =>
    jobOf(posted, { lane, outward: !posted.quiet && posted.to.some((to) => outside.has(to)) }),
  );
}

/** Once and not twice, however often its cause is tried again. */
export function jobOf(posted: Posted, how: Pick<NewJob, 'lane' | 'outward' | 'dueMs'>): NewJob {
  const key = createHash('sha256').update(JSON.stringify(posted)).digest('hex');
  return { kind: jobKind, key, payload: posted, ...how };
}

/** What a job holds; null where it is none of ours. */
export function readPosted(payload: unknown): Posted | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { from, to, calendar, quiet, arrived } = payload as Record<string, unknown>;
  if (typeof from !== 'string' || typeof calendar !== 'string' || !Array.isArray(to)) return null;
  if (!to.every((address) => typeof address === 'string')) return null;
  return { from, to, calendar, quiet: quiet === true, arrived: arrived === true };
}

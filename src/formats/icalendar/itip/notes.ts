import { createHash } from 'node:crypto';
import { type Component, Property } from '../component.ts';
import { type CalendarObject, groupObject } from '../object.ts';
import { localMsOf, readTime } from '../values/time.ts';
import type { ZoneBook } from '../zones/book.ts';
import { instanceKey, instancesByKey } from './instance.ts';
import { type Exception, exceptionsOf } from './when.ts';

/**
 * What the server notes in an attendee's copy: what the organiser said last, and which instances the attendee took out. It is
 * written by the server alone; whatever a client makes of it is put back.
 */
const told = 'X-MYCO-TOLD';
const declined = 'X-MYCO-DECLINED';
export const noteNames: ReadonlySet<string> = new Set([told, declined]);

/** How an organiser counts what they say (RFC 5546 §2.1.5). */
export interface Stamp {
  readonly sequence: number;
  /** DTSTAMP, milliseconds since 1970; 0: it says none. */
  readonly stampMs: number;
  /** Of what it said: two messages of one second are told apart. '': that is not known. */
  readonly digest: string;
}

/** SEQUENCE (RFC 5545 §3.8.7.4). */
export function sequenceOf(component: Component): number {
  return counted(component.property('SEQUENCE')?.value);
}

function counted(text: string | undefined): number {
  const number = Number(text ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** What a component of a message says of itself. */
export function stampOf(component: Component, digest = ''): Stamp {
  const stamp = component.property('DTSTAMP')?.value;
  return {
    sequence: sequenceOf(component),
    stampMs: stamp === undefined ? 0 : localMsOf(readTime(stamp, null)),
    digest,
  };
}

/** What the organiser said last of a component of a copy; its own SEQUENCE and DTSTAMP, which clients change, where nothing was noted. */
export function toldOf(component: Component): Stamp {
  const [sequence, stampMs, digest = ''] = component.property(told)?.value.split(';') ?? [];
  if (sequence === undefined || stampMs === undefined) return stampOf(component);
  return { sequence: counted(sequence), stampMs: counted(stampMs), digest };
}

export const withTold = (component: Component, { sequence, stampMs, digest }: Stamp): Component =>
  component.with(Property.of(told, [sequence, stampMs, digest].join(';')));

/** < 0: `a` was said before `b`. */
export const compareStamps = (a: Stamp, b: Stamp): number => a.sequence - b.sequence || a.stampMs - b.stampMs;

export const digestOfMeaning = (meaning: string): string =>
  createHash('sha256').update(meaning).digest('base64url').slice(0, 16);

/**
 * Instances that the attendee took out of their copy (RFC 6638 §3.2.2.1): `timeKey`, and the SEQUENCE of what they declined by
 * that.
 */
export function declinedIn(master: Component | null): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const entry of master?.property(declined)?.value.split(',') ?? []) {
    const [key = '', sequence] = entry.split('/');
    if (key !== '') found.set(key, counted(sequence));
  }
  return found;
}

export function withDeclined(master: Component, keys: ReadonlyMap<string, number>): Component {
  const value = [...keys].map(([key, sequence]) => `${key}/${sequence}`).sort();
  return value.length === 0 ? master.without(declined) : master.with(Property.of(declined, value.join()));
}

/** What of EXDATE is the organiser's. */
export function calledOff(master: Component | null, zones: ZoneBook): Map<string, Exception> {
  const all = new Map(master === null ? [] : exceptionsOf(master, zones));
  for (const key of declinedIn(master).keys()) all.delete(key);
  return all;
}

/**
 * An attendee's copy as their client wrote it, with what the server notes. `before` null: what it says is what the organiser
 * said.
 */
export function withNotes(before: CalendarObject | null, after: CalendarObject): CalendarObject {
  if (before === null) return after;
  const zones = after.zones();
  const was = instancesByKey(before, before.zones());
  const series = was.get('');
  const off = calledOff(before.master, before.zones());
  const noted = new Map<Component, Component>();
  for (const component of after.instances) {
    const then = was.get(instanceKey(component, zones));
    const known = then === undefined ? series && { ...toldOf(series), digest: '' } : toldOf(then);
    let next = withTold(component, known ?? stampOf(component));
    if (component === after.master) {
      const known = declinedIn(before.master);
      const sequence = (key: string) =>
        known.get(key) ?? toldOf(was.get(key) ?? series ?? component).sequence;
      const own = [...exceptionsOf(component, zones).keys()].filter((key) => !off.has(key));
      next = withDeclined(next, new Map(own.map((key) => [key, sequence(key)])));
    }
    if (!sameNotes(component, next)) noted.set(component, next);
  }
  if (noted.size === 0) return after;
  const components = after.calendar.components().map((component) => noted.get(component) ?? component);
  return groupObject(after.calendar.withComponents(components));
}

const sameNotes = (a: Component, b: Component): boolean =>
  [...noteNames].every((name) => {
    const [mine, ...more] = a.properties(name);
    return more.length === 0 && mine?.value === b.property(name)?.value;
  });

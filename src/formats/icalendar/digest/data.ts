import { isAbsolute } from '../check.ts';
import type { Component, Property } from '../component.ts';
import { alarmRepeatsMax, statusesKeptMax } from '../limits.ts';
import type { ObjectKind } from '../object.ts';
import type { WrittenTime } from '../types.ts';
import { type Duration, durationMs, readDuration } from '../values/duration.ts';
import { readPeriod } from '../values/period.ts';
import { formatTime, readTime, timeOf } from '../values/time.ts';

/** `20260131T100000@Europe/Paris`, `20260131T100000Z`, `20260131T100000`, `20260131`. */
export type TimeText = string;
/** [days, milliseconds] */
export type DurationPair = readonly [number, number];

/** A rule without COUNT: that is counted once. `until`: on the master's own clock, `untilInstant`: exact; both milliseconds. */
export interface RuleData {
  readonly rule: string;
  readonly until?: number;
  readonly untilInstant?: number;
}

export interface AlarmData {
  /** Related to the start, to the end, or at an instant. */
  readonly to: 's' | 'e' | 'a';
  readonly offset?: DurationPair;
  readonly at?: number;
  readonly repeat?: number;
  readonly everyMs?: number;
}

/** What questions of time need of one component. Short names: it is kept with each item. */
export interface ComponentData {
  /** Start, end (DTEND or DUE), duration. */
  readonly s?: TimeText;
  readonly e?: TimeText;
  readonly d?: DurationPair;
  /** RRULE, EXRULE, RDATE (with how long each lasts, if it says), EXDATE. */
  readonly r?: readonly RuleData[];
  readonly n?: readonly RuleData[];
  readonly p?: readonly (TimeText | readonly [TimeText, TimeText | DurationPair])[];
  readonly x?: readonly TimeText[];
  /** RECURRENCE-ID; `f`: this and all that follow. */
  readonly i?: TimeText;
  readonly f?: 1;
  /** TRANSP is TRANSPARENT. */
  readonly t?: 1;
  /** STATUS and CLASS in upper case, where they are not what is meant without them. */
  readonly st?: string;
  readonly cl?: string;
  readonly a?: readonly AlarmData[];
  /** COMPLETED and CREATED. */
  readonly co?: TimeText;
  readonly cr?: TimeText;
  /** FREEBUSY: from, to (milliseconds), FBTYPE. */
  readonly fb?: readonly (readonly [number, number, string])[];
  /** VAVAILABILITY: BUSYTYPE, PRIORITY, its AVAILABLE components. */
  readonly bt?: string;
  readonly pr?: number;
  readonly av?: readonly ComponentData[];
  /** UID, of AVAILABLE. */
  readonly u?: string;
  /** Attendees who did not accept: address, PARTSTAT. */
  readonly pa?: readonly (readonly [string, string])[];
}

/** What `ObjectIndex.digest` holds as JSON. */
export interface DigestData {
  readonly v: 1;
  readonly k: ObjectKind;
  /** The master, or null, then the overrides. */
  readonly c: readonly (ComponentData | null)[];
  /** Zones by TZID where the TZID alone does not say it: a name of the system's, or a VTIMEZONE. */
  readonly z?: Readonly<Record<string, string>>;
}

export function timeText(time: WrittenTime): TimeText {
  const text = formatTime(time);
  return time.zone === null || time.zone === 'UTC' ? text : `${text}@${time.zone}`;
}

export function timeOfText(text: TimeText): WrittenTime {
  const at = text.indexOf('@');
  return at === -1 ? readTime(text, null) : readTime(text.slice(0, at), text.slice(at + 1));
}

type Listed = 'r' | 'n' | 'p' | 'x' | 'fb' | 'pa';
type Draft = {
  -readonly [K in keyof Omit<ComponentData, Listed>]: Omit<ComponentData, Listed>[K];
} & {
  r?: RuleData[];
  n?: RuleData[];
  p?: (TimeText | readonly [TimeText, TimeText | DurationPair])[];
  x?: TimeText[];
  fb?: (readonly [number, number, string])[];
  pa?: (readonly [string, string])[];
};

/** Rules are left as they are written, COUNT included: who knows the zones settles them. */
export function componentData(component: Component, instantOf: (time: WrittenTime) => number): ComponentData {
  const data: Draft = {};
  for (const property of component.properties()) takeProperty(data, property, instantOf);
  const alarms = component.components('VALARM').flatMap((alarm) => alarmData(alarm, instantOf));
  if (alarms.length > 0) data.a = alarms;
  const available = component
    .components('AVAILABLE')
    .map((part) => ({ ...componentData(part, instantOf), u: part.text('UID') ?? '' }));
  if (available.length > 0) data.av = available;
  return data;
}

function takeProperty(data: Draft, property: Property, instantOf: (time: WrittenTime) => number): void {
  const { name, value } = property;
  const time = () => timeText(timeOf(property));
  if (name === 'DTSTART') data.s ??= time();
  else if (name === 'DTEND' || name === 'DUE') data.e ??= time();
  else if (name === 'DURATION') data.d ??= pair(readDuration(value));
  else if (name === 'RRULE') push(data, 'r', [{ rule: value }]);
  else if (name === 'EXRULE') push(data, 'n', [{ rule: value }]);
  else if (name === 'RDATE') push(data, 'p', addedTimes(property));
  else if (name === 'EXDATE') push(data, 'x', excluded(property));
  else if (name === 'RECURRENCE-ID') {
    data.i ??= time();
    if (property.parameter('RANGE')?.toUpperCase() === 'THISANDFUTURE') data.f = 1;
  } else if (name === 'TRANSP') {
    if (value.trim().toUpperCase() === 'TRANSPARENT') data.t = 1;
  } else if (name === 'STATUS') data.st = word(value);
  else if (name === 'CLASS') {
    if (word(value) !== 'PUBLIC') data.cl = word(value);
  } else if (name === 'COMPLETED') data.co ??= time();
  else if (name === 'CREATED') data.cr ??= time();
  else if (name === 'ATTENDEE') takeAttendee(data, property);
  else if (name === 'BUSYTYPE') data.bt = word(value);
  else if (name === 'PRIORITY') data.pr = Number.parseInt(value, 10) || 0;
  else if (name === 'FREEBUSY') push(data, 'fb', busyTimes(property, instantOf));
}

/** One by one: an object may have its dates in thousands of properties. */
function push<Key extends Listed>(data: Draft, key: Key, more: NonNullable<Draft[Key]>): void {
  const list: unknown[] | undefined = data[key];
  if (list === undefined) data[key] = more;
  else for (const each of more) list.push(each);
}

/** RFC 5545 §3.2.12: without PARTSTAT nothing was said yet. */
function takeAttendee(data: Draft, property: Property): void {
  const status = word(property.parameter('PARTSTAT') ?? 'NEEDS-ACTION');
  const open = status === 'DECLINED' || status === 'TENTATIVE' || status === 'NEEDS-ACTION';
  if (!open || (data.pa?.length ?? 0) >= statusesKeptMax) return;
  push(data, 'pa', [
    [
      property.value
        .trim()
        .toLowerCase()
        .replace(/^mailto:/, ''),
      status,
    ],
  ]);
}

const wordCharactersMax = 32;
const word = (value: string) => value.trim().toUpperCase().slice(0, wordCharactersMax);

function pair({ days, ms }: Duration): DurationPair {
  return [days, ms];
}

function addedTimes(property: Property): (TimeText | readonly [TimeText, TimeText | DurationPair])[] {
  const tzid = property.parameter('TZID') ?? null;
  return property.value.split(',').map((text) => {
    if (!text.includes('/')) return timeText(readTime(text, tzid));
    const { start, end } = readPeriod(text, tzid);
    return [timeText(start), 'year' in end ? timeText(end) : pair(end)] as const;
  });
}

function excluded(property: Property): TimeText[] {
  const tzid = property.parameter('TZID') ?? null;
  return property.value.split(',').map((text) => timeText(readTime(text, tzid)));
}

function busyTimes(
  property: Property,
  instantOf: (time: WrittenTime) => number,
): (readonly [number, number, string])[] {
  const type = property.parameter('FBTYPE')?.toUpperCase() ?? 'BUSY';
  return property.value.split(',').map((text) => {
    const { start, end } = readPeriod(text, null);
    const startMs = instantOf(start);
    return [startMs, 'year' in end ? instantOf(end) : startMs + durationMs(end), type] as const;
  });
}

function alarmData(alarm: Component, instantOf: (time: WrittenTime) => number): AlarmData[] {
  const trigger = alarm.property('TRIGGER');
  if (trigger === undefined) return [];
  const duration = alarm.property('DURATION');
  const repeat = Math.min(Number.parseInt(alarm.property('REPEAT')?.value ?? '0', 10) || 0, alarmRepeatsMax);
  const everyMs = duration ? durationMs(readDuration(duration.value)) : 0;
  const again = repeat > 0 && everyMs > 0 ? { repeat, everyMs } : {};
  if (isAbsolute(trigger)) return [{ to: 'a', at: instantOf(readTime(trigger.value, null)), ...again }];
  const to = trigger.parameter('RELATED')?.toUpperCase() === 'END' ? 'e' : 's';
  return [{ to, offset: pair(readDuration(trigger.value)), ...again }];
}

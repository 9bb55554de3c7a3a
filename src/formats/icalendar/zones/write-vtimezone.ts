import { Recent } from '../../../base/index.ts';
import { Component, Property } from '../component.ts';
import { zoneTextsKeptMax } from '../limits.ts';
import { dateOfDay, dayMs, dayNumber, daysInMonth, weekdayOf } from '../values/days.ts';
import { formatOffset } from '../values/offset.ts';
import { formatTime, timeOfLocalMs } from '../values/time.ts';
import { resolveZone } from './aliases.ts';
import type { Zone } from './zone.ts';

/** Changes are written from here on, and as rules for ever after what is the same until the last year. */
const fromYear = 1970;
const untilYear = 2037;

interface Change {
  readonly atMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** On the clock before it. */
  readonly localMs: number;
  readonly year: number;
  /** Offsets and time of day: what those of one rule have in common. */
  readonly pattern: string;
}

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const kept = new Recent<string, Component>(zoneTextsKeptMax * 2);

/**
 * A VTIMEZONE for a zone of the system, under the name that was asked for: what RFC 7809 §3.1.6 adds where a client wants it, right
 * for every time from 1970 on. Null: the name is unknown.
 */
export function vtimezoneOf(tzid: string): Component | null {
  const found = kept.get(tzid);
  if (found !== undefined) return found;
  const zone = resolveZone(tzid);
  if (zone === null) return null;
  const made = write(tzid, zone);
  kept.set(tzid, made);
  return made;
}

function write(tzid: string, zone: Zone): Component {
  const changes = changesOf(zone);
  const startMs = dayNumber(fromYear, 1, 1) * dayMs;
  const first = zone.offsetAt(startMs);
  const least = standardOffsets(changes, first);
  const parts = [observance(first, first, startMs + first, [], least)];
  for (const run of runsOf(changes)) {
    const [head] = run.changes;
    if (head === undefined) continue;
    const more: Property[] = [];
    if (run.rule !== null) more.push(Property.of('RRULE', run.rule));
    else if (run.changes.length > 1) {
      const rest = run.changes.slice(1).map(({ localMs }) => formatTime(timeOfLocalMs(localMs, null)));
      more.push(Property.of('RDATE', rest.join(',')));
    }
    parts.push(observance(head.fromMs, head.toMs, head.localMs, more, least));
  }
  return new Component('VTIMEZONE', [Property.text('TZID', tzid)], parts);
}

/** A clock is on daylight time where it was set ahead of what it was within the last year. */
function standardOffsets(changes: readonly Change[], first: number): ReadonlyMap<number, boolean> {
  const daylight = new Map<number, boolean>([[first, false]]);
  for (const { fromMs, toMs } of changes) if (!daylight.has(toMs)) daylight.set(toMs, toMs > fromMs);
  return daylight;
}

function observance(
  fromMs: number,
  toMs: number,
  localMs: number,
  more: readonly Property[],
  daylight: ReadonlyMap<number, boolean>,
): Component {
  return new Component(daylight.get(toMs) === true ? 'DAYLIGHT' : 'STANDARD', [
    Property.of('TZOFFSETFROM', formatOffset(fromMs)),
    Property.of('TZOFFSETTO', formatOffset(toMs)),
    Property.of('DTSTART', formatTime(timeOfLocalMs(localMs, null))),
    ...more,
  ]);
}

/** Every change of a zone, to the second. */
function changesOf(zone: Zone): Change[] {
  const changes: Change[] = [];
  const end = dayNumber(untilYear + 1, 1, 1) * dayMs;
  let at = dayNumber(fromYear, 1, 1) * dayMs;
  while (at < end) {
    const next = at + dayMs;
    const before = zone.offsetAt(at);
    if (zone.offsetAt(next) !== before) {
      let low = at / 1000;
      let high = next / 1000;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (zone.offsetAt(middle * 1000) === before) low = middle;
        else high = middle;
      }
      changes.push(changeAt(high * 1000, before, zone.offsetAt(high * 1000)));
    }
    at = next;
  }
  return changes;
}

function changeAt(atMs: number, fromMs: number, toMs: number): Change {
  const localMs = atMs + fromMs;
  const days = Math.floor(localMs / dayMs);
  const { year } = dateOfDay(days);
  return { atMs, fromMs, toMs, localMs, year, pattern: `${fromMs} ${toMs} ${localMs - days * dayMs}` };
}

interface Run {
  readonly changes: readonly Change[];
  /** Null: one by one. */
  readonly rule: string | null;
}

/** As a rule may say it: the nth weekday of a month, the last one, or the first at or after a day of it. */
function waysToSay(change: Change): readonly string[] {
  const days = Math.floor(change.localMs / dayMs);
  const { year, month, day } = dateOfDay(days);
  const weekday = weekdays[weekdayOf(days)] ?? '';
  const nth = `FREQ=YEARLY;BYMONTH=${month};BYDAY=${Math.ceil(day / 7)}${weekday}`;
  const ways = [nth];
  if (day + 7 > daysInMonth(year, month)) ways.unshift(`FREQ=YEARLY;BYMONTH=${month};BYDAY=-1${weekday}`);
  for (let first = Math.max(1, day - 6); first <= day && first + 6 <= 28; first++) {
    const list = Array.from({ length: 7 }, (_, more) => first + more).join(',');
    ways.push(`FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${list};BYDAY=${weekday}`);
  }
  ways.push(`FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${day}`);
  return ways;
}

/** Changes that a rule says for years in a row; what is left over is said one by one. */
function runsOf(changes: readonly Change[]): Run[] {
  const runs: Run[] = [];
  const left = [...changes];
  while (left.length > 0) {
    const head = left[0];
    if (head === undefined) break;
    let best: { readonly rule: string; readonly run: readonly Change[] } | null = null;
    for (const rule of waysToSay(head)) {
      const run = [head];
      for (let year = head.year + 1; year <= untilYear; year++) {
        const next = left.find(
          (each) => each.year === year && each.pattern === head.pattern && waysToSay(each).includes(rule),
        );
        if (next === undefined) break;
        run.push(next);
      }
      if (best === null || run.length > best.run.length) best = { rule, run };
    }
    const run = best === null || best.run.length < 3 ? [head] : best.run;
    for (const change of run) left.splice(left.indexOf(change), 1);
    runs.push({ changes: run, rule: best === null || run.length < 3 ? null : ruleUntil(best.rule, run) });
  }
  return together(runs);
}

/** UNTIL is an instant here (RFC 5545 §3.8.5.3), or absent where it goes on. */
function ruleUntil(rule: string, run: readonly Change[]): string {
  const last = run.at(-1);
  if (last === undefined || last.year === untilYear) return rule;
  return `${rule};UNTIL=${formatTime(timeOfLocalMs(last.atMs, 'UTC'))}`;
}

/** Single changes that say the same become one part with RDATEs. */
function together(runs: readonly Run[]): Run[] {
  const made: Run[] = [];
  const singles = new Map<string, Change[]>();
  for (const { changes, rule } of runs) {
    const [head] = changes;
    if (rule !== null || head === undefined) {
      made.push({ changes, rule });
      continue;
    }
    const key = `${head.fromMs} ${head.toMs}`;
    const same = singles.get(key);
    if (same) same.push(head);
    else {
      const list = [head];
      singles.set(key, list);
      made.push({ changes: list, rule: null });
    }
  }
  return made;
}

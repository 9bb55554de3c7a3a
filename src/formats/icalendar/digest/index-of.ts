import type { Component } from '../component.ts';
import { countedStepsMax } from '../limits.ts';
import { managedIdsIn } from '../managed.ts';
import type { CalendarObject } from '../object.ts';
import { lastOfCount } from '../recur/count.ts';
import { Steps, within } from '../recur/steps.ts';
import { RuleWalk } from '../recur/walk.ts';
import type { ObjectIndex, WrittenTime } from '../types.ts';
import { dayMs, hourMs } from '../values/days.ts';
import { readRule } from '../values/rule.ts';
import { localMsOf } from '../values/time.ts';
import { writtenZone, type ZoneBook } from '../zones/book.ts';
import { utcZone, type Zone } from '../zones/zone.ts';
import { boundsOf } from './bounds.ts';
import { type ComponentData, componentData, type DigestData, type RuleData, timeOfText } from './data.ts';

/** What is kept of an object so that it need not be read again. `floating`: what times without a zone mean; they leave room anyway. */
export function indexOf(object: CalendarObject, floating: Zone = utcZone): ObjectIndex {
  const zones = object.zones(floating);
  const data = digestOf(object, zones);
  return {
    uid: object.uid,
    component: object.kind,
    ...boundsOf(data, zones),
    digest: JSON.stringify(data),
    attachments: managedIdsIn(object.calendar),
  };
}

/** The digest before it is text. */
export function digestOf(object: CalendarObject, zones: ZoneBook): DigestData {
  const instantOf = (time: WrittenTime) => zones.instantOf(time);
  const looked: Looked = { counted: whole(), tried: whole() };
  const made = (component: Component) => settle(componentData(component, instantOf), zones, looked);
  const data: DigestData = {
    v: 1,
    k: object.kind,
    c: [object.master === null ? null : made(object.master), ...object.overrides.map(made)],
  };
  const z = zonesFor(object);
  return z === null ? data : { ...data, z };
}

/** What it takes to count what COUNT says, and to find out that a rule never fires, in the whole object. */
interface Looked {
  readonly counted: Steps;
  readonly tried: Steps;
}

const whole = () => new Steps(countedStepsMax, countedStepsMax);

/** Rules lose their COUNT and gain an end; those that never fire go. */
function settle(data: ComponentData, zones: ZoneBook, looked: Looked): ComponentData {
  const settled = { ...data };
  if (data.av !== undefined) settled.av = data.av.map((part) => settle(part, zones, looked));
  const text = data.s ?? data.e;
  if (text === undefined || (data.r === undefined && data.n === undefined)) return settled;
  const start = timeOfText(text);
  const rules = (list: readonly RuleData[]) =>
    list.flatMap(({ rule }) => settleRule(rule, start, zones, looked));
  if (data.r !== undefined) settled.r = rules(data.r);
  if (data.n !== undefined) settled.n = rules(data.n);
  return settled;
}

const countPart = /;?COUNT=[^;]*/i;
const untilPart = /;?UNTIL=[^;]*/i;

function settleRule(
  text: string,
  start: WrittenTime,
  zones: ZoneBook,
  { counted, tried }: Looked,
): readonly RuleData[] {
  const rule = readRule(text);
  const startMs = localMsOf(start);
  const plain = text.trim().toUpperCase().replace(countPart, '').replace(untilPart, '').replace(/^;/, '');
  if (rule.count !== null) {
    const lastMs = within(() => lastOfCount(rule, startMs, counted), undefined);
    if (lastMs === undefined) return [{ rule: plain }];
    return lastMs === null ? [] : [{ rule: plain, until: lastMs }];
  }
  const walk = new RuleWalk(rule, startMs, Number.POSITIVE_INFINITY, tried);
  if (within(() => walk.next(), startMs) === null) return [];
  if (rule.until === null) return [{ rule: plain }];
  const end = rule.until;
  const endMs = localMsOf(end);
  // A day means all of it; a time where the master is of days means its day.
  if (end.allDay) return [{ rule: plain, until: endMs + dayMs - 1000 }];
  if (end.zone !== 'UTC' || start.allDay) return [{ rule: plain, until: endMs }];
  const here = zones.timeAt(endMs, start);
  return [{ rule: plain, until: localMsOf(here) + 3 * hourMs, untilInstant: endMs }];
}

/** What a TZID means where it is not plainly a name of the system's. */
function zonesFor(object: CalendarObject): Readonly<Record<string, string>> | null {
  const used = new Set<string>();
  let earliestMs = Number.POSITIVE_INFINITY;
  const look = (component: Component) => {
    for (const property of component.properties()) {
      const tzid = property.parameter('TZID');
      if (tzid === undefined) continue;
      used.add(tzid);
      const year = Number(property.value.slice(0, 4));
      if (year >= 0) earliestMs = Math.min(earliestMs, Date.UTC(year, 0, 1) - dayMs);
    }
    for (const inner of component.components()) look(inner);
  };
  for (const component of object.instances) look(component);
  if (used.size === 0) return null;
  const said: Record<string, string> = {};
  for (const component of object.vtimezones) {
    const tzid = component.text('TZID');
    if (tzid === undefined || !used.has(tzid) || Object.hasOwn(said, tzid)) continue;
    const { zone, system, text } = writtenZone(component);
    if (system === null || system.fromMs > earliestMs) said[tzid] = text;
    else if (system.zone.id !== zone.id) said[tzid] = system.zone.id;
  }
  return Object.keys(said).length === 0 ? null : said;
}

import { endOf, type Moment } from '../recur/series.ts';
import { dayMs } from '../values/days.ts';
import { durationMs } from '../values/duration.ts';
import { localMsOf } from '../values/time.ts';
import type { ZoneBook } from '../zones/book.ts';
import { instantIn } from '../zones/zone.ts';
import { momentOf } from './compile.ts';
import { type ComponentData, type DigestData, timeOfText } from './data.ts';

export interface Bounds {
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** Comparisons of RFC 4791 §9.9 that include a bound need a moment more on either side. */
const roomMs = 1000;
/** Floating times are somewhere else in every zone. */
const floatingRoomMs = dayMs;
const slackMs = 3 * 3_600_000;

/** First and last instant of anything in it, alarms included; null: no beginning, no end. */
export function boundsOf(data: DigestData, zones: ZoneBook): Bounds {
  const spread = new Spread();
  const [master = null] = data.c;
  const moment = master === null ? null : momentOf(master, data.k, 0, zones);
  data.c.forEach((component, at) => {
    if (component === null) return;
    takeComponent(spread, component, data, at, zones, at === 0 ? null : moment, master);
  });
  return spread.bounds();
}

function takeComponent(
  spread: Spread,
  component: ComponentData,
  data: DigestData,
  at: number,
  zones: ZoneBook,
  master: Moment | null,
  masterData: ComponentData | null,
): void {
  const moment =
    momentOf(component, data.k, at, zones) ??
    (component.i === undefined ? null : momentOf({ ...component, s: component.i }, data.k, at, zones));
  const own = new Spread();
  const todo = data.k === 'VTODO';
  if (data.k === 'VAVAILABILITY') {
    if (moment === null || (component.e === undefined && component.d === undefined)) own.endless();
    if (component.s === undefined) own.beginless();
  }
  if (data.k === 'VPOLL') own.always();
  for (const text of todo ? [component.co, component.cr] : []) {
    if (text === undefined) continue;
    own.add(zones.instantOf(timeOfText(text)), floatingRoom(text));
  }
  if (todo && moment === null) {
    // RFC 4791 §9.9: without any date it is always there; with CREATED alone, ever after that.
    if (component.co === undefined) own.endless();
    if (component.co === undefined && component.cr === undefined) own.beginless();
  }
  for (const [fromMs, toMs] of component.fb ?? []) {
    own.add(fromMs, 0);
    own.add(toMs, 0);
  }
  if (moment !== null) takeMoment(own, component, moment, zones, master, masterData);
  else if (data.k === 'VJOURNAL' || (data.k === 'VFREEBUSY' && component.fb === undefined)) own.always();
  takeAlarms(own, component);
  spread.merge(own);
}

function takeMoment(
  own: Spread,
  component: ComponentData,
  moment: Moment,
  zones: ZoneBook,
  master: Moment | null,
  masterData: ComponentData | null,
): void {
  const room = moment.start.zone === null ? floatingRoomMs : 0;
  const lasts = (localMs: number) => endOf(moment, localMs, instantIn(moment.zone, localMs));
  own.add(moment.startMs, room);
  own.add(lasts(moment.localMs), room);
  if (component.e !== undefined) own.add(zones.instantOf(timeOfText(component.e)), floatingRoom(component.e));
  takeRecurrences(own, component, moment, room, zones);
  if (component.f !== 1 || master === null || masterData === null || component.i === undefined) return;
  // What follows a THISANDFUTURE lies where the master's would, and as far away as this one is moved.
  const followers = new Spread();
  takeRecurrences(followers, masterData, { ...master, span: moment.span }, room, zones);
  const shift = moment.startMs - zones.instantOf(timeOfText(component.i));
  followers.move(Math.min(0, shift) - slackMs, Math.max(0, shift) + slackMs);
  own.merge(followers);
}

function takeRecurrences(
  own: Spread,
  component: ComponentData,
  moment: Moment,
  room: number,
  zones: ZoneBook,
): void {
  const lasts = (localMs: number) => endOf(moment, localMs, instantIn(moment.zone, localMs));
  for (const { until } of component.r ?? []) {
    if (until === undefined) own.endless();
    else own.add(lasts(until), room);
  }
  for (const entry of component.p ?? []) {
    const [text, last] = typeof entry === 'string' ? [entry, null] : entry;
    const time = timeOfText(text);
    const at = zones.instantOf(time);
    const more = Math.max(room, floatingRoom(text));
    own.add(at, more);
    own.add(lasts(localMsOf(time)), more + dayMs);
    if (typeof last === 'string') own.add(zones.instantOf(timeOfText(last)), floatingRoom(last));
    else if (last !== null) own.add(at + durationMs({ days: last[0], ms: last[1] }), more + slackMs);
  }
}

function takeAlarms(own: Spread, component: ComponentData): void {
  const moved = new Spread();
  moved.merge(own);
  for (const alarm of component.a ?? []) {
    const again = (alarm.repeat ?? 0) * (alarm.everyMs ?? 0);
    if (alarm.at !== undefined) {
      moved.add(alarm.at, 0);
      moved.add(alarm.at + again, 0);
    } else if (alarm.offset !== undefined) {
      const offset = durationMs({ days: alarm.offset[0], ms: alarm.offset[1] });
      const slack = alarm.offset[0] === 0 ? 0 : slackMs;
      const rung = new Spread();
      rung.merge(own);
      rung.move(Math.min(0, offset) - slack, Math.max(0, offset) + again + slack);
      moved.merge(rung);
    }
  }
  own.merge(moved);
}

function floatingRoom(text: string): number {
  return text.endsWith('Z') || text.includes('@') ? 0 : floatingRoomMs;
}

/** The least and the most of instants. */
class Spread {
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  add(instantMs: number, room: number): void {
    this.#first = Math.min(this.#first, instantMs - room);
    this.#last = Math.max(this.#last, instantMs + room);
  }

  beginless(): void {
    this.#first = Number.NEGATIVE_INFINITY;
  }

  endless(): void {
    this.#last = Number.POSITIVE_INFINITY;
  }

  always(): void {
    this.beginless();
    this.endless();
  }

  /** Widens: the first goes by `before`, the last by `after`. */
  move(before: number, after: number): void {
    this.#first += before;
    this.#last += after;
  }

  merge(other: Spread): void {
    this.#first = Math.min(this.#first, other.#first);
    this.#last = Math.max(this.#last, other.#last);
  }

  /** Nothing at all said a time: it is looked at always. */
  bounds(): Bounds {
    const { abs } = Math;
    return {
      firstMs: abs(this.#first) === Number.POSITIVE_INFINITY ? null : Math.floor(this.#first - roomMs),
      lastMs: abs(this.#last) === Number.POSITIVE_INFINITY ? null : Math.ceil(this.#last + roomMs),
    };
  }
}

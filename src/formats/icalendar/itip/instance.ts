import { type Component, Property } from '../component.ts';
import { compileData, touching } from '../digest/compile.ts';
import { digestOf } from '../digest/index-of.ts';
import { CalendarObject } from '../object.ts';
import { Steps, within } from '../recur/steps.ts';
import { dateOfDay, dayMs, dayNumber } from '../values/days.ts';
import { formatTime, timeOf } from '../values/time.ts';
import type { ZoneBook } from '../zones/book.ts';
import { exceptionsOf, timeKey } from './when.ts';

/** Which instance a component is: '' for the master, else its RECURRENCE-ID, the same however it was written. */
export function instanceKey(component: Component, zones: ZoneBook): string {
  const id = component.property('RECURRENCE-ID');
  return id === undefined ? '' : timeKey(id.value, id.parameter('TZID') ?? null, zones);
}

/** The components of an object by `instanceKey`. */
export function instancesByKey(object: CalendarObject, zones: ZoneBook): Map<string, Component> {
  const byKey = new Map<string, Component>();
  for (const component of object.instances) byKey.set(instanceKey(component, zones), component);
  return byKey;
}

export const recurs = (master: Component): boolean =>
  master.property('RRULE') !== undefined || master.property('RDATE') !== undefined;

/**
 * The instance of a series that a message names by RECURRENCE-ID, standing by itself; null where it names none that the series
 * could have. Whether its rule has it is `InstanceFinder`'s to say.
 */
export function instanceOf(master: Component, named: Component, zones: ZoneBook): Component | null {
  const id = named.property('RECURRENCE-ID');
  const start = master.property('DTSTART');
  if (id === undefined || start === undefined || !recurs(master)) return null;
  if (exceptionsOf(master, zones).has(instanceKey(named, zones))) return null;
  const begin = timeOf(start);
  const at = timeOf(id);
  if (at.allDay !== begin.allDay) return null;
  const local = at.allDay ? at : zones.timeAt(zones.instantOf(at), begin);
  const written = (name: string) => new Property(name, start.parameters, formatTime(local));
  const instance = plainOf(master).with(written('RECURRENCE-ID'), written('DTSTART'));
  const end = instance.property('DTEND') ?? instance.property('DUE');
  if (end === undefined) return instance;
  const lasts = zones.instantOf(timeOf(end)) - zones.instantOf(begin);
  const stop = at.allDay
    ? addDays(local, Math.round(lasts / dayMs))
    : formatTime(zones.timeAt(zones.instantOf(local) + lasts, timeOf(end)));
  return instance.with(end.withValue(stop));
}

/** A series without what makes it one: for many instances of it once. */
function plainOf(master: Component): Component {
  const known = plain.get(master) ?? master.without('RRULE', 'RDATE', 'EXDATE', 'EXRULE', 'X-MYCO-DECLINED');
  plain.set(master, known);
  return known;
}

const plain = new WeakMap<Component, Component>();

function addDays({ year, month, day }: { year: number; month: number; day: number }, days: number): string {
  const date = dateOfDay(dayNumber(year, month, day) + days);
  return formatTime({ ...date, allDay: true, hour: 0, minute: 0, second: 0, zone: null });
}

/** Finds instances of one series that its rules have; read once, when it is first asked. */
export class InstanceFinder {
  readonly #object: CalendarObject;
  readonly #zones: ZoneBook;
  readonly #master: Component | null;
  #series: ReturnType<typeof compileData> | null = null;
  /** Of all that are looked for together; what is not found by then is none. */
  readonly #steps = new Steps();

  /** `master`: in place of the object's own. */
  constructor(object: CalendarObject, master: Component | null = object.master) {
    this.#object = object;
    this.#master = master;
    this.#zones = object.zones();
  }

  /** The instance that `named` names, as the series says it; null where there is none. */
  find(named: Component): Component | null {
    const master = this.#master;
    const instance = master === null ? null : instanceOf(master, named, this.#zones);
    const start = instance?.property('DTSTART');
    if (instance === null || start === undefined) return null;
    return this.has(this.#zones.instantOf(timeOf(start))) ? instance : null;
  }

  /** Whether an instance begins then, before overrides moved any. */
  has(startMs: number): boolean {
    const series = this.#series ?? this.#compiled();
    this.#series = series;
    return within(() => {
      for (const found of touching(series, startMs, startMs, this.#steps, 0))
        if (found.startMs === startMs) return true;
      return false;
    }, false);
  }

  /** Without what it lasts: what overlaps is not looked through. */
  #compiled(): ReturnType<typeof compileData> {
    const { calendar, uid, kind } = this.#object;
    const short = this.#master?.without('DTEND', 'DURATION', 'DUE') ?? null;
    const alone = new CalendarObject(calendar, uid, kind, short, []);
    return compileData(digestOf(alone, this.#zones), this.#zones);
  }
}

import { Recent } from '../../../base/index.ts';
import type { Component } from '../component.ts';
import { CalendarError } from '../errors.ts';
import { objectBytesMax, writtenZonesKeptMax } from '../limits.ts';
import { parseComponents } from '../parse.ts';
import type { WrittenTime, Zones } from '../types.ts';
import { dayMs, dayNumber } from '../values/days.ts';
import { localMsOf, timeOfLocalMs } from '../values/time.ts';
import { writeComponent } from '../write.ts';
import { resolveZone } from './aliases.ts';
import { readVtimezone } from './vtimezone.ts';
import { instantIn, localIn, utcZone, type Zone } from './zone.ts';

/** A VTIMEZONE, and from when on it says what the system says of that name; null: it does not, or the name is unknown. */
export interface WrittenZone {
  readonly zone: Zone;
  /** As text, so that it can be kept. */
  readonly text: string;
  readonly system: { readonly zone: Zone; readonly fromMs: number } | null;
}

const written = new Recent<string, WrittenZone>(writtenZonesKeptMax * 2);

/** CalendarError where it cannot be used. */
export function writtenZone(component: Component): WrittenZone {
  const text = writeComponent(component);
  const kept = written.get(text);
  if (kept !== undefined) return kept;
  const zone = readVtimezone(component);
  const system = resolveZone(zone.id);
  const fromMs = system === null ? null : sameFrom(zone, system);
  const made = {
    zone,
    text,
    system: system === null || fromMs === null ? null : { zone: system, fromMs },
  };
  // Its key is its text: only what is as short as they usually are is worth keeping.
  if (text.length <= keptCharactersMax) written.set(text, made);
  return made;
}

const keptCharactersMax = 16_384;
const comparedTo = dayNumber(2038, 1, 1) * dayMs;
const comparedFrom = dayNumber(1996, 1, 1) * dayMs;

/** Compares backwards, day by day and to the second where a clock changed. */
function sameFrom(zone: Zone, system: Zone): number | null {
  // Forwards once, so that the tables grow in one go.
  zone.offsetAt(comparedTo);
  let at = comparedTo;
  if (zone.offsetAt(at) !== system.offsetAt(at)) return null;
  while (at > comparedFrom) {
    const before = at - dayMs;
    const offset = zone.offsetAt(before);
    if (offset !== system.offsetAt(before)) break;
    if (offset !== zone.offsetAt(at)) {
      let low = before / 1000;
      let high = at / 1000;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (zone.offsetAt(middle * 1000) === offset) low = middle;
        else high = middle;
      }
      if (system.offsetAt(low * 1000) !== offset || system.offsetAt(high * 1000) === offset) break;
    }
    at = before;
  }
  return at === comparedTo ? null : at;
}

/** The zone of a text that holds a VTIMEZONE, such as the `calendar-timezone` property (RFC 4791 §5.2.2). */
export function zoneOfText(text: string): Zone {
  for (const component of parseComponents(text, objectBytesMax)) {
    const zone = component.name === 'VTIMEZONE' ? component : component.components('VTIMEZONE')[0];
    if (zone !== undefined) {
      const found = writtenZone(zone);
      return found.system?.zone ?? found.zone;
    }
  }
  throw new CalendarError('there is no VTIMEZONE in it');
}

/** The zones of one object: those of its file, then the system's; `floating` for times that have none. */
export class ZoneBook implements Zones {
  readonly #found = new Map<string, Zone>();
  readonly #written: (tzid: string) => Zone | null;
  readonly floating: Zone;

  constructor(writtenOf: (tzid: string) => Zone | null, floating: Zone = utcZone) {
    this.#written = writtenOf;
    this.floating = floating;
  }

  /** Null where it is unknown. */
  find(tzid: string): Zone | null {
    const kept = this.#found.get(tzid);
    if (kept !== undefined) return kept;
    const zone = this.#written(tzid) ?? resolveZone(tzid);
    if (zone !== null) this.#found.set(tzid, zone);
    return zone;
  }

  /** Of a written time. One that is unknown is floating: a reader refuses such objects. */
  zoneOf(zone: string | null): Zone {
    if (zone === null) return this.floating;
    return zone === 'UTC' ? utcZone : (this.find(zone) ?? this.floating);
  }

  instantOf(time: WrittenTime): number {
    return instantIn(this.zoneOf(time.zone), localMsOf(time));
  }

  timeAt(instantMs: number, like: WrittenTime): WrittenTime {
    return timeOfLocalMs(localIn(this.zoneOf(like.zone), instantMs), like.zone, like.allDay);
  }
}

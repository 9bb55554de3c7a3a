import { Recent } from '../../../base/index.ts';
import { zonesKeptMax } from '../limits.ts';
import { dayMs, dayNumber, isLeap, weekdayOf } from '../values/days.ts';
import { utcZone, type Zone } from './zone.ts';

/** Between them the system is asked; before, the first year's beginning holds; after, rules go on as in a year alike. */
const firstYear = 1900;
const lastYear = 2100;
/** No clock was changed twice within it. */
const sampleMs = 8 * dayMs;

interface Year {
  /** Instants from which `offsets` hold; the first is the year's beginning. */
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

/** A zone of the tz data that the runtime brings. A year is looked up when it is first asked for. */
class SystemZone implements Zone {
  readonly id: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #years = new Map<number, Year>();
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  #offset = 0;

  constructor(id: string, format: Intl.DateTimeFormat) {
    this.id = id;
    this.#format = format;
  }

  offsetAt(instantMs: number): number {
    if (instantMs >= this.#fromMs && instantMs < this.#toMs) return this.#offset;
    const year = new Date(instantMs).getUTCFullYear();
    const asked = year < firstYear ? firstYear : year > lastYear ? yearLike(year) : year;
    const table = this.#years.get(asked) ?? this.#look(asked);
    const shift = (dayNumber(year, 1, 1) - dayNumber(asked, 1, 1)) * dayMs;
    const at = year < firstYear ? (table.starts[0] ?? 0) : instantMs - shift;
    let index = table.starts.length - 1;
    while (index > 0 && at < (table.starts[index] ?? 0)) index--;
    const offset = table.offsets[index] ?? 0;
    if (asked === year) {
      this.#fromMs = table.starts[index] ?? 0;
      this.#toMs = table.starts[index + 1] ?? dayNumber(year + 1, 1, 1) * dayMs;
      this.#offset = offset;
    }
    return offset;
  }

  #look(year: number): Year {
    const end = dayNumber(year + 1, 1, 1) * dayMs;
    let at = dayNumber(year, 1, 1) * dayMs;
    let offset = this.#ask(at);
    const starts = [at];
    const offsets = [offset];
    while (at < end) {
      const to = Math.min(at + sampleMs, end);
      const there = this.#ask(to);
      if (there !== offset) {
        const change = this.#changeBetween(at, to, offset);
        // One that falls on the next year's first moment belongs to that.
        if (change < end) {
          starts.push(change);
          offsets.push(there);
        }
        offset = there;
      }
      at = to;
    }
    const table = { starts, offsets };
    this.#years.set(year, table);
    return table;
  }

  /** To the second. */
  #changeBetween(fromMs: number, toMs: number, before: number): number {
    let low = fromMs / 1000;
    let high = toMs / 1000;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle * 1000) === before) low = middle;
      else high = middle;
    }
    return high * 1000;
  }

  #ask(instantMs: number): number {
    const text = this.#format.format(instantMs);
    const at = text.lastIndexOf('GMT');
    const [hours = 0, minutes = 0, seconds = 0] = text
      .slice(at + 4)
      .split(':')
      .map(Number);
    const size = ((hours * 60 + minutes) * 60 + seconds) * 1000;
    return text[at + 3] === '-' ? -size : size;
  }
}

/** A year of the last ones that has the same days of the week. */
function yearLike(year: number): number {
  const weekday = weekdayOf(dayNumber(year, 1, 1));
  for (let like = lastYear - 1; like > lastYear - 40; like--) {
    if (isLeap(like) === isLeap(year) && weekdayOf(dayNumber(like, 1, 1)) === weekday) return like;
  }
  return lastYear;
}

const known = new Recent<string, Zone>(zonesKeptMax * 2);
/** Names that are none: of strangers, so as short as they are few. */
const unknown = new Recent<string, true>(zonesKeptMax * 2);
const nameCharactersMax = 64;

/** A zone by the name it has in tz data, or by a link to it; case does not matter. Null: there is none. */
export function systemZone(name: string): Zone | null {
  if (name.length > nameCharactersMax) return null;
  const key = name.toLowerCase();
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  if (unknown.get(key)) return null;
  const zone = open(name);
  if (zone === null) unknown.set(key, true);
  else known.set(key, zone);
  return zone;
}

function open(name: string): Zone | null {
  // Offsets such as '+01:00' are no names.
  if (!/^[A-Za-z]/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return null;
  }
  const id = format.resolvedOptions().timeZone;
  return id === 'UTC' ? utcZone : new SystemZone(id, format);
}

/** Names of all zones of the system, without links. */
export function systemZoneNames(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

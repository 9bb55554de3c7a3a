import { hourMs, minuteMs } from '../values/days.ts';
import { systemZone } from './system.ts';
import { windowsZones } from './windows.ts';
import { utcZone, type Zone } from './zone.ts';

const utcNames = new Set(['utc', 'gmt', 'z', 'zulu', 'greenwich mean time', 'coordinated universal time']);

/**
 * The zone of the system that a TZID means: a name of tz data, one with a prefix (`/freeassociation.sourceforge.net/Europe/Paris`,
 * `/mozilla.org/20050126_1/Europe/Paris`, `tzone://Microsoft/Utc`), one of Windows (`W. Europe Standard Time`), or an
 * offset (`GMT+0100`, `UTC-05:30`). Null: unknown.
 */
export function resolveZone(tzid: string): Zone | null {
  const name = tzid.trim();
  return byName(name) ?? byPath(name) ?? null;
}

function byName(name: string): Zone | null {
  const lower = name.toLowerCase();
  if (utcNames.has(lower)) return utcZone;
  const windows = windowsZones.get(lower);
  return systemZone(windows ?? name) ?? byOffset(name);
}

/** Tail after tail of what slashes part: three segments at most make a name of tz data. */
function byPath(name: string): Zone | null {
  if (!name.includes('/')) return null;
  const parts = name.split('/').filter((part) => part !== '');
  for (let take = Math.min(3, parts.length); take > 0; take--) {
    const found = byName(parts.slice(-take).join('/'));
    if (found !== null) return found;
  }
  return null;
}

const offset = /^(?:\()?(?:UTC|GMT)([+-])(\d{1,2}):?([0-5]\d)?\)?(?: .*)?$/i;

/** As Outlook and others name it. `(UTC+01:00) Amsterdam, Berlin` would be wrong in summer: names of cities are not read. */
function byOffset(name: string): Zone | null {
  const found = name.length <= 16 ? offset.exec(name) : null;
  if (found === null || name.includes(' ')) return null;
  const hours = Number(found[2]);
  if (hours > 14) return null;
  const size = hours * hourMs + Number(found[3] ?? 0) * minuteMs;
  const offsetMs = found[1] === '-' ? -size : size;
  const id = `UTC${found[1]}${String(hours).padStart(2, '0')}:${found[3] ?? '00'}`;
  return { id, offsetAt: () => offsetMs };
}

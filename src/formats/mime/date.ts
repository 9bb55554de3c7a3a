import { dateCharsMax } from './limits.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
// RFC 5322 §4.3; military letters and unknown names mean -0000.
const zoneHours = new Map([
  ['est', -5],
  ['edt', -4],
  ['cst', -6],
  ['cdt', -5],
  ['mst', -7],
  ['mdt', -6],
  ['pst', -8],
  ['pdt', -7],
]);
const timePattern = /^(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?$/;

/** RFC 5256 §2.2: as `parseDate`, but a zone that cannot be is UTC and a time that cannot be is midnight. */
export function parseSentDate(text: string): number | null {
  return parseDate(text) ?? lenient(wordsOf(text));
}

function lenient(words: string[]): number | null {
  const timeAt = words.findIndex((word) => timePattern.test(word));
  const dayEnds = words[0]?.includes('-') ? 1 : 3;
  const split = timeAt < 1 ? Math.min(dayEnds, words.length) : timeAt;
  const day = readDay(words.slice(0, split), words.slice(timeAt < 1 ? split : timeAt + 1));
  if (!day) return null;
  const time = timeAt < 1 ? null : readTime(words[timeAt] ?? '');
  return time === null ? day.ms : day.ms + time - (readZone(day.rest[0] ?? '') ?? 0);
}

/**
 * A Date field (RFC 5322 §3.3, obsolete forms §4.3, and the order of C's asctime) in milliseconds since 1970 UTC;
 * null where it is none or names an impossible date.
 */
export function parseDate(text: string): number | null {
  const words = wordsOf(text);
  const timeAt = words.findIndex((word) => timePattern.test(word));
  if (timeAt < 1) return null;
  const day = readDay(words.slice(0, timeAt), words.slice(timeAt + 1));
  const time = readTime(words[timeAt] ?? '');
  if (!day || time === null) return null;
  const zone = readZone(day.rest[0] ?? '');
  return zone === null ? null : day.ms + time - zone;
}

function wordsOf(text: string): string[] {
  const words = withoutComments(text.slice(0, dateCharsMax))
    .toLowerCase()
    .replace(/\s*:\s*/g, ':') // RFC 5322 appendix A.6.3
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  if (!/^\d/.test(words[0] ?? '')) words.shift(); // day of week
  return words;
}

/** `21 nov 1997` or, of asctime, `nov 21` with the year after the time; `rest` is what follows. */
function readDay(before: string[], after: string[]): { ms: number; rest: string[] } | null {
  const parts = before.length === 1 ? (before[0] ?? '').split('-') : before;
  const numberFirst = /^\d{1,2}$/.test(parts[0] ?? '');
  const dayText = (numberFirst ? parts[0] : parts[1]) ?? '';
  const month = months.indexOf(((numberFirst ? parts[1] : parts[0]) ?? '').slice(0, 3));
  const yearAfter = parts.length === 2;
  const yearIndex = yearAfter ? after.findIndex((word) => /^\d{4}$/.test(word)) : -1;
  const yearText = (yearAfter ? after[yearIndex] : parts[2]) ?? '';
  if (!/^\d{1,2}$/.test(dayText) || month < 0 || !/^\d{2,4}$/.test(yearText)) return null;
  const year = fullYear(yearText);
  const ms = utc(year, month, Number(dayText));
  if (ms === null || new Date(ms).getUTCDate() !== Number(dayText)) return null;
  return { ms, rest: after.filter((_, i) => i !== yearIndex) };
}

function utc(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  const ms = date.getTime();
  return Number.isNaN(ms) ? null : ms;
}

/** RFC 5322 §4.3: two digits 00–49 are 20xx, 50–99 are 19xx, three digits count from 1900. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return text.length === 3 ? 1900 + year : year;
}

function readTime(text: string): number | null {
  const match = timePattern.exec(text);
  const [hour, minute, second] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 0)];
  if (!(hour < 24 && minute < 60 && second <= 60)) return null;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}

function readZone(text: string): number | null {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text.replace(/^(?:gmt|utc?)(?=[+-])/, ''));
  if (!match) return (zoneHours.get(text) ?? 0) * 3_600_000;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (Number(match[3]) > 59) return null;
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

function withoutComments(text: string): string {
  let out = '';
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth++;
    else if (char === ')' && depth > 0) depth--;
    else if (depth === 0) out += char;
  }
  return out;
}

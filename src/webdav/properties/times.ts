const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** The day of the last time that was written: in a listing most are of few days, and writing one anew costs the most. */
let known = { day: Number.NaN, iso: '', http: '' };

function dayOf(ms: number): typeof known {
  const day = Math.floor(ms / dayMs);
  if (day !== known.day) {
    const date = new Date(day * dayMs);
    const iso = date.toISOString();
    known = { day, iso: iso.slice(0, iso.indexOf('T') + 1), http: date.toUTCString().slice(0, -12) };
  }
  return known;
}

function clockOf(ms: number): string {
  const seconds = Math.floor((ms - Math.floor(ms / dayMs) * dayMs) / 1000);
  const [hour, minute] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${twoDigits[hour]}:${twoDigits[minute]}:${twoDigits[seconds % 60]}`;
}

/** RFC 3339, whole seconds. */
export const isoTime = (ms: number) => `${dayOf(ms).iso}${clockOf(ms)}Z`;
/** RFC 9110 §5.6.7. */
export const httpTime = (ms: number) => `${dayOf(ms).http}${clockOf(ms)} GMT`;

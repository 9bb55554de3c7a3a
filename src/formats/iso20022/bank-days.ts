const dayMs = 86_400_000;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Easter Sunday of a year of the Gregorian calendar, ms since 1970 (Meeus, Astronomical Algorithms, chapter 8). */
function easterMs(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const leap = Math.floor(century / 4);
  const moon =
    (19 * golden + century - leap - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor((year % 100) / 4) - moon - (year % 4)) % 7;
  const late = Math.floor((golden + 11 * moon + 22 * weekday) / 451);
  const days = moon + weekday - 7 * late + 114;
  return Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1);
}

/** Whether banks settle in euros on a day, `2026-04-07`: no weekend and no holiday of TARGET, which are the same since 2002. */
export function isBankDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  if ([0, 6].includes(new Date(ms).getUTCDay())) return false;
  if (['01-01', '05-01', '12-25', '12-26'].includes(day.slice(5))) return false;
  const easter = easterMs(Number(day.slice(0, 4)));
  return ms !== easter - 2 * dayMs && ms !== easter + dayMs;
}

/** The first such day from a day on, which it may be itself. */
export function bankDayFrom(day: string): string {
  for (let ms = Date.parse(`${day}T00:00:00Z`); ; ms += dayMs) if (isBankDay(dayOf(ms))) return dayOf(ms);
}

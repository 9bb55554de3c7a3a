const dayMs = 86_400_000;

/** Midnight of the day that a clock of that zone shows; time and zone are disregarded otherwise (RFC 9051 §6.4.4). */
export function localDay(timeMs: number, zoneMinutes: number): number {
  return Math.floor((timeMs + zoneMinutes * 60_000) / dayMs) * dayMs;
}

export function compareDay(day: number | null, compare: 'before' | 'on' | 'since', wanted: number): boolean {
  if (day === null) return false;
  if (compare === 'on') return day === wanted;
  return compare === 'before' ? day < wanted : day >= wanted;
}

import { typoDistanceMax } from './limits.ts';

/** The valid word that `typed` most likely meant, or undefined where none is near. Case does not count. */
export function nearest(typed: string, valid: readonly string[]): string | undefined {
  const lower = typed.toLowerCase();
  const allowed = Math.min(typoDistanceMax, Math.max(1, Math.floor(typed.length / 3)));
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const word of valid) {
    if (Math.abs(word.length - typed.length) > allowed) continue;
    const distance = editDistance(lower, word.toLowerCase());
    // Of two equally near, the one of the same length: letters are swapped more often than added.
    const rank = distance + Math.abs(word.length - typed.length) / 100;
    if (distance <= allowed && rank < bestRank) {
      best = word;
      bestRank = rank;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

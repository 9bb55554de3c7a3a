import { createHash } from 'node:crypto';

/** What happens in a demonstration: the same for the same seed, on every machine. It decides nothing that must be secret. */
export interface Dice {
  /** A whole number in [0, below). */
  below(below: number): number;
  /** A whole number in [from, until]. */
  between(from: number, until: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Dice of their own: what one part of the story throws changes nothing in another. */
  of(part: string): Dice;
}

/** Hashes of the seed and a counter; of 48 bits each, so that a remainder favours nothing that could be seen. */
export function dice(seed: string): Dice {
  let thrown = 0;
  const below = (limit: number): number =>
    createHash('sha256').update(`${seed}\n${thrown++}`).digest().readUIntBE(0, 6) % limit;
  return {
    below,
    between: (from, until) => from + below(until - from + 1),
    pick: (list) => list[below(list.length)] ?? list[0],
    of: (part) => dice(`${seed}/${part}`),
  };
}

/** Choices that a seed repeats. */
export interface Dice {
  /** 0 ≤ n < bound. */
  below(bound: number): number;
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** Some of the values in an order of their own, at least one. */
  some<T>(values: readonly T[], most: number): T[];
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  // Marsaglia's xorshift with a Weyl sequence: short, and the same on every machine.
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const below = (bound: number) => next() % bound;
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick(values) {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
    some(values, most) {
      const left = [...values];
      const taken: (typeof left)[number][] = [];
      for (let count = 1 + below(Math.min(most, left.length)); count > 0; count--) {
        taken.push(...left.splice(below(left.length), 1));
      }
      return taken;
    },
  };
}

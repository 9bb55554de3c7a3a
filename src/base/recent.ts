const one = () => 1;

/**
 * A map of bounded weight that keeps what was used recently. Two generations: what is used moves to the young one;
 * when that holds half of the bound, the old one goes and it takes its place. So a hit costs one look-up.
 */
export class Recent<Key, Value> {
  readonly #weightMax: number;
  readonly #weigh: (value: Value) => number;
  #young = new Map<Key, Value>();
  #old: Map<Key, Value> | null = null;
  #youngWeight = 0;
  #oldWeight = 0;

  /** `weigh` answers the same for a value each time; a value heavier than half of `weightMax` is not kept. */
  constructor(weightMax: number, weigh: (value: Value) => number = one) {
    this.#weightMax = weightMax;
    this.#weigh = weigh;
  }

  /** What all that is kept weighs together. */
  get weight(): number {
    return this.#youngWeight + this.#oldWeight;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old?.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#weigh(value);
    if (weight > this.#weightMax / 2) return;
    if (this.#youngWeight + weight > this.#weightMax / 2) {
      this.#old = this.#young;
      this.#oldWeight = this.#youngWeight;
      this.#young = new Map();
      this.#youngWeight = 0;
    }
    this.#young.set(key, value);
    this.#youngWeight += weight;
  }

  /** All that is kept; nothing is the more recent for it. */
  *values(): Generator<Value> {
    yield* this.#young.values();
    yield* this.#old?.values() ?? [];
  }

  delete(key: Key): void {
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.#young.delete(key);
      this.#youngWeight -= this.#weigh(young);
    }
    const old = this.#old?.get(key);
    if (old !== undefined) {
      this.#old?.delete(key);
      this.#oldWeight -= this.#weigh(old);
    }
  }

  clear(): void {
    this.#young.clear();
    this.#old = null;
    this.#youngWeight = 0;
    this.#oldWeight = 0;
  }
}

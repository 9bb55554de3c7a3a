/** How fast somebody does something: so much at once, and so much more each second. */
export class Pace {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** Whether once more is not too much; counts where it is not. */
  take(nowMs: number): boolean {
    const passed = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#left = Math.min(this.#burst, this.#left + (passed * this.#perSecond) / 1_000);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}

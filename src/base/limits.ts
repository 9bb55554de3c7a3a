/** Runs tasks with at most `atOnceMax` under way and `waitingMax` waiting; one more is refused at once. */
export class Gate {
  readonly atOnceMax: number;
  readonly waitingMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnceMax: number, waitingMax: number) {
    this.atOnceMax = atOnceMax;
    this.waitingMax = waitingMax;
  }

  /** Resolves with the task's value; answers undefined, running nothing, where too many wait already. */
  async run<T>(task: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.atOnceMax) {
      if (this.#waiting.length >= this.waitingMax) return undefined;
      await new Promise<void>((resume) => this.#waiting.push(resume));
    } else {
      this.#running++;
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  get running(): number {
    return this.#running;
  }
}

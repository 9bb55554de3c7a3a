import { StoreError } from '../../base/index.ts';

/** An account, or a module whose writes stand in one line. */
type Line = number | string;

/**
 * Work of one account waits in its own line, so that it holds no connection while it does. Work of several stands in all
 * their lines from the moment it comes: nobody waits for somebody behind.
 */
export class Lines {
  readonly #waitingMax: number;
  readonly #last = new Map<Line, Promise<void>>();
  #waiting = 0;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** StoreError 'unavailable' where too many wait. */
  async use<T>(lines: readonly Line[], work: () => Promise<T>): Promise<T> {
    const before = lines.flatMap((line) => this.#last.get(line) ?? []);
    if (before.length > 0 && this.#waiting >= this.#waitingMax)
      throw new StoreError('unavailable', 'the database has too much to do');
    const { promise: mine, resolve: end } = Promise.withResolvers<void>();
    for (const line of lines) this.#last.set(line, mine);
    try {
      if (before.length > 0) await this.#wait(before);
      return await work();
    } finally {
      end();
      for (const line of lines) if (this.#last.get(line) === mine) this.#last.delete(line);
    }
  }

  async #wait(before: readonly Promise<void>[]): Promise<void> {
    this.#waiting++;
    await Promise.all(before);
    this.#waiting--;
  }
}

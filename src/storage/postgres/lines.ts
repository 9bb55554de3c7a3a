import { StoreError } from '../../base/index.ts';

/**
 * Work of one account waits in its own line, so that it holds no connection while it does. Work of several stands in all
 * their lines from the moment it comes: nobody waits for somebody behind.
 */
export class Lines {
  readonly #waitingMax: number;
  readonly #last = new Map<number, Promise<void>>();
  #waiting = 0;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** StoreError 'unavailable' where too many wait. */
  async use<T>(accounts: readonly number[], work: () => Promise<T>): Promise<T> {
    const before = accounts.flatMap((account) => this.#last.get(account) ?? []);
    if (before.length > 0 && this.#waiting >= this.#waitingMax)
      throw new StoreError('unavailable', 'the database has too much to do');
    const { promise: mine, resolve: end } = Promise.withResolvers<void>();
    for (const account of accounts) this.#last.set(account, mine);
    try {
      if (before.length > 0) await this.#wait(before);
      return await work();
    } finally {
      end();
      for (const account of accounts) if (this.#last.get(account) === mine) this.#last.delete(account);
    }
  }

  async #wait(before: readonly Promise<void>[]): Promise<void> {
    this.#waiting++;
    await Promise.all(before);
    this.#waiting--;
  }
}

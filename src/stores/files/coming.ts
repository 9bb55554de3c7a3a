/** Copies under way, by the account that they go into: what they have made so far is not cleared away meanwhile. */
export class Coming {
  readonly #running = new Map<number, number>();
  readonly #clearing = new Map<number, Promise<void>>();

  async during<T>(account: number, work: () => Promise<T>): Promise<T> {
    for (let other = this.#clearing.get(account); other; other = this.#clearing.get(account)) await other;
    this.#running.set(account, (this.#running.get(account) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#running.get(account) ?? 1) - 1;
      if (left === 0) this.#running.delete(account);
      else this.#running.set(account, left);
    }
  }

  /** `work` clears away what crashes left; where something is being copied another hour does. */
  async clear(account: number, work: () => Promise<void>): Promise<void> {
    if (this.#running.has(account) || this.#clearing.has(account)) return;
    const cleared = work();
    this.#clearing.set(
      account,
      cleared.catch(() => {}),
    );
    try {
      await cleared;
    } finally {
      this.#clearing.delete(account);
    }
  }
}

/**
 * Copies under way, by the account that they go into: what they have made so far is not cleared away meanwhile, and their
 * versions are not counted there.
 */
export class Coming {
  readonly #running = new Map<number, number>();
  readonly #clearing = new Map<number, Promise<void>>();
  readonly #kept = new Map<number, number>();

  /** Bytes of versions. */
  kept(account: number): number {
    return this.#kept.get(account) ?? 0;
  }

  keep(account: number, bytes: number): void {
    const sum = this.kept(account) + bytes;
    if (sum === 0) this.#kept.delete(account);
    else this.#kept.set(account, sum);
  }

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

import type { ChangeHint, Changes } from '../database.ts';

/** Wakes listeners of this process. `onPublish` passes hints on to other processes where there are any. */
export class Feed implements Changes {
  readonly #byAccount = new Map<number, Set<(modseq: number) => void>>();
  readonly #all = new Set<(hint: ChangeHint) => void>();
  readonly #onPublish: (hints: readonly ChangeHint[]) => void;
  readonly #onError: (error: unknown) => void;
  #listeners = 0;

  constructor(
    onError: (error: unknown) => void,
    onPublish: (hints: readonly ChangeHint[]) => void = () => {},
  ) {
    this.#onError = onError;
    this.#onPublish = onPublish;
  }

  publish(hints: readonly ChangeHint[]): void {
    if (hints.length === 0) return;
    this.deliver(hints);
    this.#onPublish(hints);
  }

  /** Wakes the listeners here, without telling other processes. */
  deliver(hints: readonly ChangeHint[]): void {
    for (const hint of hints) {
      for (const listener of this.#byAccount.get(hint.account) ?? []) this.#wake(() => listener(hint.modseq));
      for (const listener of this.#all) this.#wake(() => listener(hint));
    }
  }

  #wake(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError(error);
    }
  }

  subscribe(account: number, listener: (modseq: number) => void): () => void {
    let listeners = this.#byAccount.get(account);
    if (!listeners) {
      listeners = new Set();
      this.#byAccount.set(account, listeners);
    }
    const own = (modseq: number) => listener(modseq);
    listeners.add(own);
    this.#listeners++;
    return () => {
      if (!listeners.delete(own)) return;
      this.#listeners--;
      if (listeners.size === 0 && this.#byAccount.get(account) === listeners) this.#byAccount.delete(account);
    };
  }

  subscribeAll(listener: (hint: ChangeHint) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  get listeners(): number {
    return this.#listeners + this.#all.size;
  }

  /** The accounts somebody here listens to; used to re-check after hints that may have been lost. */
  accounts(): number[] {
    return [...this.#byAccount.keys()];
  }
}

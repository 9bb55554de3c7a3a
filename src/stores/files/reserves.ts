import { StoreError } from '../../base/index.ts';

/**
 * Bytes by account that no file has yet: those on their way in or staged, and those that uploads in pieces hold or were
 * promised room for. One book of a server, for trees and uploads.
 */
export class Reserves {
  readonly #staged = new Map<number, number>();
  /** As they were when they were last asked for. */
  readonly #uploads = new Map<number, { readonly turn: number; readonly bytes: number }>();
  #turns = 0;
  #ask: ((account: number) => Promise<number>) | null = null;

  /** All of them. */
  of(account: number): number {
    return this.staged(account) + (this.#uploads.get(account)?.bytes ?? 0);
  }

  /** Those that are no upload's. */
  staged(account: number): number {
    return this.#staged.get(account) ?? 0;
  }

  add(account: number, bytes: number): void {
    const sum = this.staged(account) + bytes;
    if (sum === 0) this.#staged.delete(account);
    else this.#staged.set(account, sum);
  }

  /** Who knows what uploads hold. */
  from(ask: (account: number) => Promise<number>): void {
    this.#ask = ask;
  }

  /** Asked once before the first use, and after each change of an upload. */
  async ask(account: number, options?: { readonly isKnown: boolean }): Promise<void> {
    if (this.#ask === null || (options?.isKnown && this.#uploads.has(account))) return;
    const turn = ++this.#turns;
    const bytes = await this.#ask(account);
    if ((this.#uploads.get(account)?.turn ?? 0) < turn) this.#uploads.set(account, { turn, bytes });
  }
}

/** What one content takes of them. `counted`: so many bytes of it are in the book already. */
export class Reserve {
  readonly #all: Reserves;
  readonly #account: number;
  readonly #counted: number;
  #own = 0;

  constructor(all: Reserves, account: number, counted = 0) {
    this.#all = all;
    this.#account = account;
    this.#counted = counted;
  }

  /** Holds so many bytes at least; 'over-quota' where they do not fit beside those of others. */
  cover(bytes: number, room: number): void {
    const needed = bytes - this.#counted;
    if (needed <= this.#own) return;
    const left = room - (this.#all.of(this.#account) - this.#own);
    if (needed > left)
      throw new StoreError('over-quota', 'there is no room left', { room: Math.max(0, left) });
    this.#all.add(this.#account, needed - this.#own);
    this.#own = needed;
  }

  end(): void {
    this.#all.add(this.#account, -this.#own);
    this.#own = 0;
  }
}

import type { Session } from './session.ts';

/**
 * Tells the client of a long command how far it is (RFC 9585 §4): the first time when it has taken so long, then at
 * the same interval. Only where no response is half written.
 */
export class Progress {
  readonly #session: Session;
  readonly #tag: string;
  #nextMs: number;

  constructor(session: Session, tag: string) {
    this.#session = session;
    this.#tag = tag;
    this.#nextMs = this.#now() + session.limits.progressMs;
  }

  /** `done` of `goal` messages are seen to. */
  async at(done: number, goal: number): Promise<void> {
    if (this.#now() >= this.#nextMs) await this.#tell({ done, goal });
  }

  /** Waits for work that says nothing of itself, and tells meanwhile that it goes on. */
  async during<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const ended = work.then(
      () => true,
      () => true,
    );
    for (;;) {
      const later = new Promise<false>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, this.#nextMs - this.#now()), false);
      });
      const isEnded = await Promise.race([ended, later]);
      clearTimeout(timer);
      if (isEnded) return work;
      // The work goes on without the client; only its outcome matters then.
      if (this.#session.gone) return work;
      await this.#tell(null);
    }
  }

  async #tell(state: { readonly done: number; readonly goal: number } | null): Promise<void> {
    this.#nextMs = this.#now() + this.#session.limits.progressMs;
    this.#session.out.untagged('OK', { code: 'INPROGRESS', tag: this.#tag, state }, 'still at it');
    await this.#session.flush();
  }

  #now(): number {
    return this.#session.services.clock.monotonicMs();
  }
}

import { Farewell, Gone } from '../errors.ts';
import type { Session } from './session.ts';

export interface ListenOptions {
  /** Whether EXPUNGE may be told. */
  readonly expunge: boolean;
  /** Whether to ask for news at once, though no hint came. */
  readonly force: boolean;
}

/**
 * A client that says nothing is told what happens, as it happens: in IDLE, and under NOTIFY between commands. One pass at
 * a time: news that come while a client does not take what was sent wait in the store, not here, and are told by one
 * more pass when it has. A client that takes nothing for long is cut off (`sendStallMsMax` of net).
 */
export class Listening {
  readonly #session: Session;
  #options: ListenOptions | null = null;
  #pass: Promise<void> | null = null;
  #again = false;
  #force = false;
  #lookAtMs = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  start(options: ListenOptions): void {
    this.#options = options;
    this.#force = options.force;
    this.#lookLater();
    if (options.force || this.#session.hasNews) this.wake();
  }

  /** Resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.#options = null;
    await this.#pass;
  }

  /** There may be news. */
  wake(): void {
    if (this.#options === null) return;
    if (this.#pass === null) this.#pass = this.#run();
    else this.#again = true;
  }

  /** Looks again where no hint came for long, for one may be lost. `nowMs` is monotonic. */
  sweep(nowMs: number): void {
    if (this.#options === null || nowMs < this.#lookAtMs) return;
    this.#force = true;
    this.wake();
  }

  #lookLater(): void {
    const { services, limits } = this.#session;
    this.#lookAtMs = services.clock.monotonicMs() + limits.idleRecheckMs;
  }

  async #run(): Promise<void> {
    const session = this.#session;
    do {
      this.#again = false;
      const options = this.#options;
      if (options === null || session.gone) break;
      session.isTelling = true;
      const over = await this.#tell(options);
      session.isTelling = false;
      if (over) break;
      session.sayLastWords();
    } while (this.#again);
    this.#pass = null;
  }

  /** True where the session has ended. */
  async #tell(options: ListenOptions): Promise<boolean> {
    const session = this.#session;
    try {
      await this.#report(options);
      await session.flush();
      return false;
    } catch (error) {
      session.isTelling = false;
      if (error instanceof Farewell) session.bye(error.message, error.code);
      return true;
    }
  }

  /** Throws Farewell and Gone. Where the store does not answer, the client loses nothing by waiting. */
  async #report({ expunge }: ListenOptions): Promise<void> {
    const session = this.#session;
    const force = this.#force;
    this.#force = false;
    this.#lookLater();
    try {
      await session.report({ expunge, force });
      await session.notifier?.report();
      await session.checkMember();
    } catch (error) {
      if (session.gone || error instanceof Gone || error instanceof Farewell) throw error;
      session.log.warn('updates not read', { error });
    }
  }
}

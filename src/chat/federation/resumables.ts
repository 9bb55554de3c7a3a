import { randomToken } from '../../base/index.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { FederationLimits } from './limits.ts';
import type { ServerStream } from './server-stream.ts';

/** A session of another server that may go on in another stream. */
export interface Resumable {
  readonly acks: Acknowledgements;
  /** Who may resume it. */
  readonly theirs: string;
  /** The stream that it is in now. */
  stream: ServerStream;
  /** Monotonic ms; null while the stream is there. */
  lostAtMs: number | null;
}

const idBits = 160;

/** Sessions of servers that came to us, by id (XEP-0198 §5). */
export class Resumables {
  readonly #limits: FederationLimits;
  readonly #nowMs: () => number;
  readonly #all = new Map<string, Resumable>();

  constructor(limits: FederationLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** An id that is not to be guessed; '' where there are too many. */
  newId(): string {
    return this.#all.size >= this.#limits.resumableMax ? '' : randomToken(idBits);
  }

  add(resumable: Resumable): void {
    if (resumable.acks.id !== '') this.#all.set(resumable.acks.id, resumable);
  }

  /** Of that server alone. */
  find(id: string, theirs: string): Resumable | null {
    const found = this.#all.get(id);
    return found?.theirs === theirs ? found : null;
  }

  /** `isClean`: the other server has closed it, and does not come back for it. */
  lost(stream: ServerStream, isClean: boolean): void {
    const { acks } = stream;
    const found = acks && this.#all.get(acks.id);
    if (!found || found.stream !== stream) return;
    if (isClean) this.#all.delete(found.acks.id);
    else found.lostAtMs = this.#nowMs();
  }

  purge(): void {
    const before = this.#nowMs() - this.#limits.resumeSecondsMax * 1_000;
    for (const [id, { lostAtMs }] of this.#all)
      if (lostAtMs !== null && lostAtMs < before) this.#all.delete(id);
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../../observability/index.ts';
import type { Conversations, ServerQueue } from '../../stores/conversations/index.ts';
import type { Flow } from './flow.ts';
import type { Turns } from './turns.ts';

/**
 * Group commit of what stanzas leave behind: one transaction for all that came in while the one before it was written.
 * Flows end in the order in which they were submitted; a fault at the end of one is logged and holds up nobody.
 */
export class Commits {
  readonly #archive: Pick<Conversations['archive'], 'append'>;
  readonly #queue: Pick<ServerQueue, 'append'>;
  readonly #rowsMax: number;
  readonly #log: Pick<Log, 'error'>;
  readonly #turns: Pick<Turns, 'next'>;
  readonly #threw = (error: unknown): void => this.#log.error('xmpp flow not ended well', { error });
  #waiting: Flow[] = [];
  #running: Promise<void> | null = null;
  readonly #behind = new Set<Promise<void>>();

  constructor(
    archive: Pick<Conversations['archive'], 'append'>,
    queue: Pick<ServerQueue, 'append'>,
    rowsMax: number,
    log: Pick<Log, 'error'>,
    turns: Pick<Turns, 'next'>,
  ) {
    this.#archive = archive;
    this.#queue = queue;
    this.#rowsMax = rowsMax;
    this.#log = log;
    this.#turns = turns;
  }

  submit(flow: Flow): void {
    if (this.#running === null && flow.kept.length + flow.enqueued.length === 0) {
      flow.finish(this.#threw);
      return;
    }
    this.#waiting.push(flow);
    this.#running ??= this.#run();
  }

  /** What is done after a commit and takes its time; it never rejects, and `settled` waits for it. */
  behind(work: Promise<void>): void {
    const all = work.finally(() => this.#behind.delete(all));
    this.#behind.add(all);
  }

  /** Resolves when everything that was submitted has ended, and what followed from it. */
  async settled(): Promise<void> {
    while (this.#running !== null || this.#behind.size > 0)
      await (this.#running ?? Promise.all(this.#behind));
  }

  async #run(): Promise<void> {
    // What other sockets have brought in this turn goes with it.
    await nextTurn();
    while (this.#waiting.length > 0) {
      await this.#end(this.#batch());
    }
    this.#running = null;
  }

  #batch(): Flow[] {
    let rows = 0;
    let count = 0;
    for (const { kept, enqueued } of this.#waiting) {
      if (count > 0 && rows + kept.length + enqueued.length > this.#rowsMax) break;
      rows += kept.length + enqueued.length;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #failureOf(flows: readonly Flow[]): Promise<{ readonly error: unknown } | null> {
    try {
      await this.#commit(flows);
      return null;
    } catch (error) {
      return { error };
    }
  }

  async #commit(flows: readonly Flow[]): Promise<void> {
    const kept = flows.flatMap((flow) => flow.kept);
    if (kept.length > 0) {
      const { ids } = await this.#archive.append(kept.map(({ row }) => row));
      for (const [at, each] of kept.entries()) each.id = ids[at] ?? 0;
    }
    await this.#enqueue(flows);
  }

  /** After the archives, which are not to be written twice: what cannot be kept here is told by its sender's flow. */
  async #enqueue(flows: readonly Flow[]): Promise<void> {
    const enqueued = flows.flatMap((flow) => flow.enqueued);
    if (enqueued.length === 0) return;
    try {
      const seqs = await this.#queue.append(enqueued.map(({ row }) => row));
      for (const [at, each] of enqueued.entries()) each.seq = seqs[at] ?? 'no-room';
    } catch (error) {
      this.#log.error('xmpp queue not written', { error });
      for (const each of enqueued) each.seq = 'not-written';
    }
  }

  /** What one of them cannot keep is nothing to the others: it is looked for by halves, which costs few commits. */
  async #end(flows: readonly Flow[]): Promise<void> {
    const failure = await this.#failureOf(flows);
    if (failure === null) {
      for (const flow of flows) {
        // What was said in a room of thousands is told to thousands.
        const turn = this.#turns.next();
        if (turn !== undefined) await turn;
        flow.finish(this.#threw);
      }
    } else if (flows.length === 1) {
      for (const flow of flows) flow.fail(failure.error, this.#threw);
    } else {
      const half = Math.ceil(flows.length / 2);
      await this.#end(flows.slice(0, half));
      await this.#end(flows.slice(half));
    }
  }
}

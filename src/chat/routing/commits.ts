import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversations } from '../stored.ts';
import type { Flow } from './flow.ts';

/**
 * Group commit of what stanzas leave behind: one transaction for all that came in while the one before it was written.
 * Flows end in the order in which they were submitted.
 */
export class Commits {
  readonly #archive: Conversations['archive'];
  readonly #rowsMax: number;
  #waiting: Flow[] = [];
  #running: Promise<void> | null = null;

  constructor(archive: Conversations['archive'], rowsMax: number) {
    this.#archive = archive;
    this.#rowsMax = rowsMax;
  }

  submit(flow: Flow): void {
    if (this.#running === null && flow.kept.length === 0) {
      flow.finish();
      return;
    }
    this.#waiting.push(flow);
    this.#running ??= this.#run();
  }

  /** Resolves when everything that was submitted has ended. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    // What other sockets have brought in this turn goes with it.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const flows = this.#batch();
      const failure = await this.#failureOf(flows);
      if (failure === null) for (const flow of flows) flow.finish();
      else await this.#apart(flows, failure.error);
    }
    this.#running = null;
  }

  #batch(): Flow[] {
    let rows = 0;
    let count = 0;
    for (const { kept } of this.#waiting) {
      if (count > 0 && rows + kept.length > this.#rowsMax) break;
      rows += kept.length;
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
    if (kept.length === 0) return;
    const { ids } = await this.#archive.append(kept.map(({ row }) => row));
    for (const [at, each] of kept.entries()) each.id = ids[at] ?? 0;
  }

  /** What one of them could not keep is nothing to the others. */
  async #apart(flows: readonly Flow[], error: unknown): Promise<void> {
    for (const flow of flows) {
      const failure = flows.length === 1 ? { error } : await this.#failureOf([flow]);
      if (failure === null) flow.finish();
      else flow.fail(failure.error);
    }
  }
}

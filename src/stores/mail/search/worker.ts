import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits } from '../limits.ts';
import type { Block, WaitingColumns } from './blocks.ts';
import type { Digest, Undigested } from './digest.ts';

/** What the thread does. */
export interface Tasks {
  readonly digest: { readonly given: readonly Undigested[]; readonly made: readonly Digest[] };
  readonly block: { readonly given: readonly WaitingColumns[]; readonly made: Block };
  readonly unblock: {
    readonly given: { readonly block: Block; readonly keep: readonly number[] };
    readonly made: readonly WaitingColumns[];
  };
}

export interface Task<K extends keyof Tasks> {
  readonly id: number;
  readonly kind: K;
  readonly given: Tasks[K]['given'];
}

export type Answer =
  | { readonly id: number; readonly made: Tasks[keyof Tasks]['made'] }
  | { readonly id: number; readonly fault: string };

interface Waiting {
  readonly resolve: (made: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Compiled, this file stands in dist/ and the thread loads JavaScript; in development it loads TypeScript. */
const threadUrl = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

/**
 * A thread of its own for the work of indexing, which would hold up everybody in the main thread. It starts with the
 * first task, is let go when it had none for a while, and started again should it die.
 */
export class SearchWorker {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #rest: NodeJS.Timeout | null = null;
  #nextId = 1;

  /** Rejects where the task failed or the thread died of it. */
  run<K extends keyof Tasks>(kind: K, given: Tasks[K]['given']): Promise<Tasks[K]['made']> {
    if (this.#rest) clearTimeout(this.#rest);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#thread().postMessage({ id, kind, given } satisfies Task<K>);
    });
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(threadUrl, {
      resourceLimits: { maxOldGenerationSizeMb: limits.searchThreadMemoryBytes / 2 ** 20 },
    });
    worker.on('message', (answer: Answer) => this.#answered(answer));
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', () => this.#died(worker, new Error('the thread of the search index ended')));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('fault' in answer) waiting?.reject(new Error(answer.fault));
    else waiting?.resolve(answer.made as never);
    if (this.#waiting.size > 0) return;
    this.#rest = setTimeout(() => void this.close(), limits.searchThreadRestMs);
    this.#rest.unref();
  }

  #died(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    if (this.#rest) clearTimeout(this.#rest);
    await this.#worker?.terminate();
  }
}

import { FormatError, messageOf, StoreError, sleep } from '../../../base/index.ts';
import type { BlobStore, Database } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { mailOperations as operations } from '../module.ts';
import { blockColumns, columnCount, fillingBlock } from './blocks.ts';
import { storedColumnBytes } from './columns.ts';
import { type Digest, openDigest, rangesOf, type Undigested } from './digest.ts';
import type { Unindexed } from './scripts.ts';
import { SearchWorker } from './worker.ts';

export interface SearchIndexerOptions {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly onError: (event: string, error: unknown) => void;
  /** Waits so many milliseconds, or until it is told to stop; tests do not wait. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Whether trying again would not help: the bytes are gone, or the structure is not one. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof StoreError) return error.reason === 'not-found' || error.reason === 'corrupt';
  return error instanceof FormatError || error instanceof RangeError;
}

/**
 * Builds the search index behind delivery: reads what lies after each account's cursor, works it out in a thread of its
 * own and writes it in small transactions, the cursor with it. Nothing is lost by stopping at any moment. Where several
 * processes index one database, the cursor lets one of them win; the others' work is dropped.
 */
export class SearchIndexer {
  readonly #options: SearchIndexerOptions;
  readonly #worker = new SearchWorker();
  /** Accounts that may have something new, in the order in which they are served. */
  readonly #behind = new Set<number>();
  readonly #stop = new AbortController();
  /** Where the look for blocks whose emails are gone goes on, by account. */
  readonly #thinFrom = new Map<number, number>();
  #unsubscribe: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #hints = 0;
  #indexed = 0;

  constructor(options: SearchIndexerOptions) {
    this.#options = options;
  }

  /** Accounts that wait to be looked at. */
  get waiting(): number {
    return this.#behind.size;
  }

  /** Emails indexed since the start. */
  get indexed(): number {
    return this.#indexed;
  }

  /** Emails of all accounts that are not in the index yet, and the size of its blocks in bytes. */
  progress(): Promise<{ readonly behind: number; readonly bytes: number }> {
    return this.#options.database.call(operations.searchProgress, {});
  }

  /** Looks for what was left over, then follows the change feed. */
  async start(): Promise<void> {
    const { database } = this.#options;
    this.#unsubscribe = database.changes.subscribeAll(({ account }) => {
      this.#hints++;
      this.#look(account);
    });
    for (let after = -1; !this.#stop.signal.aborted; ) {
      const accounts = await database.call(operations.searchBehind, { after });
      for (const account of accounts) this.#look(account);
      const last = accounts.at(-1);
      if (last === undefined || accounts.length < limits.pageRows) return;
      after = last;
    }
  }

  /** Resolves when there is nothing left to do now. */
  async caughtUp(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#stop.abort();
    await this.#running;
    await this.#worker.close();
  }

  #look(account: number): void {
    this.#behind.add(account);
    if (this.#running || this.#stop.signal.aborted) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#pause(limits.indexGatherMs);
    for (const account of this.#behind) {
      if (signal.aborted) return;
      this.#behind.delete(account);
      try {
        // One batch, then the others' turn: an import of a hundred thousand messages holds up nobody.
        if (await this.#batch(account)) this.#behind.add(account);
        await this.#calm();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onError('search index not built', messageOf(error));
        this.#behind.add(account);
        await this.#pause(limits.indexRetryMs);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return (this.#options.pause ?? sleep)(ms, this.#stop.signal);
  }

  /** While mail comes in, indexing waits; but not for ever. */
  async #calm(): Promise<void> {
    for (let waited = 0; waited < limits.indexCalmMaxMs; waited += limits.indexCalmMs) {
      const before = this.#hints;
      if (this.#behind.size === 0) return;
      await this.#pause(limits.indexCalmMs);
      if (this.#hints - before <= limits.indexCalmHintsMax) return;
    }
  }

  /** Whether there may be more. */
  async #batch(account: number): Promise<boolean> {
    const { database } = this.#options;
    const todo = await database.call(operations.unindexed, { account });
    if (todo === null) return false;
    const { from, upTo, emails } = todo;
    const digests: Digest[] = [];
    for (const some of inPortions(emails)) digests.push(...(await this.#digest(some)));
    const { done, waitingBytes } = await database.call(operations.index, { account, from, upTo, digests });
    if (done) this.#indexed += digests.length;
    if (waitingBytes >= blockColumns * storedColumnBytes) await this.#makeBlocks(account);
    return true;
  }

  async #digest(emails: readonly Unindexed[]): Promise<readonly Digest[]> {
    const messages: Undigested[] = [];
    const broken: Digest[] = [];
    for (const email of emails) {
      try {
        messages.push(await this.#read(email));
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        broken.push(openDigest(email.id));
      }
    }
    if (messages.length === 0) return broken;
    try {
      return [...broken, ...(await this.#worker.run('digest', messages))];
    } catch (error) {
      if (this.#stop.signal.aborted) throw error;
      return [...broken, ...(await this.#digestSingly(messages))];
    }
  }

  /** One message that cannot be worked out must not keep the others, or itself, from being found. */
  async #digestSingly(messages: readonly Undigested[]): Promise<Digest[]> {
    const digests: Digest[] = [];
    for (const message of messages) {
      try {
        digests.push(...(await this.#worker.run('digest', [message])));
      } catch (error) {
        if (this.#stop.signal.aborted) throw error;
        this.#options.onError('a message is left out of the search index', messageOf(error));
        digests.push(openDigest(message.id));
      }
    }
    return digests;
  }

  async #read({ id, hash, size, headerLength, structure }: Unindexed): Promise<Undigested> {
    const pieces: { start: number; bytes: Uint8Array }[] = [];
    for (const [start, end] of rangesOf({ structure, size, headerLength })) {
      pieces.push({ start, bytes: await this.#options.blobs.read(hash, [start, end]) });
    }
    return { id, structure, headerLength, pieces };
  }

  /** Columns that wait are put into blocks as long as they fill one; blocks of which little is left are taken apart. */
  async #makeBlocks(account: number): Promise<void> {
    const { database } = this.#options;
    for (;;) {
      const waiting = await database.call(operations.searchWaiting, { account });
      const count = fillingBlock(waiting.map(({ columns }) => columnCount(columns)));
      if (count === 0) break;
      const some = waiting.slice(0, count);
      const block = await this.#worker.run('block', some);
      const emails = some.map(({ id }) => id);
      if (!(await database.call(operations.addBlock, { account, emails, block }))) break;
    }
    const after = this.#thinFrom.get(account) ?? 0;
    const { next, found } = await database.call(operations.thinBlock, { account, after });
    if (next === null) this.#thinFrom.delete(account);
    else this.#thinFrom.set(account, next);
    if (found === null) return;
    const { block, content, keep } = found;
    const waiting = await this.#worker.run('unblock', { block: content, keep });
    await database.call(operations.removeBlock, { account, block, waiting });
  }
}

/** Portions of about `indexedPortionBytes`, so that what is read at once stays bounded. */
function* inPortions(emails: readonly Unindexed[]): Generator<Unindexed[]> {
  let portion: Unindexed[] = [];
  let bytes = 0;
  for (const email of emails) {
    portion.push(email);
    bytes += Math.min(email.size, limits.indexedBodyBytesMax);
    if (bytes < limits.indexedPortionBytes) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

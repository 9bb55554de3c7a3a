import { createHash } from 'node:crypto';
import { StoreError } from '../../base/index.ts';
import type { Operation } from '../../storage/index.ts';
import { AttachmentStore } from './attachments.ts';
import { limits } from './limits.ts';
import { jobOperations, collectionsOperations as operations } from './module.ts';
import { checkName, nameKey } from './names.ts';
import { type CollectionsOptions, CollectionsStoreReader } from './reader.ts';
import type { Outcome, Wish } from './scripts/items.ts';
import type { Done, Write } from './scripts/shelf.ts';
import { SharingStore } from './sharing.ts';
import { shownCollection, shownItem } from './shown.ts';
import { noFirst, noLast } from './tables.ts';
import type {
  CollectionChange,
  CollectionRow,
  CollectionsWriter,
  ItemRow,
  Job,
  JobOutcome,
  KeepOptions,
  Move,
  Moved,
  NewItem,
  NewJob,
  PropertyChange,
  PutOptions,
  Quiet,
} from './types.ts';

/** Above all that a lane is made of. */
const lastCharacter = '~';

const isNul = (text: string) => text.includes('\0');

function wishOf(name: string, item: NewItem): Wish {
  const { bytes, uid, component, digest, firstMs, lastMs, scheduleTag, attachments = null } = item;
  if (uid === '' || isNul(uid) || Buffer.byteLength(uid) > limits.uidBytesMax)
    throw new StoreError('invalid', `a UID has 1 to ${limits.uidBytesMax} octets`);
  if (isNul(digest) || Buffer.byteLength(digest) > limits.digestBytesMax)
    throw new Error('what formats made of an item is not to be kept');
  return {
    name: checkName(name),
    bytes,
    hash: createHash('sha256').update(bytes).digest('hex'),
    uid,
    component,
    digest,
    first: timeOf(firstMs, noFirst),
    last: timeOf(lastMs, noLast),
    tag: scheduleTag,
    attachments,
  };
}

/** Between the two that stand for none. */
function timeOf(ms: number | null, none: number): number {
  return ms === null ? none : Math.max(noFirst + 1, Math.min(Math.trunc(ms), noLast - 1));
}

/** The same for many; what cannot be kept at all is told in its place. */
function wishOrFault(name: string, item: NewItem): Wish | string {
  try {
    return wishOf(name, item);
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

/** Calendars and address books over one database and one blob store. */
export class CollectionsStore extends CollectionsStoreReader implements CollectionsWriter {
  readonly sharing: SharingStore;
  readonly attachments: AttachmentStore;
  readonly #listeners = new Set<(moved: Moved) => void>();
  readonly #jobListeners = new Set<() => void>();

  constructor(options: CollectionsOptions) {
    super(options);
    this.sharing = new SharingStore(options.database, options.clock, (moved) => this.#tell(moved));
    this.attachments = new AttachmentStore(options);
    if (options.onChanged) this.watch(options.onChanged);
  }

  #write(account: number): Write {
    return { account, now: this.options.clock.nowMs(), quota: this.options.settings().quota };
  }

  /** Tells who listens, once what was done is durable. */
  async #do<Args extends Write & { readonly jobs?: readonly NewJob[] }, T>(
    operation: Operation<Args, Done<T>>,
    args: Args,
    quiet: Quiet = [],
    moveOf: (done: T, collection: number) => Move = () => ({ what: 'items' }),
  ): Promise<T> {
    const { done, moved } = await this.database.call(operation, args);
    const { account } = args;
    for (const collection of moved) this.#tell({ account, collection, quiet, ...moveOf(done, collection) });
    if (args.jobs !== undefined && args.jobs.length > 0) this.#tellJobs();
    return done;
  }

  #tell(moved: Moved): void {
    for (const listener of this.#listeners) listener(moved);
  }

  #tellJobs(): void {
    for (const listener of this.#jobListeners) listener();
  }

  watch(listener: (moved: Moved) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async makeCollection(
    account: number,
    wish: Parameters<CollectionsWriter['makeCollection']>[1],
  ): Promise<CollectionRow> {
    const { properties = [], quiet, ...rest } = wish;
    const { home } = wish;
    const args = { ...this.#write(account), ...rest, name: checkName(wish.name), properties };
    const made = await this.#do(operations.makeCollection, args, quiet, () => ({ what: 'made', home }));
    return shownCollection(made);
  }

  async changeCollection(
    account: number,
    id: number,
    { quiet, ...change }: CollectionChange,
  ): Promise<CollectionRow> {
    const args = { ...this.#write(account), collection: id, change };
    const details = () => ({ what: 'details' }) as const;
    return shownCollection(await this.#do(operations.changeCollection, args, quiet, details));
  }

  async removeCollection(
    account: number,
    id: number,
    jobs: readonly NewJob[] = [],
    quiet: Quiet = [],
  ): Promise<void> {
    const args = { ...this.#write(account), collection: id, jobs };
    await this.#do(operations.removeCollection, args, quiet, (removed) => ({ what: 'removed', ...removed }));
    await this.#bury(account);
  }

  async #bury(account: number, between = async () => {}): Promise<void> {
    while (await this.database.call(operations.bury, { account, now: this.options.clock.nowMs() }))
      await between();
  }

  async put(
    account: number,
    collection: number,
    name: string,
    item: NewItem,
    options: KeepOptions = {},
  ): Promise<{ readonly item: ItemRow; readonly created: boolean }> {
    const { beside: also, quiet, ...rest } = options;
    const beside = also && { collection: also.collection, wish: wishOf(also.name, also.item) };
    const args = { ...rest, ...this.#write(account), collection, wish: wishOf(name, item), beside };
    const put = await this.#do(operations.put, args, quiet);
    return { item: shownItem(put.item), created: put.created };
  }

  async putMany(
    account: number,
    collection: number,
    items: readonly { readonly name: string; readonly item: NewItem }[],
  ): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    let batch: { readonly at: number; readonly wish: Wish }[] = [];
    let bytes = 0;
    const flush = async () => {
      if (batch.length === 0) return;
      const args = { ...this.#write(account), collection, wishes: batch.map(({ wish }) => wish) };
      const made = await this.#do(operations.putMany, args);
      for (const [index, { at }] of batch.entries()) {
        const outcome = made[index];
        if (outcome) outcomes[at] = outcome;
      }
      batch = [];
      bytes = 0;
    };
    for (const [at, { name, item }] of items.entries()) {
      const wish = wishOrFault(name, item);
      if (typeof wish === 'string') {
        outcomes[at] = { refused: wish };
        continue;
      }
      const isFull = batch.length >= limits.batchItemsMax || bytes + wish.bytes.length > limits.batchBytesMax;
      if (isFull) await flush();
      batch.push({ at, wish });
      bytes += wish.bytes.length;
    }
    await flush();
    return outcomes;
  }

  async remove(
    account: number,
    collection: number,
    name: string,
    { quiet, ...options }: PutOptions = {},
  ): Promise<void> {
    const args = { ...options, ...this.#write(account), collection, name: nameKey(name) };
    await this.#do(operations.remove, args, quiet);
  }

  async move(
    account: number,
    from: { readonly collection: number; readonly name: string },
    to: { readonly collection: number; readonly name: string },
    { quiet, ...options }: PutOptions = {},
  ): Promise<ItemRow> {
    const args = {
      ...options,
      ...this.#write(account),
      from: { ...from, name: nameKey(from.name) },
      to: { ...to, name: checkName(to.name) },
    };
    return shownItem(await this.#do(operations.move, args, quiet));
  }

  async changeProperties(account: number, node: number, changes: readonly PropertyChange[]): Promise<void> {
    const args = { ...this.#write(account), node, changes };
    await this.#do(operations.changeProperties, args, [], (_, collection) => ({
      what: collection === node ? 'details' : 'items',
    }));
  }

  async takeJobs(kind: string, max: number, claimMs: number): Promise<readonly Job[]> {
    const now = this.options.clock.nowMs();
    // Most looks find nothing: a read tells that without a turn of the writer.
    const next = await this.nextJobMs(kind);
    if (next === null || next > now) return [];
    const args = { kind, now, until: now + claimMs, max: Math.min(max, limits.jobsPerTakeMax) };
    const taken = await this.database.call(jobOperations.take, args);
    return taken.map(({ due: dueMs, bytes: _, ...job }) => ({ ...job, dueMs }));
  }

  async addJob(account: number, job: NewJob): Promise<void> {
    await this.database.call(jobOperations.add, { account, now: this.options.clock.nowMs(), job });
    this.#tellJobs();
  }

  watchJobs(listener: () => void): () => void {
    this.#jobListeners.add(listener);
    return () => this.#jobListeners.delete(listener);
  }

  async settleJob(job: Job, outcome: JobOutcome): Promise<void> {
    const { account, kind, key, id, attempts } = job;
    const now = this.options.clock.nowMs();
    await this.database.call(jobOperations.settle, { account, kind, key, id, attempts, now, outcome });
    if (typeof outcome === 'object' && 'next' in outcome && outcome.next.length > 0) this.#tellJobs();
  }

  busyLanes(account: number, kind: string, prefix: string): Promise<readonly string[]> {
    const args = { account, kind, from: prefix, to: `${prefix}${lastCharacter}` };
    return this.database.call(jobOperations.lanes, args);
  }

  waitingJobs(kind: string): Promise<number> {
    const until = this.options.clock.nowMs() + limits.jobsAsideMs;
    return this.database.call(jobOperations.waiting, { kind, until });
  }

  nextJobMs(kind: string): Promise<number | null> {
    return this.database.call(jobOperations.next, { kind });
  }

  heldJobs(): Promise<number> {
    return this.database.call(jobOperations.held, {});
  }

  async decideHeldJobs(go: boolean): Promise<number> {
    const args = { now: this.options.clock.nowMs(), go };
    const decided = await this.database.call(jobOperations.decideHeld, args);
    if (go && decided > 0) this.#tellJobs();
    return decided;
  }

  async purge(between = async () => {}): Promise<void> {
    const before = this.options.clock.nowMs() - limits.tombstonesMs;
    for (let after = -1; ; ) {
      const due = await this.database.call(operations.due, { after, before });
      for (const { account } of due) {
        const args = { account, now: this.options.clock.nowMs(), before };
        while (await this.database.call(operations.purgeOld, args)) await between();
        await this.#bury(account, between);
      }
      const last = due.at(-1);
      if (!last) return;
      after = last.account;
    }
  }

  async erase(account: number): Promise<void> {
    const args = { account, now: this.options.clock.nowMs() };
    while (await this.database.call(operations.erase, args));
  }
}

export function createCollections(options: CollectionsOptions): CollectionsWriter {
  return new CollectionsStore(options);
}

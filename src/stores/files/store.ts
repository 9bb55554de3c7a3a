import { publicAccount } from '../../accounts/index.ts';
import { randomUuid, StoreError } from '../../base/index.ts';
import { Coming } from './coming.ts';
import { isMediaType, typeOfName } from './content-types.ts';
import { limits } from './limits.ts';
import { filesOperations as operations } from './module.ts';
import { nameKey } from './names.ts';
import { type FilesStoreOptions, FilesStoreReader } from './reader.ts';
import { Reserve, Reserves } from './reserves.ts';
import type { Copying } from './scripts/copying.ts';
import type { Begun, Stale, Transferred } from './scripts/ends.ts';
import type { Done, Rules, Write } from './scripts/tree.ts';
import { shownLock, shownNode } from './shown.ts';
import { StagedContent, stage } from './staging.ts';
import type {
  By,
  DeadPropertyChange,
  Expect,
  FileLock,
  FileNode,
  FilesWriter,
  Moved,
  MoveOptions,
  Place,
  Put,
  PutOptions,
  Staged,
  Usage,
} from './types.ts';

/** RFC 4918 §6.5 */
const lockToken = () => `urn:uuid:${randomUuid()}`;
const cut = (text: string, chars: number) => text.slice(0, chars);
const typeOf = (name: string, { type }: PutOptions) =>
  type !== undefined && isMediaType(type) ? type : typeOfName(name);
/** Between the steps of what a request waits for nothing is done. */
const atOnce = async () => {};
const expecting = (expect: Expect | undefined) => (expect === undefined ? {} : { expect });

/** The trees of files over one database and one blob store. */
export class FilesStore extends FilesStoreReader implements FilesWriter {
  readonly #reserves: Reserves;
  readonly #coming = new Coming();

  constructor(options: FilesStoreOptions) {
    super(options);
    this.#reserves = options.reserves ?? new Reserves();
  }

  #rules(account: number): Rules {
    const { kept, versions } = this.options.settings();
    const { reservedName } = this.options;
    const reserved = account === publicAccount || reservedName === undefined ? null : nameKey(reservedName);
    const coming = this.#coming.kept(account);
    return { quota: this.quotaOf(account), keptPercent: kept, coming, versions: versions.count, reserved };
  }

  #write(account: number, by: By): Write {
    return { account, by, now: this.now(), rules: this.#rules(account) };
  }

  #account(account: number) {
    return { account, now: this.now(), rules: this.#rules(account) };
  }

  /** What a write pushed out goes before it is answered, so that no more is kept than may be. */
  async #settle<T>(account: number, { done, crowded }: Done<T>): Promise<T> {
    if (crowded) await this.#trim(account);
    return done;
  }

  async #trim(account: number, between = atOnce): Promise<void> {
    let isMore = true;
    while (isMore) {
      isMore = await this.database.call(operations.trim, this.#account(account));
      await this.#bury(account, between);
    }
  }

  async #bury(account: number, between = atOnce): Promise<void> {
    while (await this.database.call(operations.bury, this.#account(account))) await between();
  }

  async stage(
    account: number,
    data: Buffer | AsyncIterable<Uint8Array>,
    declared: number | null = null,
    replaced = 0,
    counted = 0,
  ): Promise<Staged> {
    await this.#reserves.ask(account, { isKnown: true });
    const { used, quota } = await this.usage(account);
    const room = quota === null ? Infinity : Math.max(0, quota - used + replaced);
    const reserve = new Reserve(this.#reserves, account, counted);
    return stage(this.options.blobs, data, {
      declared,
      room,
      sizeMax: this.options.settings().file,
      reserve,
    });
  }

  async put(place: Place, content: Staged, options: PutOptions): Promise<Put> {
    const { account, folder, name } = place;
    if (!(content instanceof StagedContent)) throw new Error('content that no stage made');
    const { blob } = content;
    const done = await this.database.call(operations.put, {
      ...this.#write(account, options.by),
      ...expecting(options.expect),
      folder,
      name,
      content: {
        blob,
        type: cut(typeOf(name, options), limits.typeCharsMax),
        checksum: cut(options.checksum ?? '', limits.checksumCharsMax),
        modified: options.modifiedMs ?? null,
        created: options.createdMs ?? null,
      },
    });
    content.settle();
    const { node, created } = await this.#settle(account, done);
    return { node: shownNode(node), created };
  }

  async makeFolder(
    { account, folder, name }: Place,
    options: { readonly by: By; readonly properties?: readonly DeadPropertyChange[] },
  ): Promise<FileNode> {
    const properties = options.properties ?? [];
    const args = { ...this.#write(account, options.by), folder, name, properties };
    return shownNode(await this.database.call(operations.makeFolder, args));
  }

  async remove(
    account: number,
    node: number,
    options: { readonly by: By; readonly expect?: Expect; readonly forGood?: boolean },
  ): Promise<void> {
    const forGood = options.forGood ?? false;
    const write = { ...this.#write(account, options.by), ...expecting(options.expect) };
    const done = await this.database.call(operations.remove, { ...write, node, forGood });
    await this.#settle(account, done);
    if (forGood) await this.#bury(account);
  }

  #transfer(from: { readonly account: number; readonly node: number }, to: Place, options: MoveOptions) {
    const { account, folder, name } = to;
    return {
      ...this.#write(account, options.by),
      ...expecting(options.expect),
      accounts: [account, from.account],
      from,
      folder,
      name,
      overwrite: options.overwrite,
    };
  }

  /**
   * A MOVE or COPY, in as many steps as it takes. Where one fails, what was copied goes again at once; where that fails too,
   * or there is a crash, `purge` finds it. `ask`: what is to be done, with the copy once it is whole.
   */
  #carry(
    account: number,
    options: Pick<MoveOptions, 'still'>,
    ask: (begun: Copying | null) => Promise<Transferred | Begun | Stale>,
  ): Promise<Transferred> {
    return this.#coming.during(account, async () => {
      for (let attempt = 1; attempt <= limits.moveAttemptsMax; attempt++) {
        const answer = await ask(null);
        if ('done' in answer) return answer;
        const done = 'begun' in answer ? await this.#carryOn(account, answer.begun, options, ask) : null;
        if (done !== null) return done;
      }
      throw new StoreError('conflict', 'it changes while it is being moved');
    });
  }

  override async usage(account: number): Promise<Usage> {
    const usage = await super.usage(account);
    return { ...usage, kept: usage.kept - this.#coming.kept(account) };
  }

  /** Null where it has to begin again. */
  async #carryOn(
    account: number,
    begun: Copying,
    { still }: Pick<MoveOptions, 'still'>,
    ask: (begun: Copying) => Promise<Transferred | Begun | Stale>,
  ): Promise<Transferred | null> {
    const reserve = new Reserve(this.#reserves, account);
    let [copying, isPlaced, kept] = [begun, false, 0];
    const keep = (bytes: number) => {
      this.#coming.keep(account, bytes - kept);
      kept = bytes;
    };
    try {
      keep(begun.kept);
      await this.#reserves.ask(account, { isKnown: true });
      const { used, quota } = await this.usage(account);
      const room = quota === null ? Infinity : Math.max(0, quota - used + begun.freed.size);
      reserve.cover(begun.expected.size, room);
      while (copying.opened.length > 0) {
        const step = { ...this.#account(account), accounts: [account, copying.from], copying };
        copying = await this.database.call(operations.copyStep, step);
        keep(copying.kept);
        reserve.cover(copying.made.size, room);
      }
      await still?.();
      keep(0);
      const answer = await ask(copying);
      isPlaced = 'done' in answer;
      return 'done' in answer ? answer : null;
    } finally {
      reserve.end();
      if (!isPlaced) await this.#giveUp(account, begun.top).catch(() => {});
      keep(0);
    }
  }

  async #giveUp(account: number, top: number | null, between = atOnce): Promise<void> {
    while (await this.database.call(operations.giveUpCopies, { ...this.#account(account), top }))
      await between();
    await this.#bury(account, between);
  }

  async move(
    from: { readonly account: number; readonly node: number },
    to: Place,
    options: MoveOptions,
  ): Promise<Moved> {
    const done = await this.#carry(to.account, options, (begun) =>
      this.database.call(operations.move, { ...this.#transfer(from, to, options), begun }),
    );
    const { node, replaced } = await this.#settle(to.account, done);
    if (from.account !== to.account) await this.#trim(from.account);
    return { node: shownNode(node), replaced };
  }

  async copy(
    from: { readonly account: number; readonly node: number },
    to: Place,
    options: MoveOptions & { readonly depth: '0' | 'infinity' },
  ): Promise<Moved> {
    const { depth } = options;
    const done = await this.#carry(to.account, options, (begun) =>
      this.database.call(operations.copy, { ...this.#transfer(from, to, options), depth, begun }),
    );
    const { node, replaced } = await this.#settle(to.account, done);
    return { node: shownNode(node), replaced };
  }

  async setProperties(
    account: number,
    node: number,
    changes: readonly DeadPropertyChange[],
    options: { readonly by: By; readonly modifiedMs?: number; readonly expect?: Expect },
  ): Promise<FileNode> {
    const args = {
      ...this.#write(account, options.by),
      ...expecting(options.expect),
      node,
      changes,
      modified: options.modifiedMs ?? null,
    };
    return shownNode(await this.database.call(operations.setProperties, args));
  }

  async lock(
    { untilMs: until = 0, ...wish }: Omit<FileLock, 'token' | 'expiresMs'> & { readonly untilMs?: number },
    expect?: Expect,
  ): Promise<FileLock> {
    if (Buffer.byteLength(wish.owner) > limits.lockOwnerBytesMax)
      throw new StoreError('too-large', `an owner has at most ${limits.lockOwnerBytesMax} bytes`);
    if (wish.root.length > limits.lockRootCharsMax) throw new StoreError('limit', 'the path is too long');
    const seconds = lockSeconds(wish.seconds);
    const args = { ...wish, ...expecting(expect), seconds, until, token: lockToken(), now: this.now() };
    return shownLock(await this.database.call(operations.lock, args));
  }

  async refreshLock(
    account: number,
    node: number,
    token: string,
    by: number,
    seconds: number,
    untilMs = 0,
  ): Promise<FileLock | null> {
    const until = untilMs;
    const args = { account, node, token, by, until, seconds: lockSeconds(seconds), now: this.now() };
    const renewed = await this.database.call(operations.refreshLock, args);
    return renewed === null ? null : shownLock(renewed);
  }

  unlock(account: number, node: number, token: string, by: number): Promise<boolean> {
    return this.database.call(operations.unlock, { account, node, token, by, now: this.now() });
  }

  async restoreVersion(account: number, node: number, number: number, by: By): Promise<FileNode> {
    const args = { ...this.#write(account, by), node, number };
    const done = await this.database.call(operations.restoreVersion, args);
    return shownNode(await this.#settle(account, done));
  }

  removeVersion(account: number, node: number, number: number): Promise<void> {
    return this.database.call(operations.removeVersion, { ...this.#account(account), node, number });
  }

  async restoreTrash(account: number, node: number, by: By, to?: Omit<Place, 'account'>): Promise<FileNode> {
    const args = { ...this.#write(account, by), node, to: to ?? null };
    return shownNode(await this.database.call(operations.restoreTrash, args));
  }

  async emptyTrash(account: number, node?: number): Promise<void> {
    const args = { account, rules: this.#rules(account), node: node ?? null, max: limits.stepRows };
    while (await this.database.call(operations.emptyTrash, args));
    await this.#bury(account);
  }

  setQuota(account: number, bytes: number | null): Promise<void> {
    return this.database.call(operations.setQuota, { account, quota: bytes, now: this.now() });
  }

  async purge(between = atOnce): Promise<void> {
    const now = this.now();
    const { quota, kept, trash, versions } = this.options.settings();
    const before = {
      trashBefore: now - trash,
      versionsBefore: now - versions.age,
      goneBefore: now - limits.tombstonesMs,
    };
    await this.database.call(operations.forgetLocks, { now });
    for (let after = -1; ; ) {
      const due = await this.database.call(operations.due, { ...before, after, quota, percent: kept });
      for (const { account } of due) await this.#purgeAccount(account, before, between);
      const last = due.at(-1);
      if (!last) break;
      after = last.account;
    }
    for (const { account } of await this.database.call(operations.forgetful, {}))
      await this.#purgeAccount(account, before, between);
  }

  async #purgeAccount(
    account: number,
    before: { trashBefore: number; versionsBefore: number; goneBefore: number },
    between: () => Promise<void>,
  ): Promise<void> {
    await between();
    await this.#coming.clear(account, () => this.#giveUp(account, null, between));
    while (await this.database.call(operations.purgeOld, { ...this.#account(account), ...before }))
      await between();
    await this.#bury(account, between);
    await this.#trim(account, between);
  }

  async erase(account: number): Promise<void> {
    while (await this.database.call(operations.erase, { account, now: this.now() }));
  }
}

const lockSeconds = (seconds: number) => Math.max(1, Math.min(Math.floor(seconds), limits.lockSecondsMax));

export function createFilesStore(options: FilesStoreOptions): FilesWriter {
  return new FilesStore(options);
}

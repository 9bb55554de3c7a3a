import type { Readable } from 'node:stream';
import { publicAccount } from '../../accounts/index.ts';
import { type Clock, Recent, StoreError } from '../../base/index.ts';
import type { ParsedMessage } from '../../formats/mime/index.ts';
import {
  type BlobStore,
  type BlobWant,
  type Database,
  numbers,
  type StoredBlob,
} from '../../storage/index.ts';
import { type AtHand, createAtHand } from './held/at-hand.ts';
import { ContentCache } from './held/content-cache.ts';
import { FieldCache } from './held/field-cache.ts';
import { OrderCache } from './held/order-cache.ts';
import { pick, RowCache } from './held/row-cache.ts';
import { pages, passing, slices } from './held/scans.ts';
import { prepare, stage } from './incoming/stage.ts';
import { limits } from './limits.ts';
import { mailOperations as operations } from './module.ts';
import { compareNames, normaliseName } from './names.ts';
import { emailObjectId } from './object-ids.ts';
import type { MailboxRow } from './scripts.ts';
import type { Narrowed } from './search/find.ts';
import { isOfEnvelope, type Needle } from './search/needle.ts';
import { type Box, createSharing, type Sharing } from './sharing/sharing.ts';
import type {
  AccountNews,
  Appended,
  Copied,
  EmailContent,
  Incoming,
  ListedName,
  Mailbox,
  MailReader,
  MailWriter,
  MessageRow,
  News,
  NewsAsked,
  OrderColumn,
  OrderKey,
  RowFilter,
  Snapshot,
  SpecialUse,
  StoredFlags,
  StoreFlags,
  Threading,
  UidRange,
  Uids,
} from './types.ts';

export interface MailStoreOptions {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Bytes a new account may use; null for no limit. */
  readonly quota: number | null;
}

type StoredContent = Omit<EmailContent, 'objectId'>;

function shown(row: MailboxRow, subscribed: boolean): Mailbox {
  const { listedModseq: _, ...mailbox } = row;
  return { ...mailbox, subscribed };
}

/** The mail of all members over one database and one blob store. */
export class MailStore implements MailWriter {
  readonly sharing: Sharing;
  readonly atHand: AtHand;
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #quota: number | null;
  readonly #provisioned = new Set<number>();
  readonly #cache: RowCache;
  readonly #contents = new ContentCache();
  readonly #fields = new FieldCache();
  readonly #orders: OrderCache;
  readonly #unseen = new Recent<string, { modseq: number; uid: number | null }>(limits.cachedUnseenCount);

  constructor(options: MailStoreOptions) {
    this.#database = options.database;
    this.#blobs = options.blobs;
    this.atHand = createAtHand(options.blobs, this.#contents);
    this.#clock = options.clock;
    this.#quota = options.quota;
    this.#cache = new RowCache({
      news: (account, mailbox, since) => this.#database.call(operations.rowNews, { account, mailbox, since }),
      pages: (account, mailbox) => this.#rowsOf(account, mailbox, 1, limits.uidMax),
    });
    this.#orders = new OrderCache({
      counted: (account, mailbox) => this.#database.call(operations.byId, { account, mailbox }),
      column: (account, mailbox, key) =>
        this.#database.call(operations.order, { account, mailbox, key, uids: null }),
      threading: (account, mailbox) =>
        this.#database.call(operations.threading, { account, mailbox, uids: null }),
    });
    this.sharing = createSharing(this.#database, this.#clock, (account) => this.#ensure(account));
  }

  async list(account: number): Promise<readonly ListedName[]> {
    await this.#ensure(account);
    const { mailboxes, subscriptions } = await this.#database.call(operations.list, { account });
    const subscribed = new Set(subscriptions);
    const listed: ListedName[] = mailboxes.map((row) => {
      const mailbox = shown(row as MailboxRow, subscribed.has(row.name));
      return { name: row.name, mailbox, subscribed: mailbox.subscribed };
    });
    const names = new Set(mailboxes.map((row) => row.name));
    for (const name of subscriptions) {
      if (!names.has(name)) listed.push({ name, mailbox: null, subscribed: true });
    }
    return listed.sort((a, b) => compareNames(a.name, b.name));
  }

  async find(account: number, name: string): Promise<Mailbox> {
    await this.#ensure(account);
    const { subscribed, ...row } = await this.#database.call(operations.find, { account, name });
    return shown(row, subscribed);
  }

  async byId(account: number, mailbox: number): Promise<Mailbox | null> {
    const found = await this.#database.call(operations.byId, { account, mailbox });
    return found === null ? null : shown(found as MailboxRow, found.subscribed);
  }

  async snapshot(account: number, mailbox: number): Promise<Snapshot> {
    const { mailbox: row, gone } = await this.#database.call(operations.opening, { account, mailbox });
    const { uidNext, messages } = row;
    const there = uidNext - 1 - gone.reduce((sum, block) => sum + block.gone, 0);
    if (there === messages) return { mailbox: shown(row, row.subscribed), gone };
    // What was counted is wrong, `myco verify` says so; who opens the mailbox must not see wrong numbers meanwhile.
    const counted = await this.#database.call(operations.countBlocks, { account, mailbox, uidNext });
    const total = uidNext - 1 - counted.reduce((sum, block) => sum + block.gone, 0);
    return { mailbox: { ...shown(row, row.subscribed), messages: total }, gone: counted };
  }

  present(account: number, mailbox: number, stretch: Parameters<MailReader['present']>[2]) {
    const { count, ...asked } = stretch;
    const operation = count <= limits.pointReadsMax ? operations.fewPresent : operations.manyPresent;
    return this.#database.call(operation, { account, mailbox, ...asked });
  }

  async news(account: number, mailbox: number, asked: NewsAsked): Promise<News | null> {
    const args = { account, mailbox, ...asked };
    let found = await this.#database.call(operations.fewNews, args);
    // A session far behind may have to read the whole mailbox; that is not for the thread that serves everyone.
    if (found === 'many') found = await this.#database.call(operations.manyNews, args);
    if (found === null || found === 'many') return null;
    const box = { account, mailbox, topUid: asked.topUid };
    const first = found.changed;
    return { ...found, changed: { [Symbol.asyncIterator]: () => this.#changed(box, first) } };
  }

  async *#changed(
    box: { account: number; mailbox: number; topUid: number },
    first: readonly MessageRow[],
  ): AsyncGenerator<readonly MessageRow[]> {
    let rows = first;
    while (rows.length > 0) {
      const last = rows.at(-1);
      yield [...rows].sort((x, y) => x.uid - y.uid);
      if (!last || rows.length < limits.pageRows) return;
      rows = await this.#database.call(operations.rowsChanged, {
        ...box,
        modseq: last.modseq,
        uid: last.uid,
      });
    }
  }

  keywords(account: number, mailbox: number): Promise<readonly string[]> {
    return this.#database.call(operations.keywordsOf, { account, mailbox });
  }

  async firstUnseen(
    account: number,
    mailbox: number,
    rowsMax: number,
    modseq: number,
  ): Promise<number | null> {
    const key = `${account} ${mailbox} ${rowsMax}`;
    const known = this.#unseen.get(key);
    if (known?.modseq === modseq) return known.uid;
    const uid = await this.#database.call(operations.firstUnseen, { account, mailbox, rowsMax });
    this.#unseen.set(key, { modseq, uid });
    return uid;
  }

  async messages(
    account: number,
    mailbox: number,
    uids: readonly number[],
    since?: number,
  ): Promise<readonly MessageRow[]> {
    const all = await this.#cache.all(account, mailbox, uids.length);
    if (all !== null) {
      const rows = pick(all, uids);
      return since === undefined ? rows : rows.filter(({ modseq }) => modseq > since);
    }
    const [from = 0, to = 0] = [uids[0], uids.at(-1)];
    // Many that lie side by side are one stretch of the table.
    const isStretch = since === undefined && to - from + 1 === uids.length;
    if (isStretch && uids.length > limits.pointReadsMax && uids.length <= limits.pageRows)
      return this.#database.call(operations.page, { account, mailbox, from, to });
    const operation = uids.length <= limits.pointReadsMax ? operations.fewMessages : operations.manyMessages;
    return this.#database.call(operation, {
      account,
      mailbox,
      uids,
      ...(since === undefined ? {} : { since }),
    });
  }

  async *scan(
    account: number,
    mailbox: number,
    from: number,
    to: number,
  ): AsyncIterable<readonly MessageRow[]> {
    const all = await this.#cache.all(account, mailbox, to - from + 1);
    if (all === null) {
      yield* this.#rowsOf(account, mailbox, from, to);
      return;
    }
    yield* slices(all, from, to);
  }

  #rowsOf(account: number, mailbox: number, from: number, to: number): AsyncIterable<readonly MessageRow[]> {
    return pages(from, to, (next) =>
      this.#database.call(operations.page, { account, mailbox, from: next, to }),
    );
  }

  vanished(account: number, mailbox: number, since: number, upTo: number): Promise<Uint32Array> {
    return this.#database.call(operations.vanished, { account, mailbox, since, upTo });
  }

  async accountNews(account: number, since: number): Promise<AccountNews> {
    const { mailboxes, ...news } = await this.#database.call(operations.accountNews, { account, since });
    return { ...news, mailboxes: mailboxes.map((row) => shown(row, row.subscribed)) };
  }

  changedUids(account: number, mailbox: number, since: number): Promise<Uint32Array> {
    return this.#database.call(operations.changedUids, { account, mailbox, since });
  }

  async order(
    account: number,
    mailbox: number,
    key: OrderKey,
    uids: readonly number[] | null,
  ): Promise<OrderColumn> {
    const whole = await this.#orders.column(account, mailbox, key, uids?.length ?? Infinity);
    return whole ?? this.#database.call(operations.order, { account, mailbox, key, uids });
  }

  async threading(account: number, mailbox: number, uids: readonly number[] | null): Promise<Threading> {
    const whole = await this.#orders.threading(account, mailbox, uids?.length ?? Infinity);
    return whole ?? this.#database.call(operations.threading, { account, mailbox, uids });
  }

  contents(account: number, emails: readonly number[]): Promise<ReadonlyMap<number, EmailContent>> {
    return this.#contents.contents(account, emails, async (missing) => {
      const operation =
        missing.length <= limits.pointReadsMax ? operations.fewContents : operations.manyContents;
      const rows: readonly StoredContent[] = await this.#database.call(operation, {
        account,
        emails: missing,
      });
      return rows.map((row) => ({ ...row, objectId: emailObjectId(account, row.email) }));
    });
  }

  async narrow(
    account: number,
    needles: readonly Needle[],
    messages: number,
  ): Promise<readonly (Narrowed | null)[]> {
    // Fields that are held are sooner compared than the index is asked.
    const isCompared = (needle: Needle) => messages <= limits.comparedFieldsCount && isOfEnvelope(needle);
    const sought = needles.filter((needle) => !isCompared(needle));
    if (sought.length === 0) return needles.map(() => null);
    const found = await this.#database.call(operations.narrow, { account, needles: sought, messages });
    let next = 0;
    return needles.map((needle) => (isCompared(needle) ? null : (found[next++] ?? null)));
  }

  decide(account: number, emails: readonly number[], needle: Needle): Promise<Uint8Array> {
    if (!isOfEnvelope(needle)) return this.#database.call(operations.decide, { account, emails, needle });
    return this.#fields.decide(account, emails, needle, (missing) =>
      this.#database.call(operations.envelopeLines, { account, emails: missing }),
    );
  }

  async sentDays(account: number, emails: readonly number[]): Promise<ReadonlyMap<number, number | null>> {
    const rows = await this.#database.call(operations.sentDays, { account, emails });
    return new Map(rows.map(({ id, sentDay }) => [id, sentDay]));
  }

  async *scanWith(
    account: number,
    mailbox: number,
    from: number,
    to: number,
    filter: RowFilter,
  ): AsyncIterable<readonly MessageRow[]> {
    // Rows that are held are sooner looked through than asked for.
    const all = await this.#cache.all(account, mailbox, 'pass');
    if (all === null) {
      const { mask, value, narrowed } = filter;
      const [emails, above] = [numbers(narrowed?.emails ?? []), narrowed?.upTo ?? 0];
      const more = { account, mailbox, to, mask, value, emails, above };
      const page = (next: number) => this.#database.call(operations.pageWith, { ...more, from: next });
      yield* pages(from, to, page);
      return;
    }
    yield* passing(all, from, to, filter);
  }

  bytes(hash: string, range?: readonly [start: number, end: number]): Promise<Buffer> {
    return this.#blobs.read(hash, range);
  }

  bytesOf(wants: readonly BlobWant[]): Promise<Buffer[]> {
    return this.#contents.bytes(wants, (missing) => this.#blobs.readMany(missing));
  }

  stream(hash: string, range?: readonly [start: number, end: number]): Readable {
    return this.#blobs.stream(hash, range);
  }

  subscribe(account: number, listener: (modseq: number) => void): () => void {
    return this.#database.changes.subscribe(account, listener);
  }

  deletedSize(account: number, mailbox: number): Promise<number> {
    return this.#database.call(operations.deletedSize, { account, mailbox });
  }

  async quota(account: number): Promise<{ used: number; limit: number | null; messages: number }> {
    await this.#ensure(account);
    const row = await this.#database.call(operations.account, { account });
    if (!row) throw new StoreError('not-found', 'there is no such account');
    return { used: row.used, limit: row.quota, messages: row.messages };
  }

  stage(
    data: Buffer | AsyncIterable<Uint8Array>,
    sizeMax: number,
  ): Promise<{ blob: StoredBlob; parsed: ParsedMessage }> {
    return stage(this.#blobs, data, sizeMax);
  }

  hold(data: Buffer | AsyncIterable<Uint8Array>, sizeMax: number): Promise<StoredBlob> {
    return this.#blobs.put(data, { sizeMax });
  }

  discard(blob: StoredBlob): void {
    this.#blobs.release(blob);
  }

  async append(
    account: number,
    mailbox: number,
    incoming: readonly Incoming[],
  ): Promise<readonly Appended[]> {
    const now = this.#clock.nowMs();
    try {
      const messages = incoming.map((message) => prepare(message, now));
      return await this.#database.call(operations.append, { account, mailbox, messages });
    } finally {
      for (const { blob } of incoming) this.#blobs.release(blob);
    }
  }

  async replace(from: Box, uid: number, to: Box, incoming: Incoming): Promise<Appended | null> {
    const now = this.#clock.nowMs();
    const accounts = [from.account, to.account];
    try {
      const message = prepare(incoming, now);
      return await this.#database.call(operations.replace, { accounts, from, uid, to, message, now });
    } finally {
      this.#blobs.release(incoming.blob);
    }
  }

  /** The blob stays pinned: a message for several members is staged once; `discard` it after the last delivery. */
  async deliver(account: number, mailbox: string, incoming: Incoming): Promise<Appended> {
    await this.#ensure(account);
    const message = prepare(incoming, this.#clock.nowMs());
    return this.#database.call(operations.deliver, { account, name: mailbox, message });
  }

  async storeFlags(change: StoreFlags): Promise<StoredFlags> {
    return await this.#database.call(operations.storeFlags, change);
  }

  copy(account: number, from: number, to: number, uids: Uids): Promise<Copied> {
    return this.#database.call(operations.copy, { account, from, to, uids, now: this.#clock.nowMs() });
  }

  move(account: number, from: number, to: number, uids: Uids): Promise<Copied> {
    return this.#database.call(operations.move, { account, from, to, uids, now: this.#clock.nowMs() });
  }

  expunge(account: number, mailbox: number, uids: Uids | null): Promise<readonly UidRange[]> {
    return this.#database.call(operations.expunge, { account, mailbox, uids, now: this.#clock.nowMs() });
  }

  async create(account: number, name: string, specialUse: SpecialUse | null = null): Promise<Mailbox> {
    await this.#ensure(account);
    const row = await this.#database.call(operations.create, {
      account,
      name,
      specialUse,
      nowSeconds: this.#seconds(),
    });
    return shown(row, false);
  }

  remove(account: number, name: string): Promise<number> {
    return this.#database.call(operations.remove, { account, name, now: this.#clock.nowMs() });
  }

  rename(account: number, from: string, to: string): Promise<number> {
    const now = this.#clock.nowMs();
    return this.#database.call(operations.rename, { account, from, to, now, nowSeconds: this.#seconds() });
  }

  subscribeTo(account: number, name: string): Promise<number | null> {
    return this.#database.call(operations.subscribe, { account, name });
  }

  unsubscribeFrom(account: number, name: string): Promise<number> {
    return this.#database.call(operations.unsubscribe, { account, name: normaliseName(name) });
  }

  async claimRecent(account: number, mailbox: number): Promise<number> {
    const now = await this.#database.call(operations.byId, { account, mailbox });
    if (now !== null && now.recentUid >= now.uidNext) return now.recentUid;
    return this.#database.call(operations.claimRecent, { account, mailbox });
  }

  /** Members get their mailboxes with the first use, so that nothing has to happen when one is added. */
  async #ensure(account: number): Promise<void> {
    if (this.#provisioned.has(account)) return;
    if ((await this.#database.call(operations.account, { account })) === null) await this.provision(account);
    this.#provisioned.add(account);
  }

  async erase(account: number): Promise<void> {
    this.#provisioned.delete(account);
    await this.#database.call(operations.erase, { account, now: this.#clock.nowMs() });
    this.#cache.clear();
    this.#contents.clear();
    this.#orders.clear();
    this.#fields.clear();
    this.#unseen.clear();
  }

  provision(account: number): Promise<void> {
    return this.#database.call(operations.provision, {
      account,
      quota: account === publicAccount ? null : this.#quota,
      nowSeconds: this.#seconds(),
      // Public folders are made by name; nobody has an INBOX there.
      empty: account === publicAccount,
    });
  }

  async setQuota(account: number, limit: number | null): Promise<void> {
    if (!(await this.#database.call(operations.setQuota, { account, quota: limit }))) {
      throw new StoreError('not-found', 'there is no such account');
    }
  }

  #seconds(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }
}

export function createMailStore(options: MailStoreOptions): MailWriter {
  return new MailStore(options);
}

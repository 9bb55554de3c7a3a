import { Readable } from 'node:stream';
import { type Clock, StoreError } from '../../base/index.ts';
import { parseMailbox } from '../../formats/address/index.ts';
import type { BlobStore, Database, StoredBlob } from '../../storage/index.ts';
import { createClaims, messageOf, recipientOf } from './claims.ts';
import { limits } from './limits.ts';
import { outboxOperations as operations } from './module.ts';
import type { Cap, NewMessage } from './scripts/enqueue.ts';
import type { Change, Claims, Outbox, OutboxCounts, Outgoing, QueuedMessage, Selection } from './types.ts';

/** Recipients that one member, and all members with addresses of one domain, may send to; null: no limit. */
export interface SendingLimits {
  readonly memberPerHour: number | null;
  readonly memberPerDay: number | null;
  readonly domainPerHour: number | null;
  readonly domainPerDay: number | null;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** How long a message is tried. */
  readonly giveUpMs: number;
  /** When its sender is told that it is not there yet. */
  readonly warnMs: number;
  readonly sending: SendingLimits;
}

/** One outbox over one database and one blob store. */
export class OutboxStore implements Outbox {
  readonly #options: OutboxOptions;
  readonly #listeners = new Set<(why: 'added' | 'changed') => void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  stage(data: Buffer | AsyncIterable<Uint8Array>, sizeMax: number): Promise<StoredBlob> {
    if (Buffer.isBuffer(data) && data.length > sizeMax)
      return Promise.reject(new StoreError('too-large', 'the message is too large', { sizeMax }));
    return this.#options.blobs.put(data, { sizeMax });
  }

  discard(blob: StoredBlob): void {
    this.#options.blobs.release(blob);
  }

  async enqueue(outgoing: Outgoing): Promise<number> {
    const { database, blobs, clock } = this.#options;
    try {
      const now = clock.nowMs();
      const message = this.prepared(outgoing);
      const caps = this.#caps(outgoing);
      const id = await database.call(operations.enqueue, { account: outgoing.account, message, caps, now });
      this.#wake('added');
      return id;
    } finally {
      blobs.release(outgoing.blob);
    }
  }

  /** What the rows of a message hold. StoreError 'invalid' where it cannot be sent at all. */
  prepared(outgoing: Outgoing): NewMessage {
    const { giveUpMs, warnMs, clock } = this.#options;
    const { recipients, notBefore, expires, account, kind, sender, options, blob, headerLength, head } =
      outgoing;
    if (recipients.length === 0 || recipients.length > limits.recipientsPerMessageMax)
      throw new StoreError('invalid', `a message has 1 to ${limits.recipientsPerMessageMax} recipients`);
    if (Buffer.byteLength(head) > limits.headBytesMax)
      throw new StoreError('too-large', 'the header lines put before the message are too long');
    const created = clock.nowMs();
    const next = Math.max(created, notBefore ?? created);
    const warnAt = next + warnMs;
    return {
      account,
      kind,
      sender,
      options,
      head,
      blob,
      headerLength,
      created,
      next,
      expires: expires ?? next + giveUpMs,
      recipients: recipients.map(({ address, notify, orcpt }) => ({
        address,
        domain: parseMailbox(address).domain,
        notify: notify.join(','),
        orcpt,
        // RFC 3461 §4.1: who names conditions gets those; a notice is never about a notice.
        warnAt: sender === '' || (notify.length > 0 && !notify.includes('DELAY')) ? 0 : warnAt,
      })),
    };
  }

  #caps({ account, sender }: Outgoing): Cap[] {
    if (account === 0) return [];
    const { memberPerHour, memberPerDay, domainPerHour, domainPerDay } = this.#options.sending;
    const caps: Cap[] = [{ who: `member ${account}`, hourMax: memberPerHour, dayMax: memberPerDay }];
    const domain = sender.slice(sender.lastIndexOf('@') + 1);
    if (domain !== '') caps.push({ who: `domain ${domain}`, hourMax: domainPerHour, dayMax: domainPerDay });
    return caps.filter(({ hourMax, dayMax }) => hourMax !== null || dayMax !== null);
  }

  join(): Promise<Claims> {
    const { database, blobs, clock } = this.#options;
    return createClaims({
      database,
      clock,
      prepared: (outgoing) => this.prepared(outgoing),
      release: (blob) => blobs.release(blob),
    });
  }

  nextDue(busy: readonly string[] = []): Promise<number | null> {
    return this.#options.database.call(operations.nextDue, { busy });
  }

  onWake(listener: (why: 'added' | 'changed') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wake(why: 'added' | 'changed'): void {
    for (const listener of this.#listeners) listener(why);
  }

  content(message: QueuedMessage): Readable {
    const { blobs } = this.#options;
    async function* pieces() {
      if (message.head !== '') yield Buffer.from(message.head);
      yield* blobs.stream(message.hash) as AsyncIterable<Buffer>;
    }
    return Readable.from(pieces(), { objectMode: false });
  }

  async bytes(message: QueuedMessage, part: 'header' | 'all', bytesMax: number): Promise<Buffer> {
    const head = Buffer.from(message.head);
    const of = part === 'header' ? message.headerLength : message.size;
    const length = Math.max(0, Math.min(of, bytesMax - head.length));
    if (length === 0) return head.subarray(0, bytesMax);
    return Buffer.concat([head, await this.#options.blobs.read(message.hash, [0, length])]);
  }

  async counts(): Promise<OutboxCounts> {
    const { states, unsure, lanes, oldest } = await this.#options.database.call(operations.counts, {});
    const of = (state: string) => states.find((row) => row.state === state)?.rows ?? 0;
    return {
      waiting: Number(of('waiting')),
      claimed: Number(of('claimed')),
      held: Number(of('held')),
      unsure: Number(unsure),
      oldest,
      destinations: Number(lanes.lanes),
      unreachable: Number(lanes.closed),
    };
  }

  async list(selection: Selection, page: Parameters<Outbox['list']>[1]): ReturnType<Outbox['list']> {
    const { database } = this.#options;
    const max = Math.min(page.max, limits.pageRowsMax);
    let after: { message: number; n: number } | null = page.after ?? { message: 0, n: 0 };
    const listed: Awaited<ReturnType<Outbox['list']>>[number][] = [];
    while (after !== null && listed.length < max) {
      const found: Awaited<ReturnType<typeof this.page>> = await this.page(database, selection, after, max);
      listed.push(...found.listed);
      after = found.last;
    }
    return listed.slice(0, max);
  }

  async page(database: Database, selection: Selection, after: { message: number; n: number }, max: number) {
    const { rows, messages, last } = await database.call(operations.list, { selection, after, max });
    const byId = new Map(messages.map((row) => [row.id, messageOf(row)]));
    const listed = rows.flatMap((row) => {
      const message = byId.get(row.message);
      return message ? [{ message, recipient: recipientOf(row) }] : [];
    });
    return { listed, last };
  }

  async change(selection: Selection, change: Change): Promise<number> {
    const { database, clock } = this.#options;
    let after: { message: number; n: number } | null = { message: 0, n: 0 };
    let changed = 0;
    while (after !== null) {
      const found: Awaited<ReturnType<typeof this.page>> = await this.page(
        database,
        selection,
        after,
        limits.stepRows,
      );
      const rows = found.listed.map(({ recipient: { message, n } }) => ({ message, n }));
      if (rows.length > 0)
        changed += await database.call(operations.change, { rows, change, now: clock.nowMs() });
      after = found.last;
    }
    if (changed > 0) this.#wake('changed');
    return changed;
  }

  async erase(account: number): Promise<void> {
    const { database, clock } = this.#options;
    while (await database.call(operations.erase, { account, now: clock.nowMs() }));
  }
}

export function createOutbox(options: OutboxOptions): Outbox {
  return new OutboxStore(options);
}

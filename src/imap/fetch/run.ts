import type { ByteRange } from '../../formats/mime/index.ts';
import type { EmailContent, MessageRow } from '../../stores/mail/index.ts';
import { flagBits, flagRows } from '../../stores/mail/index.ts';
import { Gone } from '../errors.ts';
import { openFetch } from '../session/responses.ts';
import type { Batches, Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import { flagsItem, uidItem } from './items.ts';
import { Fetched, type ItemPlan } from './plan.ts';

export interface FetchOptions {
  /** Nothing becomes \Seen, whatever is fetched. */
  readonly peek?: boolean;
  /** RFC 7162 §3.1.4.1: only messages changed after this modseq. */
  readonly changedSince?: number;
}

export interface FetchOutcome {
  /** Messages asked for that another session has expunged; null where CHANGEDSINCE makes that unknowable. */
  readonly missing: number | null;
}

/**
 * Writes the FETCH responses of the uids, ascending. Rows, contents and bytes come in batches whose size is bounded;
 * a section larger than `fetchBytesMax` passes through without being held.
 */
export async function fetchMessages(
  session: Session,
  asked: readonly number[] | Batches,
  plans: readonly ItemPlan[],
  options: FetchOptions = {},
): Promise<FetchOutcome> {
  const { limits, mail, mailbox } = session;
  const batches = 'of' in asked ? asked : batchesOf(asked, mailbox);
  if (options.changedSince === undefined && plans.every((plan) => plan === uidItem)) {
    return tellUids(session, batches);
  }
  const fetching = new Fetching(session, mailbox, plans, options.peek ?? false);
  const rowsMax = fetching.needsContent ? limits.fetchContentsMax : limits.fetchRowsMax;
  let found = 0;
  const { count, of } = batches;
  for await (const uids of of(rowsMax)) {
    const rows = await mail.messages(mailbox.account, mailbox.id, uids, options.changedSince);
    found += rows.length;
    await fetching.batch(rows);
    if (mailbox.hasToldMuch) await session.report({ expunge: false, force: true });
    await session.flush();
  }
  return { missing: options.changedSince === undefined ? count - found : null };
}

function batchesOf(uids: readonly number[], mailbox: Selected): Batches {
  async function* of(uidsMax: number) {
    for (let at = 0; at < uids.length; at += uidsMax) {
      const batch = uids.slice(at, at + uidsMax);
      await mailbox.know(batch);
      yield batch;
    }
  }
  return { count: uids.length, of };
}

/** What the view knows is told of messages too that others have expunged since (RFC 2180 §4.1.2). */
async function tellUids(session: Session, { of }: Batches): Promise<FetchOutcome> {
  const { view } = session.mailbox;
  for await (const uids of of(session.limits.fetchRowsMax)) {
    for (const uid of uids) openFetch(session, { seq: view.seqOf(uid), uid }).raw(`UID ${uid})\r\n`);
    await session.flush();
  }
  return { missing: 0 };
}

class Fetching {
  readonly needsContent: boolean;
  readonly #session: Session;
  readonly #mailbox: Selected;
  readonly #plans: readonly ItemPlan[];
  readonly #marksSeen: boolean;
  readonly #tellsFlags: boolean;

  constructor(session: Session, mailbox: Selected, plans: readonly ItemPlan[], peek: boolean) {
    this.#session = session;
    this.#mailbox = mailbox;
    this.#plans = plans;
    this.needsContent = plans.some((plan) => plan.content);
    // RFC 4314 §4: without `s` reading leaves \Seen as it is.
    const maySee = !peek && !mailbox.readOnly && mailbox.rights.includes('s');
    this.#marksSeen = maySee && plans.some((plan) => plan.marksSeen);
    this.#tellsFlags = plans.includes(flagsItem);
  }

  async batch(rows: readonly MessageRow[]): Promise<void> {
    const seen = this.#marksSeen ? await this.#markSeen(rows) : null;
    const contents = this.needsContent ? await this.#contents(rows) : null;
    // Where \Seen is set, flags are told though nobody asked.
    if (this.#tellsFlags || this.#marksSeen) this.#mailbox.tellKeywords(this.#session, rows);
    let group: Loading[] = [];
    let groupBytes = 0;
    for (const row of rows) {
      const message = this.#message(seen?.get(row.uid) ?? row, contents);
      if (message === null) continue;
      const loading = new Loading(message, this.#plans, seen?.has(row.uid) ?? false);
      if (group.length > 0 && groupBytes + loading.bytes > this.#session.limits.fetchBytesMax) {
        await this.#group(group);
        group = [];
        groupBytes = 0;
      }
      group.push(loading);
      groupBytes += loading.bytes;
    }
    await this.#group(group);
  }

  /** One change for the whole batch; answers the rows that changed. */
  async #markSeen(rows: readonly MessageRow[]): Promise<Map<number, MessageRow>> {
    const uids = rows.filter((row) => (row.flags & flagBits.seen) === 0).map((row) => row.uid);
    if (uids.length === 0) return new Map();
    const { mail } = this.#session;
    const { account, id: mailbox } = this.#mailbox;
    const change = { account, mailbox, uids, mode: 'add', flags: flagBits.seen } as const;
    const stored = await mail.storeFlags({ ...change, keywords: [] });
    this.#mailbox.touch();
    const changed = new Map(flagRows(stored).map((row) => [row.uid, row]));
    const marked = rows.map((row) => ({ ...row, ...changed.get(row.uid) }));
    return new Map(marked.filter(({ uid }) => changed.has(uid)).map((row) => [row.uid, row]));
  }

  #contents(rows: readonly MessageRow[]): Promise<ReadonlyMap<number, EmailContent>> {
    return this.#session.mail.contents(this.#mailbox.account, [...new Set(rows.map((row) => row.email))]);
  }

  /** Null where the client does not know the message, or where it went while we were reading. */
  #message(row: MessageRow, contents: ReadonlyMap<number, EmailContent> | null): Fetched | null {
    const seq = this.#mailbox.view.seqOf(row.uid);
    const content = contents?.get(row.email);
    if (seq === undefined || (contents !== null && content === undefined)) return null;
    const recent = !this.#session.rev2 && this.#mailbox.isRecent(row.uid);
    return new Fetched(seq, row, recent, content);
  }

  /** Bytes of a group are read together, then all is written. */
  async #group(group: readonly Loading[]): Promise<void> {
    const { out, limits } = this.#session;
    if (this.needsContent) await load(this.#session, group);
    for (const loading of group) {
      if (loading.isLoaded) this.#writeLoaded(loading);
      else await this.#writeInTurn(loading);
      if (out.holds(limits.fetchBytesMax)) await this.#session.flush();
    }
  }

  /** Most responses wait for nothing once their group is read. */
  #writeLoaded({ message, wanted, changed }: Loading): void {
    const { out } = this.#session;
    try {
      openFetch(this.#session, { seq: message.seq, uid: message.row.uid });
      for (const [at, { plan, bytes }] of wanted.entries())
        plan.write(at === 0 ? out : out.sp(), message, bytes);
      this.#close(message, wanted.length === 0, changed);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  async #writeInTurn({ message, wanted, changed }: Loading): Promise<void> {
    const { out } = this.#session;
    try {
      openFetch(this.#session, { seq: message.seq, uid: message.row.uid });
      for (const [at, want] of wanted.entries()) {
        if (at > 0) out.sp();
        await this.#item(message, want);
      }
      this.#close(message, wanted.length === 0, changed);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Once a response has begun there is no way back: a failure ends the connection. */
  #giveUp(error: unknown): never {
    if (error instanceof Gone) throw error;
    this.#session.log.error('message not sent', { error });
    this.#session.connection.destroy('internal');
    throw new Gone();
  }

  #close(message: Fetched, first: boolean, changed: boolean): void {
    const { out, condstore } = this.#session;
    if (changed) {
      // RFC 9051 §6.4.5: the change is told in the same response; RFC 7162 §3.2 wants its modseq beside it.
      if (!this.#tellsFlags) flagsItem.write(first ? out : out.sp(), message, null);
      if (condstore) out.raw(` MODSEQ (${message.row.modseq})`);
    }
    if (changed || this.#tellsFlags) this.#mailbox.told(message.row);
    out.raw(')\r\n');
  }

  async #item(message: Fetched, { plan, range, bytes }: Want): Promise<void> {
    const { out, limits, mail } = this.#session;
    if (range === null || bytes !== null) return plan.write(out, message, bytes);
    if (plan.stream && range.end - range.start > limits.fetchBytesMax) {
      return plan.stream(this.#session, message, range);
    }
    plan.write(out, message, await mail.bytes(message.content.hash, [range.start, range.end]));
    await this.#session.flushIfLarge();
  }
}

interface Want {
  readonly plan: ItemPlan;
  readonly range: ByteRange | null;
  /** Null where there are none, or where they are read when their turn comes. */
  bytes: Buffer | null;
}

/** A message with the bytes its items want. */
class Loading {
  readonly message: Fetched;
  readonly changed: boolean;
  readonly wanted: readonly Want[];
  readonly bytes: number = 0;

  constructor(message: Fetched, plans: readonly ItemPlan[], changed: boolean) {
    this.message = message;
    this.changed = changed;
    this.wanted = plans.map((plan) => ({ plan, range: plan.range?.(message) ?? null, bytes: null }));
    for (const { range } of this.wanted) if (range !== null) this.bytes += range.end - range.start;
  }

  get isLoaded(): boolean {
    return this.wanted.every(({ range, bytes }) => range === null || bytes !== null);
  }
}

const nothing = Buffer.alloc(0);

/** Reads ahead what a group wants, of each message up to `fetchBytesMax` in all; what is more waits for its turn. */
async function load({ mail, limits }: Session, group: readonly Loading[]): Promise<void> {
  const wants: { hash: string; range: [number, number]; to: Want }[] = [];
  for (const { message, wanted } of group) {
    let bytes = 0;
    for (const to of wanted) {
      if (to.range === null) continue;
      const { start, end } = to.range;
      bytes += end - start;
      if (bytes > limits.fetchBytesMax) break;
      if (start === end) to.bytes = nothing;
      else wants.push({ hash: message.content.hash, range: [start, end], to });
    }
  }
  if (wants.length === 0) return;
  const found = await mail.bytesOf(wants);
  for (const [at, { to }] of wants.entries()) to.bytes = found[at] ?? nothing;
}

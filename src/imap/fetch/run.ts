import type { ByteRange } from '../../formats/mime/index.ts';
import type { EmailContent, MessageRow } from '../../stores/mail/index.ts';
import { flagBits, flagRows } from '../../stores/mail/index.ts';
import { Gone } from '../errors.ts';
import { openFetch } from '../session/responses.ts';
import type { Batches, Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import type { Slices } from '../session/slices.ts';
import { wireLimits } from '../wire/index.ts';
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
  readonly #readsBytes: boolean;
  readonly #slices: Slices;

  constructor(session: Session, mailbox: Selected, plans: readonly ItemPlan[], peek: boolean) {
    this.#session = session;
    this.#mailbox = mailbox;
    this.#plans = plans;
    this.needsContent = plans.some((plan) => plan.content);
    // RFC 4314 §4: without `s` reading leaves \Seen as it is.
    const maySee = !peek && !mailbox.readOnly && mailbox.rights.includes('s');
    this.#marksSeen = maySee && plans.some((plan) => plan.marksSeen);
    this.#tellsFlags = plans.includes(flagsItem);
    this.#readsBytes = plans.some((plan) => plan.range !== undefined);
    this.#slices = session.slices();
  }

  async batch(rows: readonly MessageRow[]): Promise<void> {
    const seen = this.#marksSeen ? await this.#markSeen(rows) : null;
    const contents = this.needsContent ? await this.#contents(rows) : null;
    // Where \Seen is set, flags are told though nobody asked.
    if (this.#tellsFlags || this.#marksSeen) this.#mailbox.tellKeywords(this.#session, rows);
    let group: Fetched[] = [];
    let groupBytes = 0;
    for (const row of rows) {
      const message = this.#message(seen?.get(row.uid) ?? row, contents);
      if (message === null) continue;
      message.changed = seen?.has(row.uid) ?? false;
      const bytes = this.#readsBytes ? this.#wanted(message) : 0;
      if (group.length > 0 && groupBytes + bytes > this.#session.limits.fetchBytesMax) {
        await this.#group(group);
        group = [];
        groupBytes = 0;
      }
      group.push(message);
      groupBytes += bytes;
    }
    await this.#group(group);
  }

  /** Finds out which bytes the items want; answers how many. */
  #wanted(message: Fetched): number {
    message.ranges = this.#plans.map((plan) => plan.range?.(message) ?? null);
    let bytes = 0;
    for (const range of message.ranges) if (range !== null) bytes += range.end - range.start;
    return bytes;
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

  /** What of a group has to be waited for is read together; the rest when it is written. */
  async #group(group: readonly Fetched[]): Promise<void> {
    let mustLoad = this.#readsBytes;
    for (const [at, message] of group.entries()) {
      if (mustLoad) await load(this.#session, this.#plans, group.slice(at));
      const rest = this.#write(message);
      if (rest !== null) await rest;
      // Where one was not at hand after all, those that follow may not be either.
      mustLoad = rest !== null;
      if (this.#isDue) await this.#send();
    }
  }

  get #isDue(): boolean {
    const { fetchBytesMax, sendBytesMin } = this.#session.limits;
    return this.#session.out.holds(Math.min(fetchBytesMax, sendBytesMin));
  }

  async #send(): Promise<void> {
    await this.#session.flush();
    if (this.#slices.due) await this.#slices.next();
  }

  /** Most responses wait for nothing; of others it answers the promise. */
  #write(message: Fetched): Promise<void> | null {
    try {
      openFetch(this.#session, { seq: message.seq, uid: message.row.uid });
      const waiting = this.#items(message, 0);
      if (waiting !== null) return this.#rest(message, waiting);
      this.#close(message);
      return null;
    } catch (error) {
      this.#giveUp(error);
    }
  }

  async #rest(message: Fetched, first: Waiting): Promise<void> {
    try {
      for (let waiting: Waiting | null = first; waiting !== null; ) {
        await waiting.done;
        waiting = this.#items(message, waiting.next);
      }
      this.#close(message);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Writes the items from place `from` on, up to one that has to be waited for. */
  #items(message: Fetched, from: number): Waiting | null {
    const { out } = this.#session;
    for (let at = from; at < this.#plans.length; at++) {
      if (at > 0) out.sp();
      const plan = this.#plans[at] as ItemPlan;
      const done = this.#item(plan, message, message.ranges[at] ?? null, message.bytesOf(at));
      if (done !== null) return { done, next: at + 1 };
      // Two hundred sections of one message are not held together.
      if (this.#isDue) return { done: this.#send(), next: at + 1 };
    }
    return null;
  }

  /** Once a response has begun there is no way back: a failure ends the connection. */
  #giveUp(error: unknown): never {
    if (error instanceof Gone) throw error;
    this.#session.log.error('message not sent', { error });
    this.#session.connection.destroy('internal');
    // Room for octets that did not come may be among it.
    this.#session.out.take();
    throw new Gone();
  }

  #close(message: Fetched): void {
    const { out, condstore } = this.#session;
    const { changed } = message;
    if (changed) {
      // RFC 9051 §6.4.5: the change is told in the same response; RFC 7162 §3.2 wants its modseq beside it.
      if (!this.#tellsFlags) flagsItem.write(this.#plans.length === 0 ? out : out.sp(), message, null);
      if (condstore) out.raw(` MODSEQ (${message.row.modseq})`);
    }
    if (changed || this.#tellsFlags) this.#mailbox.told(message.row);
    out.raw(')\r\n');
  }

  #item(
    plan: ItemPlan,
    message: Fetched,
    range: ByteRange | null,
    bytes: Buffer | null,
  ): Promise<void> | null {
    const { out, limits, mail } = this.#session;
    if (range === null || bytes !== null || (plan.header && message.header !== null)) {
      plan.write(out, message, bytes);
      return null;
    }
    const { hash } = message.content;
    const { start, end } = range;
    const size = end - start;
    if (plan.stream && size > limits.fetchBytesMax) return plan.stream(this.#session, message, range);
    if (plan.label !== undefined) {
      out.raw(plan.label).literalStart(size);
      return this.#octets(hash, start, end);
    }
    if (!mail.atHand.has(hash, size)) return this.#itemInTurn(plan, message, range);
    const held = Buffer.allocUnsafe(size);
    if (!mail.atHand.read(hash, start, held)) return this.#itemInTurn(plan, message, range);
    plan.write(out, message, held);
    return null;
  }

  async #itemInTurn(plan: ItemPlan, message: Fetched, { start, end }: ByteRange): Promise<void> {
    const { out, mail } = this.#session;
    plan.write(out, message, await mail.bytes(message.content.hash, [start, end]));
    await this.#session.flushIfLarge();
  }

  /** Bytes from the store to where they are sent from, without another copy. */
  #octets(hash: string, start: number, end: number): Promise<void> | null {
    const { out, mail } = this.#session;
    for (let at = start; at < end; ) {
      const room = out.room(end - at);
      at += room.length;
      if (!mail.atHand.read(hash, at - room.length, room)) return this.#octetsInTurn(hash, at, end, room);
    }
    return null;
  }

  async #octetsInTurn(hash: string, at: number, end: number, room: Buffer): Promise<void> {
    const start = at - room.length;
    const bytes = await this.#session.mail.bytes(hash, [start, end]);
    if (bytes.length !== end - start) throw new Error('a stored message is shorter than its rows say');
    bytes.copy(room);
    this.#session.out.raw(bytes.subarray(room.length));
    await this.#session.flushIfLarge();
  }
}

interface Waiting {
  readonly done: Promise<void>;
  /** The place of the item after the one that is waited for. */
  readonly next: number;
}

const nothing = Buffer.alloc(0);

interface Want {
  readonly to: Fetched;
  /** The place of the item. */
  readonly at: number;
  readonly range: ByteRange;
}

/** Reads ahead what of a group is not at hand, and all headers. */
async function load(session: Session, plans: readonly ItemPlan[], group: readonly Fetched[]): Promise<void> {
  const { mail } = session;
  const missing = notAtHand(session, plans, wantsOf(session, group));
  if (missing.length === 0) return;
  await mail.atHand.locate(missing.map(({ to }) => to.content.hash));
  const [headings, wants]: [Fetched[], Want[]] = [[], []];
  for (const want of notAtHand(session, plans, missing)) {
    if (!plans[want.at]?.header) wants.push(want);
    else if (headings.at(-1) !== want.to) headings.push(want.to);
  }
  if (headings.length > 0) {
    const headers = await mail.atHand.headers(headings.map(({ content }) => content));
    for (const [at, message] of headings.entries()) message.header = headers[at] ?? null;
  }
  if (wants.length === 0) return;
  const asked = wants.map(({ to, range: { start, end } }) => {
    return { hash: to.content.hash, range: [start, end] as const };
  });
  const found = await mail.bytesOf(asked);
  for (const [i, { to, at }] of wants.entries()) to.read(at, found[i] ?? nothing);
}

/** Of each message up to `fetchBytesMax` in all; what is more waits for its turn. */
function* wantsOf({ limits }: Session, group: readonly Fetched[]): Generator<Want> {
  for (const to of group) {
    let bytes = 0;
    for (let at = 0; at < to.ranges.length; at++) {
      const range = to.ranges[at] ?? null;
      if (range === null || to.bytesOf(at) !== null) continue;
      bytes += range.end - range.start;
      if (bytes > limits.fetchBytesMax) break;
      if (range.start === range.end) to.read(at, nothing);
      else yield { to, at, range };
    }
  }
}

function notAtHand({ mail }: Session, plans: readonly ItemPlan[], wants: Iterable<Want>): Want[] {
  const missing: Want[] = [];
  for (const want of wants) {
    const { to, at, range } = want;
    if (!plans[at]?.header) {
      if (!isAtHand(mail, plans[at], to, range.end - range.start)) missing.push(want);
      continue;
    }
    to.header ??= mail.atHand.header(to.content);
    if (to.header === null) missing.push(want);
  }
  return missing;
}

/** What is sent as it is stored is read block by block. */
function isAtHand(mail: Session['mail'], plan: ItemPlan | undefined, { content }: Fetched, size: number) {
  const atOnce = plan?.label === undefined ? size : Math.min(size, wireLimits.longBlockBytesMax);
  return mail.atHand.has(content.hash, atOnce);
}

import {
  flagRows,
  type Mailbox,
  type MailWriter,
  type MessageRow,
  type Snapshot,
  type StoredFlags,
  type UidRange,
  uidBlock,
} from '../../stores/mail/index.ts';
import { Farewell } from '../errors.ts';
import { isForeign, type Place } from '../names/place.ts';
import { SequenceSet } from '../wire/index.ts';
import { type Chunk, lowerBound } from './chunks.ts';
import { listedFlags, permanentFlags } from './flags.ts';
import { ToldKeywords } from './keywords.ts';
import { type Audience, writeFlags, writeVanished } from './responses.ts';
import { MailboxView, type OutOfRange, type Picked, type Stretch } from './sequence.ts';
import type { SharedNews } from './shared-news.ts';

/** Uids in batches of at most so many. */
export interface Batches {
  readonly count: number;
  of(uidsMax: number): AsyncIterable<readonly number[]>;
}

/** Neighbouring chunks that one question to the store covers. */
const chunksReadMax = 16;
/** Messages whose state was told ahead of the cursor, and which are remembered until the next report. */
const toldRowsMax = 10_000;
/** A view that holds more uids than this one by one lets go of them once all is told: 1 MiB. */
const heldUidsMax = 256 * 1024;

export interface ReportOptions {
  readonly expunge: boolean;
  readonly force: boolean;
  /** The client's own command changed the mailbox: it is told even where it does not want to hear of changes. */
  readonly own?: boolean;
}

/** Hears what the client is told of its mailbox, in the moment it is told. */
export interface MailboxWatcher {
  /** These messages are about to be told as gone: their numbers still mean them. */
  vanishing(uids: Iterable<number>): void;
  /** These messages are new, or their flags are not what they were; all numbers are those of now. `arrived`: others put them there. */
  changed(uids: readonly number[], arrived: readonly number[]): Promise<void>;
}

/**
 * The mailbox a session has selected, as its client knows it: `view` holds the uids it was told of, `cursor` the
 * modseq up to which it was told of changes. Both move only in `report`, which writes what it tells. The view reads
 * what it needs: `resolve`, `pick` and `know…` come before any question for numbers.
 */
export class Selected {
  readonly account: number;
  readonly id: number;
  /** What this member called it when it was opened. */
  readonly name: string;
  /** What this member may do here, letters of RFC 4314 §2.1; the owner of a mailbox may change them meanwhile. */
  rights: string;
  readonly readOnly: boolean;
  /** \Recent belongs to the owner's sessions: a guest's look and do not take. */
  readonly #claimsRecent: boolean;
  readonly view: MailboxView;
  readonly keywords: ToldKeywords;
  /** RFC 5182: what SEARCH RETURN (SAVE) kept, uids. */
  saved: SequenceSet = SequenceSet.empty;
  cursor: number;
  /** What a client of QRESYNC was last told to come back with. */
  announced: number;
  readonly #mail: MailWriter;
  readonly #unsubscribe: () => void;
  /** Called where a hint says that there is something to report. */
  onStale: (() => void) | null = null;
  /** Who asks the store for all sessions that want to know the same. */
  shared: SharedNews | null = null;
  readonly #watchers = new Set<MailboxWatcher>();
  #hint = 0;
  #checked = 0;
  /** Flags told ahead of `cursor` by FETCH and STORE themselves: uid -> modseq. */
  #told = new Map<number, number>();
  /**
   * The modseq up to which expunged messages were told; EXPUNGE may not be sent at any time, so it may lag behind. What
   * the client knows in a chunk that was not read is what was there at this modseq.
   */
  #goneCursor: number;
  /** The cursor where flags began to change untold, as the client has asked (RFC 5465 §5.1). */
  #unheardSince: number | null = null;
  #recent: [from: number, to: number][] = [];
  readonly #made: UidRange[] = [];

  /** Subscribe first, then read: what happens between is heard. */
  static async open(mail: MailWriter, place: Place, readOnly: boolean) {
    const { account, mailbox } = place;
    let hint = 0;
    let selected: Selected | null = null;
    const unsubscribe = mail.subscribe(account, (modseq) => {
      hint = modseq;
      selected?.hint(modseq);
    });
    try {
      const [snapshot, names] = await Promise.all([
        mail.snapshot(account, mailbox.id),
        mail.keywords(account, mailbox.id),
      ]);
      const keywords = new ToldKeywords(names);
      selected = new Selected(mail, place, snapshot, keywords, readOnly, unsubscribe);
      selected.hint(hint);
      return { selected, mailbox: snapshot.mailbox };
    } catch (error) {
      unsubscribe();
      throw error;
    }
  }

  private constructor(
    mail: MailWriter,
    place: Place,
    { mailbox, gone }: Snapshot,
    keywords: ToldKeywords,
    readOnly: boolean,
    unsubscribe: () => void,
  ) {
    this.#mail = mail;
    this.#unsubscribe = unsubscribe;
    this.account = place.account;
    this.rights = place.rights;
    this.name = place.name;
    this.id = mailbox.id;
    this.readOnly = readOnly;
    this.keywords = keywords;
    this.#claimsRecent = !readOnly && !isForeign(place.name);
    this.view = MailboxView.opened(mailbox.uidNext, stretchesOf(mailbox, gone));
    this.cursor = mailbox.highestModseq;
    this.#goneCursor = mailbox.highestModseq;
    this.announced = mailbox.highestModseq;
    this.#checked = mailbox.highestModseq;
  }

  /**
   * The uids a client's set names, ascending, each once; see `MailboxView.resolve`. Their message numbers are at hand
   * from then on. For what may be a whole mailbox `pick` is cheaper.
   */
  async resolve(set: SequenceSet, uidMode: boolean, outOfRange: OutOfRange = 'refuse'): Promise<number[]> {
    await this.#knowEnds(set, uidMode, 'all');
    return this.view.resolve(set, uidMode, this.saved, outOfRange);
  }

  /** The same as ranges of uids; `know` their numbers batch by batch. */
  async pick(set: SequenceSet, uidMode: boolean, outOfRange: OutOfRange = 'refuse'): Promise<Picked> {
    await this.#knowEnds(set, uidMode, 'ends');
    return this.view.pick(set, uidMode, this.saved, outOfRange);
  }

  /** What a set names, so many uids at a time, for what may be a whole mailbox; the numbers of a batch are known. */
  async batches(set: SequenceSet, uidMode: boolean, outOfRange: OutOfRange = 'refuse'): Promise<Batches> {
    await this.#knowEnds(set, uidMode, 'ends');
    const spans = this.view.spans(set, uidMode, this.saved, outOfRange);
    const count = spans.reduce((sum, [from, to]) => sum + to - from, 0);
    return { count, of: (uidsMax) => this.#batchesOf(spans, uidsMax) };
  }

  /** Nobody tells EXPUNGE meanwhile, so places keep their meaning. */
  async *#batchesOf(
    spans: readonly (readonly [number, number])[],
    uidsMax: number,
  ): AsyncGenerator<number[]> {
    let batch: number[] = [];
    for (const [from, to] of spans) {
      for (let at = from; at < to; ) {
        const end = Math.min(to, at + uidsMax - batch.length);
        const unread = this.view.unreadBetween(at, end);
        if (unread.length > 0) await this.#read(unread);
        this.view.copy(at, end, batch);
        at = end;
        if (batch.length < uidsMax) continue;
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  /** The uids of the messages at these places, ascending, counted from 0. */
  async uidsAt(places: readonly number[]): Promise<number[]> {
    const uids: number[] = [];
    for (const place of places) {
      const unread = this.view.unreadBetween(place, place + 1);
      if (unread.length > 0) await this.#read(unread);
      this.view.copy(place, place + 1, uids);
    }
    return uids;
  }

  /** Makes the message numbers of these uids, ascending, known to the view. */
  async know(uids: Iterable<number>): Promise<void> {
    await this.#read(this.view.unreadAt(uids));
  }

  /** The same of rows, ascending. */
  async knowRows(rows: readonly { readonly uid: number }[]): Promise<void> {
    if (this.view.hasUnread) await this.know(rows.map(({ uid }) => uid));
  }

  /** Makes the last uid known, which a '*' among uids means. */
  async knowEnd(): Promise<void> {
    await this.#read(this.view.unreadEnd());
  }

  /** Makes every number known. */
  async knowAll(): Promise<void> {
    await this.#read(this.view.unreadAll());
  }

  async #knowEnds(set: SequenceSet, uidMode: boolean, what: 'ends' | 'all'): Promise<void> {
    if ((set.isSaved ? this.saved : set).hasStar) await this.knowEnd();
    await this.#read(this.view.unreadIn(set, uidMode, this.saved, what));
  }

  async #read(chunks: readonly Chunk[]): Promise<void> {
    for (let from = 0, to = 0; from < chunks.length; from = to) {
      for (to = from + 1; to < Math.min(chunks.length, from + chunksReadMax); to++) {
        if (chunks[to]?.first !== (chunks[to - 1]?.last ?? 0) + 1) break;
      }
      await this.#readNeighbours(chunks.slice(from, to));
    }
  }

  async #readNeighbours(chunks: readonly Chunk[]): Promise<void> {
    const first = chunks[0]?.first ?? 0;
    const last = chunks.at(-1)?.last ?? 0;
    const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    const stretch = { first, last, count, asOf: this.#goneCursor };
    const uids = await this.#mail.present(this.account, this.id, stretch);
    let at = 0;
    for (const chunk of chunks) {
      const end = lowerBound(uids, chunk.last + 1);
      this.view.fill(chunk, uids.slice(at, end));
      at = end;
    }
  }

  close(): void {
    this.#unsubscribe();
    this.onStale = null;
  }

  /** Answers how to end it; with the mailbox it ends by itself. */
  watch(watcher: MailboxWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  async #tellWatchers(uids: Iterable<number>, arrived: Iterable<number> = []): Promise<void> {
    for (const watcher of [...this.#watchers]) await watcher.changed([...uids], [...arrived]);
  }

  /** The client put these messages here itself: it is told of them as of others, and nothing is fetched of them. */
  made(uids: readonly UidRange[]): void {
    this.#made.push(...uids);
  }

  /** Something in the account changed; only `report` finds out what. */
  hint(modseq: number): void {
    if (modseq > this.#hint) this.#hint = modseq;
    if (this.stale) this.onStale?.();
  }

  /** We changed something ourselves: do not wait for the hint, which may come later or be lost. */
  touch(): void {
    this.#checked = -1;
  }

  /**
   * The modseq up to which nothing is withheld from the client. It may come back with this one and no higher, whatever
   * it has seen: an EXPUNGE that had to wait would never be heard of again (RFC 7162 §6).
   */
  get confirmed(): number {
    return Math.min(this.#goneCursor, this.#unheardSince ?? this.cursor);
  }

  get stale(): boolean {
    return this.#hint > this.#checked;
  }

  /**
   * Tells the client what changed since it was last told. `force` asks the store even where no hint came;
   * EXPUNGE only where `expunge` allows it (RFC 9051 §7.5.1). Throws Farewell where the mailbox is gone.
   */
  async report(to: Audience, options: ReportOptions): Promise<void> {
    const lags = options.expunge && this.#goneCursor < this.cursor;
    const mustAsk = options.force || this.#checked < 0;
    if (mustAsk || this.stale || lags) await this.#catchUp(to, options.expunge, mustAsk || !this.stale);
  }

  /** `afresh`: what others have read for the same hint may not know all that we know of. */
  async #catchUp(to: Audience, expunge: boolean, afresh: boolean): Promise<void> {
    const hint = this.#hint;
    const { topUid } = this.view;
    const asked = { cursor: this.cursor, goneCursor: this.#goneCursor, topUid, vanished: expunge };
    const news =
      afresh || this.shared === null
        ? await this.#mail.news(this.account, this.id, asked)
        : await this.shared.ask(this.account, this.id, asked, hint);
    // A thousand sessions may have waited for this one answer.
    while (to.turns?.due) await to.turns.next();
    // RFC 2180 §3.3 leaves the choice; a client that goes on in a mailbox that is not there would only err.
    if (news === null) throw new Farewell('the selected mailbox was deleted');
    this.#checked = Math.max(hint, 0);
    const modseq = Math.max(this.cursor, news.modseq);
    if (expunge) await this.#reportVanished(to, news.vanished);
    if (expunge || !news.hasVanished) this.#goneCursor = modseq;
    if (news.appended.length > 0) {
      await this.#reportNew(to, news.appended);
      const made = this.#made.splice(0);
      // RFC 5465 §5.2: nothing is fetched of what the client put there itself.
      const arrived = news.appended.filter((uid) => !made.some(([from, to]) => uid >= from && uid <= to));
      if (arrived.length > 0) await to.arrived(arrived);
      await this.#tellWatchers(news.appended, arrived);
    }
    if (!to.hears.flags) this.#unheardSince ??= this.cursor;
    for await (const rows of to.hears.flags ? news.changed : []) {
      await this.#reportFlags(to, rows);
      await this.#tellWatchers(rows.map((row) => row.uid));
    }
    this.cursor = modseq;
    this.#told.clear();
    // Only now the store can say what the client knows: whatever it was not told of is newer than the cursor.
    if (expunge && this.#goneCursor === modseq && this.view.heldUids > heldUidsMax) this.view.forget();
  }

  async #reportVanished(to: Audience, uids: Uint32Array): Promise<void> {
    if (uids.length === 0) return;
    await this.know(uids);
    for (const watcher of [...this.#watchers]) watcher.vanishing(uids);
    const numbers = this.view.expunge(uids);
    if (to.tellsVanished) writeVanished(to, uids, false);
    else for (const seq of numbers) to.out.numbered(seq, 'EXPUNGE').crlf();
    await to.flushIfLarge();
  }

  async #reportNew(to: Audience, uids: Uint32Array): Promise<void> {
    to.out.numbered(this.view.append(uids), 'EXISTS').crlf();
    if (to.rev2) return;
    if (!this.#claimsRecent) this.addRecent(uids[0] ?? 0);
    else this.addRecent(await this.#mail.claimRecent(this.account, this.id));
    to.out.numbered(await this.recentCount(), 'RECENT').crlf();
  }

  async #reportFlags(to: Audience, rows: readonly MessageRow[]): Promise<void> {
    const untold = rows.filter((row) => this.#told.get(row.uid) !== row.modseq);
    await this.know(untold.map((row) => row.uid));
    this.tellKeywords(to, untold);
    for (const row of untold) {
      const seq = this.view.seqOf(row.uid);
      if (seq !== undefined) writeFlags(to, seq, row, !to.rev2 && this.isRecent(row.uid));
    }
    await to.flushIfLarge();
  }

  /** Before flags are told: a keyword that the client has not seen in this mailbox is announced (RFC 9051 §7.3.5). */
  tellKeywords({ out }: Pick<Audience, 'out'>, rows: readonly Pick<MessageRow, 'keywords'>[]): void {
    let some = false;
    for (const { keywords } of rows) if (this.keywords.sees(keywords)) some = true;
    if (!some) return;
    const { names } = this.keywords;
    out.data('FLAGS').sp().flags(listedFlags(names)).crlf();
    if (this.readOnly) return;
    const flags = permanentFlags(this.rights, names);
    out.untagged('OK', { code: 'PERMANENTFLAGS', flags }, 'new keywords');
  }

  /** Whether so much was told ahead that it should be reported, and forgotten, before more is. */
  get hasToldMuch(): boolean {
    return this.#told.size > toldRowsMax;
  }

  /** The client has just been told this state of the message: no echo. */
  told(row: Pick<MessageRow, 'uid' | 'modseq'>): void {
    if (row.modseq > this.cursor) this.#told.set(row.uid, row.modseq);
  }

  /**
   * The client has just been told all that its own change of flags has done. Where it knew everything before, it does so
   * now: nothing is asked for that it would only hear twice.
   */
  toldAll(stored: StoredFlags): void {
    const { before, modseq } = stored;
    if (before !== this.cursor || this.#watchers.size > 0 || this.#unheardSince !== null) {
      for (const row of flagRows(stored)) this.told(row);
      this.touch();
      return;
    }
    if (modseq === 0) return;
    if (this.#goneCursor === before) this.#goneCursor = modseq;
    this.cursor = modseq;
    if (this.#checked >= 0) this.#checked = Math.max(this.#checked, modseq);
  }

  /** Messages from `uid` on, as far as the client knows any, are \Recent in this session. RFC 3501 §2.3.2. */
  addRecent(uid: number): void {
    const { topUid } = this.view;
    if (uid < 1 || uid > topUid) return;
    const last = this.#recent.at(-1);
    const from = Math.max(uid, (last?.[1] ?? 0) + 1);
    if (last && last[1] + 1 === from) last[1] = topUid;
    else if (from <= topUid) this.#recent.push([from, topUid]);
  }

  isRecent(uid: number): boolean {
    for (const [from, to] of this.#recent) if (uid >= from && uid <= to) return true;
    return false;
  }

  async recentCount(): Promise<number> {
    if (this.#recent.length === 0) return 0;
    const text = this.#recent.map(([from, to]) => `${from}:${to}`).join();
    return (await this.pick(SequenceSet.parse(text), true)).count;
  }

  /** The number of the first unseen message among the first `rowsMax`; undefined where none was found there. */
  async firstUnseen(rowsMax: number): Promise<number | undefined> {
    const uid = await this.#mail.firstUnseen(this.account, this.id, rowsMax, this.cursor);
    if (uid === null || uid > this.view.topUid) return undefined;
    return uid === 1 ? 1 : 1 + (await this.pick(SequenceSet.parse(`1:${uid - 1}`), true)).count;
  }
}

function* stretchesOf({ uidNext }: Mailbox, gone: Snapshot['gone']): Generator<Stretch> {
  for (const { block, gone: count } of gone) {
    const first = Math.max(1, block * uidBlock);
    yield { first, last: Math.min(uidNext, (block + 1) * uidBlock) - 1, gone: count };
  }
}

import type { Mailbox, MailReader, MailWriter, MessageRow } from '../../stores/mail/index.ts';
import { Farewell } from '../errors.ts';
import type { Place } from '../names/place.ts';
import { SequenceSet } from '../wire/index.ts';
import { type Audience, writeFlags, writeVanished } from './responses.ts';
import { MailboxView, type OutOfRange } from './sequence.ts';

/**
 * The mailbox a session has selected, as its client knows it: `view` holds the uids it was told of, `cursor` the
 * modseq up to which it was told of changes. Both move only in `report`, which writes what it tells.
 */
export class Selected {
  readonly account: number;
  readonly id: number;
  /** What this member may do here, letters of RFC 4314 §2.1. */
  readonly rights: string;
  readonly readOnly: boolean;
  readonly view: MailboxView;
  /** RFC 5182: what SEARCH RETURN (SAVE) kept, uids. */
  saved: SequenceSet = SequenceSet.empty;
  cursor: number;
  /** What a client of QRESYNC was last told to come back with. */
  announced: number;
  readonly #mail: MailWriter;
  readonly #unsubscribe: () => void;
  readonly #wakers = new Set<() => void>();
  #hint = 0;
  #checked = 0;
  /** Flags told ahead of `cursor` by FETCH and STORE themselves: uid -> modseq. */
  #told = new Map<number, number>();
  /** Expunged, but not told yet: EXPUNGE may not be sent at any time. */
  #vanished: number[] = [];
  /** The cursor before the first of them. */
  #heldSince: number | null = null;
  #recent: [from: number, to: number][] = [];

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
      const snapshot = await mail.snapshot(account, mailbox.id);
      selected = new Selected(mail, place, snapshot.mailbox, snapshot.uids, readOnly, unsubscribe);
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
    mailbox: Mailbox,
    uids: Uint32Array,
    readOnly: boolean,
    unsubscribe: () => void,
  ) {
    this.#mail = mail;
    this.#unsubscribe = unsubscribe;
    this.account = place.account;
    this.rights = place.rights;
    this.id = mailbox.id;
    this.readOnly = readOnly;
    this.view = new MailboxView(uids);
    this.cursor = mailbox.highestModseq;
    this.announced = mailbox.highestModseq;
    this.#checked = mailbox.highestModseq;
  }

  /**
   * The uids a client's set names, ascending, each once; see `MailboxView.resolve`. Their message numbers are at hand
   * from then on.
   */
  async resolve(set: SequenceSet, uidMode: boolean, outOfRange: OutOfRange = 'refuse'): Promise<number[]> {
    return this.view.resolve(set, uidMode, this.saved, outOfRange);
  }

  close(): void {
    this.#unsubscribe();
    this.#wake();
  }

  /** Something in the account changed; only `report` finds out what. */
  hint(modseq: number): void {
    if (modseq > this.#hint) this.#hint = modseq;
    if (this.stale) this.#wake();
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
    return this.#heldSince ?? this.cursor;
  }

  get stale(): boolean {
    return this.#hint > this.#checked;
  }

  /** Resolves at the next hint, at `close`, and at once where there is something to report already. */
  woken(signal: AbortSignal): Promise<void> {
    if (this.stale || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#wakers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wakers.add(done);
      signal.addEventListener('abort', done);
    });
  }

  #wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }

  /**
   * Tells the client what changed since it was last told. `force` asks the store even where no hint came;
   * EXPUNGE only where `expunge` allows it (RFC 9051 §7.5.1). Throws Farewell where the mailbox is gone.
   */
  async report(to: Audience, options: { readonly expunge: boolean; readonly force: boolean }): Promise<void> {
    if (options.force || this.stale || this.#checked < 0) await this.#catchUp(to, options.expunge);
    else if (options.expunge) this.#reportVanished(to);
  }

  async #catchUp(to: Audience, expunge: boolean): Promise<void> {
    const hint = this.#hint;
    const changes = await this.#mail.changes(this.account, this.id, this.cursor);
    // RFC 2180 §3.3 leaves the choice; a client that goes on in a mailbox that is not there would only err.
    if (changes.mailbox === null) throw new Farewell('the selected mailbox was deleted');
    this.#checked = Math.max(hint, 0);
    for (const uid of changes.vanished) {
      if (this.view.seqOf(uid) !== undefined) this.#vanished.push(uid);
    }
    if (this.#vanished.length > 0) this.#heldSince ??= this.cursor;
    this.cursor = Math.max(this.cursor, changes.mailbox.highestModseq);
    const last = this.view.lastUid;
    const fresh = changes.changed.filter((row) => row.uid > last);
    if (expunge) this.#reportVanished(to);
    if (fresh.length > 0) await this.#reportNew(to, fresh);
    for (const row of changes.changed) {
      if (row.uid <= last && this.#told.get(row.uid) !== row.modseq) this.#reportFlags(to, row);
    }
    this.#told.clear();
  }

  #reportVanished(to: Audience): void {
    if (this.#vanished.length === 0) return;
    const gone = this.view.expunge(this.#vanished);
    if (to.tellsVanished) writeVanished(to, this.#vanished.sort(ascending), false);
    else for (const seq of gone) to.out.numbered(seq, 'EXPUNGE').crlf();
    this.#vanished = [];
    this.#heldSince = null;
  }

  async #reportNew(to: Audience, rows: readonly MessageRow[]): Promise<void> {
    to.out.numbered(this.view.append(rows.map((row) => row.uid)), 'EXISTS').crlf();
    if (to.rev2) return;
    if (this.readOnly) this.addRecent(rows[0]?.uid ?? 0);
    else this.addRecent(await this.#mail.claimRecent(this.account, this.id));
    to.out.numbered(this.recentCount, 'RECENT').crlf();
  }

  #reportFlags(to: Audience, row: MessageRow): void {
    const seq = this.view.seqOf(row.uid);
    if (seq !== undefined) writeFlags(to, seq, row, !to.rev2 && this.isRecent(row.uid));
  }

  /** The client has just been told this state of the message: no echo. */
  told(row: MessageRow): void {
    if (row.modseq > this.cursor) this.#told.set(row.uid, row.modseq);
  }

  /** Messages from `uid` on, as far as the client knows any, are \Recent in this session. RFC 3501 §2.3.2. */
  addRecent(uid: number): void {
    if (uid < 1 || uid > this.view.lastUid) return;
    const from = Math.max(uid, (this.#recent.at(-1)?.[1] ?? 0) + 1);
    if (from <= this.view.lastUid) this.#recent.push([from, this.view.lastUid]);
  }

  isRecent(uid: number): boolean {
    return this.#recent.some(([from, to]) => uid >= from && uid <= to);
  }

  get recentCount(): number {
    let count = 0;
    for (const [from, to] of this.#recent) {
      count += this.view.resolve(SequenceSet.parse(`${from}:${to}`), true).length;
    }
    return count;
  }
}

const ascending = (a: number, b: number) => a - b;

/** The number of the first unseen message among the first `rowsMax`; undefined where none was found there. */
export async function firstUnseen(
  mail: MailReader,
  selected: Selected,
  unseenBit: number,
  rowsMax: number,
): Promise<number | undefined> {
  const count = Math.min(selected.view.count, rowsMax);
  if (count === 0) return undefined;
  const uids = selected.view.resolve(SequenceSet.parse(`1:${count}`), false);
  const rows = await mail.messages(selected.account, selected.id, uids);
  const first = rows.find((row) => (row.flags & unseenBit) === 0);
  return first && selected.view.seqOf(first.uid);
}

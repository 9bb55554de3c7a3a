import { SequenceSet, SyntaxFault } from '../wire/index.ts';
import {
  type Chunk,
  chunksOf,
  full,
  isFull,
  isRead,
  join,
  listed,
  rankIn,
  uidAt,
  uidsOf,
  without,
} from './chunks.ts';

/** What `resolve` does with a message number beyond the last message. */
export type OutOfRange = 'refuse' | 'ignore';

/** Uids from the first to the last, both included. */
export type UidRange = readonly [first: number, last: number];

/** Messages as ranges of uids, ascending: every message of the view that lies in them is meant. */
export interface Picked {
  readonly ranges: readonly UidRange[];
  /** How many messages of the view that is. */
  readonly count: number;
}

/** A stretch of uids of which some are gone. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly gone: number;
}

/**
 * The message numbers of one session: the uids its client has been told of, ascending. What changes in the mailbox
 * reaches it only when the session reports it, by `append` and `expunge`; so a number always means what the client
 * thinks it means (RFC 9051 §2.3.1.2). Uids lie in chunks: a stretch where none is gone costs nothing, of others only
 * the count is known until somebody needs a number there. Whoever asks reads first what `unread…` names, and gives it
 * to `fill`; to ask what was not read is our mistake and throws.
 */
export class MailboxView {
  #chunks: Chunk[] = [];
  /** Messages before each chunk; one more entry than chunks, the last being the count. */
  #before: number[] = [0];
  #topUid = 0;

  /** `uids` ascending, without repetition. Throws RangeError otherwise. */
  constructor(uids: ArrayLike<number> = []) {
    this.append(uids);
  }

  /** All uids below `uidNext` but those gone; `stretches` ascending, apart from each other. Throws RangeError. */
  static opened(uidNext: number, stretches: Iterable<Stretch>): MailboxView {
    const view = new MailboxView();
    let next = 1;
    for (const { first, last, gone } of stretches) {
      const count = last - first + 1 - gone;
      if (first < next || last >= uidNext || count < 0 || gone < 0) {
        throw new RangeError(`${gone} gone from ${first} to ${last} cannot be below ${uidNext}`);
      }
      if (first > next) view.#chunks.push(full(next, first - 1));
      if (count > 0) view.#chunks.push({ first, last, count, uids: null });
      next = last + 1;
    }
    if (next < uidNext) view.#chunks.push(full(next, uidNext - 1));
    view.#topUid = uidNext - 1;
    view.#settle();
    return view;
  }

  get count(): number {
    return this.#before[this.#chunks.length] ?? 0;
  }

  /** No uid above it has been told of; those up to it are known or gone. */
  get topUid(): number {
    return this.#topUid;
  }

  /** The largest uid the client knows, 0 in an empty view; `unreadEnd` must have been read. */
  get lastUid(): number {
    const last = this.#chunks.at(-1);
    return last ? uidAt(last, last.count - 1) : 0;
  }

  /** The uid of message number `seq`, undefined where there is none. */
  uidOf(seq: number): number | undefined {
    if (!Number.isInteger(seq) || seq < 1 || seq > this.count) return undefined;
    return this.#uidAt(seq - 1);
  }

  /** The message number of `uid`, undefined where the client does not know it. */
  seqOf(uid: number): number | undefined {
    const index = this.#chunkOf(uid);
    const chunk = this.#chunks[index];
    if (!chunk || uid < chunk.first) return undefined;
    const place = rankIn(chunk, uid);
    return uidAt(chunk, place) === uid ? (this.#before[index] ?? 0) + place + 1 : undefined;
  }

  /** The message numbers of these uids, in their order; 0 where the client does not know one. */
  seqsOf(uids: ArrayLike<number>): Uint32Array {
    const numbers = new Uint32Array(uids.length);
    const [only] = this.#chunks;
    if (only !== undefined && this.#chunks.length === 1 && isFull(only)) {
      // Where none is gone a number follows from the uid.
      for (let at = 0; at < numbers.length; at++) {
        const uid = uids[at] as number;
        if (uid >= only.first && uid <= only.last) numbers[at] = uid - only.first + 1;
      }
      return numbers;
    }
    for (let at = 0; at < numbers.length; at++) numbers[at] = this.seqOf(uids[at] as number) ?? 0;
    return numbers;
  }

  /** Adds messages that came after all others and answers the new EXISTS. Throws RangeError where they did not. */
  append(uids: ArrayLike<number>): number {
    let top = this.#topUid;
    for (let i = 0; i < uids.length; i++) {
      const uid = uids[i] ?? 0;
      if (!Number.isInteger(uid) || uid <= top || uid > 0xffffffff) {
        throw new RangeError(`uid ${uid} cannot follow ${top}`);
      }
      top = uid;
    }
    if (uids.length === 0) return this.count;
    this.#chunks.push(...chunksOf(uids));
    this.#topUid = top;
    this.#settle();
    return this.count;
  }

  /**
   * Removes messages and answers the numbers for the EXPUNGE responses in the order to send them: lowest message
   * first, each number counted after the ones before it are gone (RFC 9051 §7.5.1). Uids unknown here are passed over.
   */
  expunge(uids: Iterable<number>): number[] {
    const gone = Uint32Array.from(uids).sort();
    const reported: number[] = [];
    const left: Chunk[] = [];
    let kept = 0;
    for (let next = 0; next < gone.length; ) {
      const index = this.#chunkOf(gone[next] ?? 0, kept);
      const chunk = this.#chunks[index];
      if (!chunk) break;
      for (; kept < index; kept++) left.push(this.#chunks[kept] ?? chunk);
      const first = next;
      while (next < gone.length && (gone[next] ?? 0) <= chunk.last) next++;
      const before = this.#before[index] ?? 0;
      const here = gone.subarray(first, next);
      left.push(...without(chunk, here, (place) => reported.push(before + place + 1 - reported.length)));
      kept = index + 1;
    }
    if (reported.length === 0) return reported;
    this.#chunks = [...left, ...this.#chunks.slice(kept)];
    this.#settle();
    return reported;
  }

  /** The whole view, ascending; `unreadAll` must have been read. */
  *uids(): Generator<number> {
    for (const chunk of this.#chunks) yield* uidsOf(chunk);
  }

  /** What must be read before `lastUid` is asked, or a set of uids with a '*'. */
  unreadEnd(): Chunk[] {
    return this.#chunks.slice(-1).filter((chunk) => !isRead(chunk));
  }

  /** Whether some numbers may not be asked yet. */
  get hasUnread(): boolean {
    for (const chunk of this.#chunks) if (!isRead(chunk)) return true;
    return false;
  }

  /** What must be read before anything at all can be asked. */
  unreadAll(): Chunk[] {
    return this.#chunks.filter((chunk) => !isRead(chunk));
  }

  /** What must be read before the numbers of these uids, ascending, are asked. */
  unreadAt(uids: Iterable<number>): Chunk[] {
    const unread: Chunk[] = [];
    let index = 0;
    for (const uid of uids) {
      index = this.#chunkOf(uid, index);
      const chunk = this.#chunks[index];
      if (!chunk) break;
      if (uid >= chunk.first && !isRead(chunk) && unread.at(-1) !== chunk) unread.push(chunk);
    }
    return unread;
  }

  /** What must be read before a set is asked: only the ends of its ranges for `pick`, all of them for `resolve`. */
  unreadIn(set: SequenceSet, uidMode: boolean, saved: SequenceSet, what: 'ends' | 'all'): Chunk[] {
    const isUids = uidMode || set.isSaved;
    const meant = set.isSaved ? saved : set;
    if (this.count === 0 || meant.isEmpty) return [];
    const unread: Chunk[] = [];
    let next = 0;
    const add = (index: number) => {
      const chunk = this.#chunks[index];
      if (index < next || !chunk) return;
      if (!isRead(chunk)) unread.push(chunk);
      next = index + 1;
    };
    // All uids of a chunk, or none, are in a range of uids that does not end within it.
    const ends = (index: number, from: number, to: number) => {
      const chunk = this.#chunks[index];
      if (
        !isUids ||
        (chunk && to >= chunk.first && from <= chunk.last && (from > chunk.first || to < chunk.last))
      )
        add(index);
    };
    for (const [first, last] of meant.normalise(isUids ? this.#starUid(meant) : this.count).ranges()) {
      const from = isUids ? this.#chunkOf(first) : this.#chunkAt(first - 1);
      const to = isUids ? this.#chunkOf(last) : this.#chunkAt(Math.min(last, this.count) - 1);
      if (what === 'ends') {
        ends(from, first, last);
        ends(to, first, last);
      } else for (let index = Math.max(next, from); index <= to; index++) add(index);
    }
    return unread;
  }

  /** `uids`, ascending, are those of a chunk that `unread…` named. Throws where they are not as many as were counted. */
  fill(chunk: Chunk, uids: Uint32Array): void {
    const index = this.#chunks.indexOf(chunk);
    if (index < 0) return;
    const last = uids[uids.length - 1] ?? 0;
    if (uids.length !== chunk.count || (uids[0] ?? 0) < chunk.first || last > chunk.last) {
      const counted = `${chunk.count} messages were counted from uid ${chunk.first} to ${chunk.last}`;
      throw new Error(`${counted}, ${uids.length} found`);
    }
    this.#chunks[index] = listed(uids);
  }

  /** How many uids are held in memory one by one. */
  get heldUids(): number {
    let held = 0;
    for (const chunk of this.#chunks) held += chunk.uids?.length ?? 0;
    return held;
  }

  /** Lets go of what can be read again: only where the store can still say what the client knows. */
  forget(): void {
    this.#chunks = this.#chunks.map((chunk) => ({ ...chunk, uids: null }));
  }

  /**
   * The uids a client's set names, ascending, each once. '*' is the last message; in an empty mailbox no uid matches
   * it. A uid that is not there is passed over (RFC 9051 §6.4.9); a message number beyond the last is SyntaxFault, for
   * the client broke the protocol (§9 seq-number), unless told to ignore it, as SEARCH does. '$' is `saved`, uids, or
   * nothing where no result was saved (§6.4.4.1).
   */
  resolve(
    set: SequenceSet,
    uidMode: boolean,
    saved: SequenceSet = SequenceSet.empty,
    outOfRange: OutOfRange = 'refuse',
  ): number[] {
    const found: number[] = [];
    for (const { from, to } of this.#places(set, uidMode, saved, outOfRange)) this.copy(from, to, found);
    return found;
  }

  /** The same as ranges of uids, without a number for each message. */
  pick(
    set: SequenceSet,
    uidMode: boolean,
    saved: SequenceSet = SequenceSet.empty,
    outOfRange: OutOfRange = 'refuse',
  ): Picked {
    const ranges: UidRange[] = [];
    let count = 0;
    for (const { from, to, range } of this.#places(set, uidMode, saved, outOfRange)) {
      if (from >= to) continue;
      count += to - from;
      ranges.push(range ?? [this.#uidAt(from), this.#uidAt(to - 1)]);
    }
    return { ranges, count };
  }

  /** The same as places in the view, from 0, the end excluded. */
  spans(
    set: SequenceSet,
    uidMode: boolean,
    saved: SequenceSet = SequenceSet.empty,
    outOfRange: OutOfRange = 'refuse',
  ): [from: number, to: number][] {
    const spans: [number, number][] = [];
    for (const { from, to } of this.#places(set, uidMode, saved, outOfRange)) {
      if (from < to) spans.push([from, to]);
    }
    return spans;
  }

  /** What must be read before `copy` of these places. */
  unreadBetween(from: number, to: number): Chunk[] {
    const unread: Chunk[] = [];
    for (let index = this.#chunkAt(from); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk || (this.#before[index] ?? 0) >= to) break;
      if (!isRead(chunk)) unread.push(chunk);
    }
    return unread;
  }

  /** Adds the uids at places `from` to `to`, the end excluded. */
  copy(from: number, to: number, into: number[]): void {
    let index = this.#chunkAt(from);
    for (let at = from; at < to; index++) {
      const chunk = this.#chunks[index];
      const before = this.#before[index] ?? 0;
      if (!chunk) return;
      const end = Math.min(to, before + chunk.count);
      for (; at < end; at++) into.push(uidAt(chunk, at - before));
    }
  }

  /** Uids as a set of message numbers, for answers that are not UID commands; those unknown here are left out. */
  numbersOf(uids: Iterable<number>): SequenceSet {
    const numbers: number[] = [];
    for (const uid of uids) {
      const seq = this.seqOf(uid);
      if (seq !== undefined) numbers.push(seq);
    }
    return SequenceSet.of(numbers);
  }

  *#places(
    set: SequenceSet,
    uidMode: boolean,
    saved: SequenceSet,
    outOfRange: OutOfRange,
  ): Generator<Places> {
    const isUids = uidMode || set.isSaved;
    const meant = set.isSaved ? saved : set;
    if (!isUids && outOfRange === 'refuse') this.#refuseBeyond(meant);
    if (this.count === 0 || meant.isEmpty) return;
    for (const [first, last] of meant.normalise(isUids ? this.#starUid(meant) : this.count).ranges()) {
      if (isUids) {
        const range: UidRange = [first, Math.min(last, this.#topUid)];
        yield { from: this.#rank(first), to: this.#rank(last + 1), range };
      } else yield { from: first - 1, to: Math.min(last, this.count), range: null };
    }
  }

  #starUid(set: SequenceSet): number {
    return set.hasStar ? this.lastUid : 0;
  }

  #refuseBeyond(set: SequenceSet): void {
    if (set.largest > this.count || (set.hasStar && this.count === 0)) {
      const asked = set.largest > this.count ? set.largest : '*';
      throw new SyntaxFault(`message ${asked} does not exist, the mailbox has ${this.count}`, -1);
    }
  }

  /** How many messages have a smaller uid. */
  #rank(uid: number): number {
    const index = this.#chunkOf(uid);
    const chunk = this.#chunks[index];
    return (this.#before[index] ?? 0) + (chunk ? rankIn(chunk, uid) : 0);
  }

  #uidAt(place: number): number {
    const index = this.#chunkAt(place);
    const chunk = this.#chunks[index];
    if (!chunk) throw new RangeError(`there is no message ${place + 1}`);
    return uidAt(chunk, place - (this.#before[index] ?? 0));
  }

  /** The first chunk, from `low` on, whose last uid is not smaller than `uid`. */
  #chunkOf(uid: number, low = 0): number {
    let from = low;
    let to = this.#chunks.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#chunks[middle]?.last ?? 0) < uid) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** The chunk that holds the message at `place`. */
  #chunkAt(place: number): number {
    let low = 0;
    let high = Math.max(this.#chunks.length - 1, 0);
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#before[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #settle(): void {
    this.#chunks = join(this.#chunks);
    let count = 0;
    this.#before = [0];
    for (const chunk of this.#chunks) {
      count += chunk.count;
      this.#before.push(count);
    }
  }
}

/** Places from 0, the end excluded, and the uids where they were asked for by uid. */
interface Places {
  readonly from: number;
  readonly to: number;
  readonly range: UidRange | null;
}

/** Commands whose answers speak in message numbers: an EXPUNGE among them would change what the numbers mean. */
const numberedCommands: ReadonlySet<string> = new Set(['FETCH', 'STORE', 'SEARCH', 'SORT', 'THREAD']);

/**
 * Whether EXPUNGE (or VANISHED) may be sent now. `command` is the one in progress in upper case, 'UID FETCH' for the
 * UID forms, null when there is none. RFC 9051 §7.5.1; SORT and THREAD answer as SEARCH does (RFC 5256 §3).
 */
export function mayReportExpunge(command: string | null): boolean {
  return command !== null && !numberedCommands.has(command);
}

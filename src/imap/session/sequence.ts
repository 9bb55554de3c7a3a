import { SequenceSet, SyntaxFault } from '../wire/index.ts';

const chunkUidsMax = 4096;

/** What `resolve` does with a message number beyond the last message. */
export type OutOfRange = 'refuse' | 'ignore';

/**
 * The message numbers of one session: the uids its client has been told of, ascending. What changes in the mailbox
 * reaches it only when the session reports it, by `append` and `expunge`; so a number always means what the client
 * thinks it means (RFC 9051 §2.3.1.2). Uids lie in chunks of a typed array: 4 bytes a message, lookups logarithmic,
 * one expunge rewrites one chunk, many rewrite each chunk once.
 */
export class MailboxView {
  #chunks: Uint32Array[] = [];
  /** Messages before each chunk; one more entry than chunks, the last being the count. */
  #before: number[] = [0];

  /** `uids` ascending, without repetition. Throws RangeError otherwise. */
  constructor(uids: ArrayLike<number> = []) {
    this.append(uids);
  }

  get count(): number {
    return this.#before[this.#chunks.length] ?? 0;
  }

  /** The largest uid the client knows, 0 in an empty view. */
  get lastUid(): number {
    return this.#chunks.at(-1)?.at(-1) ?? 0;
  }

  /** The uid of message number `seq`, undefined where there is none. */
  uidOf(seq: number): number | undefined {
    if (!Number.isInteger(seq) || seq < 1 || seq > this.count) return undefined;
    const chunk = lastAtMost(this.#before, this.#chunks.length, seq - 1);
    return this.#chunks[chunk]?.[seq - 1 - (this.#before[chunk] ?? 0)];
  }

  /** The message number of `uid`, undefined where the client does not know it. */
  seqOf(uid: number): number | undefined {
    const rank = this.#rank(uid);
    return this.uidOf(rank + 1) === uid ? rank + 1 : undefined;
  }

  /** Adds messages that came after all others and answers the new EXISTS. Throws RangeError where they did not. */
  append(uids: ArrayLike<number>): number {
    let last = this.lastUid;
    for (let i = 0; i < uids.length; i++) {
      const uid = uids[i] ?? 0;
      if (!Number.isInteger(uid) || uid <= last || uid > 0xffffffff) {
        throw new RangeError(`uid ${uid} cannot follow ${last}`);
      }
      last = uid;
    }
    let from = this.#fillLast(uids);
    while (from < uids.length) {
      const size = Math.min(chunkUidsMax, uids.length - from);
      const chunk = new Uint32Array(size);
      for (let i = 0; i < size; i++) chunk[i] = uids[from + i] ?? 0;
      this.#chunks.push(chunk);
      from += size;
    }
    this.#count();
    return this.count;
  }

  /**
   * Removes messages and answers the numbers for the EXPUNGE responses in the order to send them: lowest message
   * first, each number counted after the ones before it are gone (RFC 9051 §7.5.1). Uids unknown here are passed over.
   */
  expunge(uids: Iterable<number>): number[] {
    const gone = Uint32Array.from(uids).sort();
    const reported: number[] = [];
    let isThin = false;
    for (let next = 0, index = 0; next < gone.length; index++) {
      // Only chunks to the right are searched: those to the left may be empty by now.
      index = this.#chunkOf(gone[next] ?? 0, index);
      const chunk = this.#chunks[index];
      if (!chunk) break;
      const first = next;
      const last = chunk.at(-1) ?? 0;
      while (next < gone.length && (gone[next] ?? 0) <= last) next++;
      const rest = without(chunk, gone.subarray(first, next), this.#before[index] ?? 0, reported);
      isThin ||= rest.length < chunkUidsMax / 2;
      this.#chunks[index] = rest;
    }
    if (isThin) this.#chunks = joinSmall(this.#chunks);
    this.#count();
    return reported;
  }

  /** The whole view, ascending. */
  *uids(): Generator<number> {
    for (const chunk of this.#chunks) yield* chunk;
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
    const isUids = uidMode || set.isSaved;
    const meant = set.isSaved ? saved : set;
    if (!isUids && outOfRange === 'refuse') this.#refuseBeyond(meant);
    if (this.count === 0 || meant.isEmpty) return [];
    const found: number[] = [];
    for (const [first, last] of meant.normalise(isUids ? this.lastUid : this.count).ranges()) {
      const from = isUids ? this.#rank(first) : first - 1;
      const to = isUids ? this.#rank(last + 1) : Math.min(last, this.count);
      this.#copy(from, to, found);
    }
    return found;
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
    return (this.#before[index] ?? 0) + (chunk ? lowerBound(chunk, uid) : 0);
  }

  /** The first chunk, from `low` on, whose last uid is not smaller than `uid`. */
  #chunkOf(uid: number, low = 0): number {
    let from = low;
    let to = this.#chunks.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#chunks[middle]?.at(-1) ?? 0) < uid) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #copy(from: number, to: number, into: number[]): void {
    let index = lastAtMost(this.#before, this.#chunks.length, from);
    for (let at = from; at < to; index++) {
      const chunk = this.#chunks[index];
      const before = this.#before[index] ?? 0;
      if (!chunk) return;
      const end = Math.min(to, before + chunk.length);
      for (; at < end; at++) into.push(chunk[at - before] ?? 0);
    }
  }

  /** Puts what fits into the last chunk; answers how many of `uids` that were. */
  #fillLast(uids: ArrayLike<number>): number {
    const last = this.#chunks.at(-1);
    const taken = last ? Math.min(chunkUidsMax - last.length, uids.length) : 0;
    if (!last || taken === 0) return 0;
    const larger = new Uint32Array(last.length + taken);
    larger.set(last);
    for (let i = 0; i < taken; i++) larger[last.length + i] = uids[i] ?? 0;
    this.#chunks[this.#chunks.length - 1] = larger;
    return taken;
  }

  #count(): void {
    let count = 0;
    this.#before = [0];
    for (const chunk of this.#chunks) {
      count += chunk.length;
      this.#before.push(count);
    }
  }
}

/**
 * `chunk` without `gone` (ascending). The numbers that EXPUNGE reports are pushed to `reported`, which holds those of
 * the chunks before, `before` messages in all.
 */
function without(chunk: Uint32Array, gone: Uint32Array, before: number, reported: number[]): Uint32Array {
  const rest = new Uint32Array(chunk.length);
  let size = 0;
  let from = 0;
  for (const uid of gone) {
    const at = lowerBound(chunk, uid);
    if (at < from || chunk[at] !== uid) continue;
    rest.set(chunk.subarray(from, at), size);
    size += at - from;
    from = at + 1;
    reported.push(before + at + 1 - reported.length);
  }
  rest.set(chunk.subarray(from), size);
  return rest.slice(0, size + chunk.length - from);
}

/** Drops empty chunks and joins neighbours that fit into one chunk, so that many expunges leave few chunks. */
function joinSmall(chunks: readonly Uint32Array[]): Uint32Array[] {
  const joined: Uint32Array[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    if (chunk.length === 0) continue;
    if (last && last.length + chunk.length <= chunkUidsMax) {
      const both = new Uint32Array(last.length + chunk.length);
      both.set(last);
      both.set(chunk, last.length);
      joined[joined.length - 1] = both;
    } else {
      joined.push(chunk);
    }
  }
  return joined;
}

/** The last of the first `length` entries that is at most `value`; the entries climb from 0. */
function lastAtMost(entries: readonly number[], length: number, value: number): number {
  let low = 0;
  let high = Math.max(length - 1, 0);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((entries[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many entries are smaller than `value`. */
function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
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

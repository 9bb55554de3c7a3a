import { limits } from '../limits.ts';
import type { MessageRow } from '../types.ts';

/** What happened in a mailbox after a modseq; null where the mailbox is gone, 'many' where that is much. */
export type RowNews =
  | {
      /** The highest modseq of the mailbox, as of all this. */
      readonly modseq: number;
      readonly messages: number;
      /** In any order. */
      readonly changed: readonly MessageRow[];
      readonly vanished: Uint32Array;
    }
  | 'many'
  | null;

/** How the cache reads; every call sees what was committed before it. */
export interface RowSource {
  news(account: number, mailbox: number, since: number): Promise<RowNews>;
  /** The whole mailbox, ascending by uid, in pages that need not be of one moment. */
  pages(account: number, mailbox: number): AsyncIterable<readonly MessageRow[]>;
}

/** All rows of a mailbox as of `modseq`, ascending by uid. Never changed in place: whoever reads it may go on. */
interface Box {
  readonly modseq: number;
  readonly rows: readonly MessageRow[];
}

/**
 * The rows of mailboxes that are read again and again, at most `rowsMax` in all. What it answers is never older than
 * the call: the mailbox is asked each time what changed since, by its modseq. A mailbox is taken in when all of its
 * rows are asked for, or some so often that they are more than it holds; who reads little does not pay for all.
 */
export class RowCache {
  readonly #source: RowSource;
  readonly #rowsMax: number;
  readonly #boxRowsMax: number;
  /** The longest unused first. */
  readonly #boxes = new Map<string, Box>();
  readonly #loading = new Map<string, Promise<Box | null>>();
  /** Rows asked for of mailboxes that are not here. */
  readonly #asked = new Map<string, number>();
  #rows = 0;
  #clears = 0;

  constructor(
    source: RowSource,
    rowsMax: number = limits.cachedRowsMax,
    boxRowsMax: number = limits.cachedBoxRowsMax,
  ) {
    this.#source = source;
    this.#rowsMax = rowsMax;
    this.#boxRowsMax = boxRowsMax;
  }

  /** Rows that are held. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * All rows as of now where they are held, or worth holding for who wants `wanted` of them; else null. `pass`: the
   * database can look through all of them for the few that are wanted.
   */
  async all(
    account: number,
    mailbox: number,
    wanted: number | 'pass',
  ): Promise<readonly MessageRow[] | null> {
    const key = `${account} ${mailbox}`;
    const clears = this.#clears;
    const box = this.#boxes.get(key);
    if (box === undefined && wanted !== 'pass' && wanted < limits.cacheableRowsMin) return null;
    const news = await this.#source.news(account, mailbox, box?.modseq ?? Number.MAX_SAFE_INTEGER);
    if (news === null || news === 'many') {
      this.#drop(key);
      return null;
    }
    if (box !== undefined) return this.#keep(key, withNews(box, news), clears).rows;
    const rows = wanted === 'pass' ? Math.ceil(news.messages / limits.passesPerReadingCount) : wanted;
    if (!this.#isWorthIt(key, rows, news.messages)) return null;
    const loaded = await this.#load(key, account, mailbox, news.modseq);
    // Who came while another was reading may have to see more than that one was after.
    if (loaded === null || loaded.modseq < news.modseq) return null;
    return loaded.rows;
  }

  #isWorthIt(key: string, wanted: number, messages: number): boolean {
    if (messages > this.#boxRowsMax) return false;
    const asked = (this.#asked.get(key) ?? 0) + wanted;
    this.#asked.delete(key);
    if (wanted >= messages || asked > messages) return true;
    this.#asked.set(key, asked);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= limits.cachedBoxesMax) break;
      this.#asked.delete(oldest);
    }
    return false;
  }

  /** One reading serves all who ask meanwhile. */
  async #load(key: string, account: number, mailbox: number, modseq: number): Promise<Box | null> {
    const underWay = this.#loading.get(key);
    if (underWay !== undefined) return underWay;
    const loading = this.#read(key, account, mailbox, modseq);
    this.#loading.set(key, loading);
    try {
      return await loading;
    } finally {
      if (this.#loading.get(key) === loading) this.#loading.delete(key);
    }
  }

  /** What changed while the pages were read is read again, for it may stand in some of them already. */
  async #read(key: string, account: number, mailbox: number, modseq: number): Promise<Box | null> {
    const clears = this.#clears;
    const rows: MessageRow[] = [];
    for await (const page of this.#source.pages(account, mailbox)) {
      for (const row of page) rows.push(row);
      if (rows.length > this.#boxRowsMax) return null;
    }
    const news = await this.#source.news(account, mailbox, modseq);
    if (news === null || news === 'many') return null;
    return this.#keep(key, withNews({ modseq, rows }, news), clears);
  }

  /** `clears`: their number when the reading began; what was read before one is not kept. */
  #keep(key: string, box: Box, clears: number): Box {
    if (clears !== this.#clears) return box;
    const held = this.#boxes.get(key);
    // Another reader may have come further meanwhile.
    const newest = held !== undefined && held.modseq > box.modseq ? held : box;
    this.#drop(key);
    if (newest.rows.length > this.#boxRowsMax) return box;
    this.#boxes.set(key, newest);
    this.#rows += newest.rows.length;
    for (const oldest of this.#boxes.keys()) {
      if (this.#rows <= this.#rowsMax || oldest === key) break;
      this.#drop(oldest);
    }
    return newest;
  }

  #drop(key: string): void {
    const box = this.#boxes.get(key);
    if (box === undefined) return;
    this.#boxes.delete(key);
    this.#rows -= box.rows.length;
  }

  /** Nothing is held any more: ids of an account that was erased may come to mean something else. */
  clear(): void {
    this.#clears++;
    this.#boxes.clear();
    this.#loading.clear();
    this.#asked.clear();
    this.#rows = 0;
  }
}

function withNews(box: Box, news: Exclude<RowNews, 'many' | null>): Box {
  if (news.changed.length === 0 && news.vanished.length === 0) {
    return news.modseq === box.modseq ? box : { ...box, modseq: news.modseq };
  }
  return { modseq: news.modseq, rows: merge(box.rows, news.changed, news.vanished) };
}

function merge(
  rows: readonly MessageRow[],
  changed: readonly MessageRow[],
  vanished: Uint32Array,
): readonly MessageRow[] {
  const gone = new Set(vanished);
  const merged = gone.size === 0 ? rows.slice() : rows.filter(({ uid }) => !gone.has(uid));
  for (const row of [...changed].sort((x, y) => x.uid - y.uid)) {
    const at = firstFrom(merged, row.uid);
    if (merged[at]?.uid === row.uid) merged[at] = row;
    else merged.splice(at, 0, row);
  }
  return merged;
}

/** Those of `rows` that `uids` name; both ascending. */
export function pick(rows: readonly MessageRow[], uids: readonly number[]): MessageRow[] {
  const found: MessageRow[] = [];
  let at = 0;
  for (const uid of uids) {
    at = firstFrom(rows, uid, at);
    const row = rows[at];
    if (row === undefined) break;
    if (row.uid === uid) found.push(row);
  }
  return found;
}

/** The place of the first row from `low` on whose uid is `uid` or more. */
export function firstFrom(rows: readonly MessageRow[], uid: number, low = 0): number {
  // Neighbours are asked for one after the other: the next places are tried before all places.
  for (let at = low; at < low + 2; at++) {
    const row = rows[at];
    if (row === undefined || row.uid >= uid) return at;
  }
  let [from, to] = [low + 2, rows.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((rows[middle] as MessageRow).uid < uid) from = middle + 1;
    else to = middle;
  }
  return from;
}

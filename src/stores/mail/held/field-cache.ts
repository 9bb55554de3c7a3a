import { limits } from '../limits.ts';
import { linesHold, type Needle } from '../search/needle.ts';
import { verdicts } from '../search/verdicts.ts';

/** Of one account: by email id the lines of its envelope fields. */
interface Shelf {
  readonly lines: Map<number, string>;
  bytes: number;
}

/** What a text takes beside its characters, roughly, bytes. */
const entryBytes = 100;

/** Reads those that the index has kept; others are left out. */
export type LoadLines = (
  missing: readonly number[],
) => Promise<readonly { readonly id: number; readonly lines: string }[]>;

/**
 * The fields that people search by, folded, of emails that were searched lately. They never change; who may see an email
 * is decided by its rows. The accounts that were not searched for the longest time go first, each as a whole; an
 * account that outgrows half of the room begins anew.
 */
export class FieldCache {
  readonly #bytesMax: number;
  /** The longest unused first. */
  readonly #shelves = new Map<number, Shelf>();
  #bytes = 0;
  #clears = 0;

  constructor(bytesMax: number = limits.cachedFieldsBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** What is held, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For each of the emails whether it holds the needle, of an envelope field: `verdicts`. */
  async decide(
    account: number,
    emails: readonly number[],
    needle: Needle,
    load: LoadLines,
  ): Promise<Uint8Array> {
    const decided = new Uint8Array(emails.length);
    const verdictOf = (lines: string) => (linesHold(lines, needle) ? verdicts.yes : verdicts.no);
    const shelf = this.#shelves.get(account)?.lines;
    const missing: number[] = [];
    for (let at = 0; at < emails.length; at++) {
      const lines = shelf?.get(emails[at] as number);
      if (lines === undefined) missing.push(at);
      else decided[at] = verdictOf(lines);
    }
    if (missing.length === 0) {
      this.#use(account);
      return decided;
    }
    const clears = this.#clears;
    const found = await load([...new Set(missing.map((at) => emails[at] as number))]);
    if (clears === this.#clears) this.#put(account, found);
    const read = new Map(found.map(({ id, lines }) => [id, lines]));
    for (const at of missing) {
      const lines = read.get(emails[at] as number);
      if (lines !== undefined) decided[at] = verdictOf(lines);
    }
    return decided;
  }

  #put(account: number, found: Awaited<ReturnType<LoadLines>>): void {
    let shelf = this.#shelves.get(account) ?? { lines: new Map<number, string>(), bytes: 0 };
    for (const { id, lines } of found) {
      const bytes = entryBytes + 2 * lines.length;
      if (bytes > this.#bytesMax / 2 || shelf.lines.has(id)) continue;
      if (shelf.bytes + bytes > this.#bytesMax / 2) {
        this.#bytes -= shelf.bytes;
        shelf = { lines: new Map(), bytes: 0 };
      }
      shelf.lines.set(id, lines);
      shelf.bytes += bytes;
      this.#bytes += bytes;
    }
    this.#shelves.set(account, shelf);
    this.#use(account);
    for (const [oldest, { bytes }] of this.#shelves) {
      if (this.#bytes <= this.#bytesMax || oldest === account) break;
      this.#shelves.delete(oldest);
      this.#bytes -= bytes;
    }
  }

  #use(account: number): void {
    const shelf = this.#shelves.get(account);
    if (shelf === undefined) return;
    this.#shelves.delete(account);
    this.#shelves.set(account, shelf);
  }

  /** Nothing is held any more: ids of an account that was erased may come to mean something else. */
  clear(): void {
    this.#clears++;
    this.#shelves.clear();
    this.#bytes = 0;
  }
}

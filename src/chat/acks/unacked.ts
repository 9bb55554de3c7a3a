import type { Element } from '../../formats/stanza/index.ts';
import { stanzaText } from '../stanza.ts';

/** A stanza that was written to a client, which has not said that it has it. */
export interface Written {
  readonly stanza: Element;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

interface Entry extends Written {
  readonly chars: number;
}

/** Counters of XEP-0198 §4 go round at 2^32. */
const wrapped = (count: number): number => count >>> 0;

/** What was written to a client and not acknowledged, oldest first. Of what is too much, the oldest is let go. */
export class Unacked {
  readonly #stanzasMax: number;
  readonly #charsMax: number;
  readonly #entries: Entry[] = [];
  /** Entries before it are gone. */
  #first = 0;
  #chars = 0;
  #written = 0;
  #acknowledged = 0;

  constructor(stanzasMax: number, charsMax: number) {
    this.#stanzasMax = stanzasMax;
    this.#charsMax = charsMax;
  }

  /** Stanzas written and not acknowledged, those that were let go among them. */
  get count(): number {
    return wrapped(this.#written - this.#acknowledged);
  }

  /** Stanzas written since it began. */
  get written(): number {
    return this.#written;
  }

  /** False: something older had to be let go for it. */
  push(stanza: Element, atMs: number): boolean {
    const chars = stanzaText(stanza).length;
    this.#entries.push({ stanza, atMs, chars });
    this.#chars += chars;
    this.#written = wrapped(this.#written + 1);
    let isWhole = true;
    while (this.#held > this.#stanzasMax || (this.#chars > this.#charsMax && this.#held > 1)) {
      this.#drop(1);
      isWhole = false;
    }
    return isWhole;
  }

  get #held(): number {
    return this.#entries.length - this.#first;
  }

  #drop(count: number): void {
    for (let at = this.#first; at < this.#first + count; at++) this.#chars -= this.#entries[at]?.chars ?? 0;
    this.#first += count;
    // What is gone is cut off in large pieces: each stanza is moved once at most.
    if (this.#first < 64 || this.#first * 2 < this.#entries.length) return;
    this.#entries.splice(0, this.#first);
    this.#first = 0;
  }

  /** The client has this many. False: it says that it has more than were written. */
  acknowledge(h: number): boolean {
    const more = wrapped(h - this.#acknowledged);
    if (more > this.count) return false;
    this.#acknowledged = wrapped(h);
    this.#drop(Math.max(0, this.#held - this.count));
    return true;
  }

  /** Everything that a client which has this many misses is still here. */
  covers(h: number): boolean {
    const missing = wrapped(this.#written - h);
    return missing <= this.count && missing <= this.#held;
  }

  /** What is held, oldest first. */
  *[Symbol.iterator](): Generator<Written> {
    for (let at = this.#first; at < this.#entries.length; at++) yield this.#entries[at] as Entry;
  }
}

/** One stanza that was taken and is not settled yet. */
export interface Ticket {
  /** Kept, delivered or refused: the sender may forget it. Counts once. */
  done(): void;
}

/**
 * What became of the stanzas of one stream, in the order in which they came: one counts as handled when all before it
 * do (XEP-0198 §4), whatever was quicker.
 */
export class Settling {
  /** Stanzas handled, modulo 2^32. */
  handled = 0;
  readonly #waiting: Entry[] = [];
  #roomed: (() => void)[] = [];
  readonly #max: number;

  /** `max`: of those not settled; `room` waits while there are more. */
  constructor(max: number) {
    this.#max = max;
  }

  begin(): Ticket {
    const entry = new Entry(this);
    this.#waiting.push(entry);
    return entry;
  }

  /** Calls back when all that came before is settled; at once where it is. */
  afterAll(callback: () => void): void {
    if (this.#waiting.length === 0) callback();
    else this.#waiting.push(new Entry(this, callback));
  }

  /** Null: go on; else to be awaited before the next stanza is taken. */
  room(): Promise<void> | null {
    if (this.#waiting.length < this.#max) return null;
    return new Promise((resolve) => this.#roomed.push(resolve));
  }

  /** Null: all that came is settled; else to be awaited for that. */
  settled(): Promise<void> | null {
    if (this.#waiting.length === 0) return null;
    return new Promise((resolve) => this.afterAll(resolve));
  }

  /** For entries alone. */
  settle(): void {
    let first = this.#waiting[0];
    while (first?.isDone) {
      this.#waiting.shift();
      if (first.callback === null) this.handled = (this.handled + 1) >>> 0;
      else first.callback();
      first = this.#waiting[0];
    }
    if (this.#roomed.length === 0 || this.#waiting.length >= this.#max) return;
    // A stream that another one has taken the place of may wait beside it.
    for (const roomed of this.#roomed.splice(0)) roomed();
  }
}

class Entry implements Ticket {
  readonly callback: (() => void) | null;
  readonly #settling: Settling;
  isDone: boolean;

  constructor(settling: Settling, callback: (() => void) | null = null) {
    this.#settling = settling;
    this.callback = callback;
    this.isDone = callback !== null;
  }

  done(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.#settling.settle();
  }
}

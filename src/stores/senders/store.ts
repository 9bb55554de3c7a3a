import { createHash } from 'node:crypto';
import { type Clock, Recent } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import {
  comeAgainMs,
  heldRowsMax,
  knownMs,
  rowsBetweenPurgesMax,
  rowsMax,
  seenEveryMs,
  waitingRowsMax,
  writeBehindMs,
} from './limits.ts';
import { operations } from './module.ts';
import type { SenderRow, Senders, Triplet } from './types.ts';

export interface SendersOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Hears of changes that could not be written; they are tried again. */
  readonly onError?: (event: string, error: unknown) => void;
  /** In place of the limits, for tests. */
  readonly rowsMax?: number;
}

/** Strangers who were asked to come again, and those who did. What changes is written behind. */
export function createSenders(options: SendersOptions): Senders {
  return new SenderStore(options);
}

class SenderStore implements Senders {
  readonly #options: SendersOptions;
  readonly #held = new Recent<string, SenderRow>(heldRowsMax);
  #waiting = new Map<string, SenderRow>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #newRows = 0;

  constructor(options: SendersOptions) {
    this.#options = options;
  }

  async meet(triplet: Triplet, delayMs: number): Promise<boolean> {
    const now = this.#options.clock.nowMs();
    const pair = keyOf('pair', triplet.network, domainOf(triplet.sender));
    const whole = keyOf('triplet', triplet.network, triplet.sender.toLowerCase(), triplet.recipient);
    const [known, met] = await this.#find(pair, whole);
    if (known && now - known.seen < knownMs) {
      if (now - known.seen >= seenEveryMs) this.#put({ ...known, seen: now });
      return true;
    }
    if (!met || now - met.first >= comeAgainMs) {
      this.#newRows++;
      this.#put({ key: whole, first: now, seen: now, passed: 0 });
      return false;
    }
    if (now - met.first < delayMs) return false;
    this.#newRows++;
    this.#put({ key: pair, first: met.first, seen: now, passed: now });
    return true;
  }

  async purge(): Promise<void> {
    this.#newRows = 0;
    const now = this.#options.clock.nowMs();
    await this.#options.database.call(operations.purge, { now, rows: this.#options.rowsMax ?? rowsMax });
  }

  flush(): Promise<void> {
    this.#stopTimer();
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#stopTimer();
  }

  async #find(...keys: readonly [string, string]): Promise<(SenderRow | undefined)[]> {
    const found = keys.map((key) => this.#waiting.get(key) ?? this.#held.get(key));
    const missing = keys.filter((_, at) => found[at] === undefined);
    if (missing.length === 0) return found;
    for (const row of await this.#options.database.call(operations.find, { keys: missing })) {
      // What came to wait meanwhile is newer.
      if (!this.#waiting.has(row.key)) this.#held.set(row.key, row);
    }
    return keys.map((key) => this.#waiting.get(key) ?? this.#held.get(key));
  }

  #put(row: SenderRow): void {
    this.#waiting.set(row.key, row);
    this.#held.set(row.key, row);
    if (this.#waiting.size >= waitingRowsMax) void this.flush();
    else this.#startTimer();
  }

  #startTimer(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => void this.flush(), writeBehindMs);
    this.#timer.unref();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #write(): Promise<void> {
    const rows = this.#waiting;
    if (rows.size === 0) return;
    try {
      await this.#options.database.call(operations.put, { rows: [...rows.values()] });
      for (const [key, row] of rows) if (this.#waiting.get(key) === row) this.#waiting.delete(key);
      if (this.#newRows >= rowsBetweenPurgesMax) await this.purge();
    } catch (error) {
      this.#options.onError?.('senders could not be written', error);
      // Bounded: what cannot be written for long is not remembered.
      if (this.#waiting.size >= waitingRowsMax) this.#waiting = new Map();
    }
  }
}

function domainOf(sender: string): string {
  return sender.slice(sender.lastIndexOf('@') + 1).toLowerCase();
}

function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 27);
}

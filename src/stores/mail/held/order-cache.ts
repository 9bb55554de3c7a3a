import { Recent } from '../../../base/index.ts';
import { limits } from '../limits.ts';
import type { Mailbox, OrderColumn, OrderKey, Threading } from '../types.ts';

/** How the cache reads; every call sees what was committed before it. */
export interface OrderSource {
  /** Null where the mailbox is gone. */
  counted(account: number, mailbox: number): Promise<Pick<Mailbox, 'countedModseq' | 'messages'> | null>;
  /** Of the whole mailbox. */
  column(account: number, mailbox: number, key: OrderKey): Promise<OrderColumn>;
  threading(account: number, mailbox: number): Promise<Threading>;
}

type Value = OrderColumn | Threading;

interface Held {
  /** The messages are those that were there at this `countedModseq`, or later. */
  readonly modseq: number;
  readonly value: Value;
}

/** What an entry takes beside its arrays, roughly, bytes. */
const entryBytes = 500;

function weightOf({ value }: Held): number {
  let bytes = entryBytes;
  for (const column of Object.values(value)) if (ArrayBuffer.isView(column)) bytes += column.byteLength;
  return 'sent' in value ? bytes + value.uids.length * limits.threadsKeptBytes : bytes;
}

/**
 * The order of whole mailboxes by one key, and what their threads are made of. That follows from which messages are
 * there and from nothing else, so it holds as long as none comes or goes: `countedModseq` is asked each time, before
 * anything is read, and what is answered is never older than the call. Nothing of it is ever changed in place.
 */
export class OrderCache {
  readonly #source: OrderSource;
  readonly #held: Recent<string, Held>;
  readonly #loading = new Map<string, Promise<Value>>();
  /** Messages asked for of what is not here. */
  readonly #asked = new Recent<string, { messages: number }>(limits.cachedBoxesMax);
  #clears = 0;

  constructor(source: OrderSource, bytesMax: number = limits.cachedOrdersBytesMax) {
    this.#source = source;
    this.#held = new Recent(bytesMax, weightOf);
  }

  /** What is held, bytes. */
  get bytes(): number {
    return this.#held.weight;
  }

  /** The whole mailbox as of now, where that is held or worth holding for who wants `wanted` messages; else null. */
  async column(account: number, mailbox: number, key: OrderKey, wanted: number): Promise<OrderColumn | null> {
    const load = () => this.#source.column(account, mailbox, key);
    return (await this.#get(account, mailbox, key, wanted, load)) as OrderColumn | null;
  }

  async threading(account: number, mailbox: number, wanted: number): Promise<Threading | null> {
    const load = () => this.#source.threading(account, mailbox);
    return (await this.#get(account, mailbox, 'threading', wanted, load)) as Threading | null;
  }

  async #get(
    account: number,
    mailbox: number,
    what: OrderKey | 'threading',
    wanted: number,
    load: () => Promise<Value>,
  ): Promise<Value | null> {
    const box = await this.#source.counted(account, mailbox);
    if (box === null) return null;
    const name = `${account} ${mailbox} ${what}`;
    const held = this.#held.get(name);
    if (held?.modseq === box.countedModseq) return held.value;
    if (!this.#isWorthIt(name, wanted, box.messages)) return null;
    return this.#load(name, box.countedModseq, load);
  }

  /** Who asks for few again and again has soon read more than the whole. */
  #isWorthIt(name: string, wanted: number, messages: number): boolean {
    const asked = this.#asked.get(name) ?? { messages: 0 };
    asked.messages += wanted;
    if (asked.messages >= messages) {
      this.#asked.delete(name);
      return true;
    }
    this.#asked.set(name, asked);
    return false;
  }

  /** Read after the modseq was, so it is of then or later; one reading serves all who found the same modseq. */
  async #load(name: string, modseq: number, load: () => Promise<Value>): Promise<Value> {
    const reading = `${name} ${modseq}`;
    const underWay = this.#loading.get(reading);
    if (underWay !== undefined) return underWay;
    const clears = this.#clears;
    const loading = load();
    this.#loading.set(reading, loading);
    try {
      const value = await loading;
      const held = this.#held.get(name);
      const isNewest = held === undefined || held.modseq < modseq;
      if (clears === this.#clears && isNewest) this.#held.set(name, { modseq, value });
      return value;
    } finally {
      this.#loading.delete(reading);
    }
  }

  /** Nothing is held any more: ids of an account that was erased may come to mean something else. */
  clear(): void {
    this.#clears++;
    this.#held.clear();
    this.#asked.clear();
    this.#loading.clear();
  }
}

import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import type { OrderColumn, Threading } from '../types.ts';
import { OrderCache, type OrderSource } from './order-cache.ts';

const everything = Infinity;

/** A mailbox in memory that counts what is read of it. */
class Box implements OrderSource {
  uids: number[] = [];
  modseq = 0;
  there = true;
  reads = 0;
  /** Holds up what is being read until it is called. */
  readonly waiting: (() => void)[] = [];
  slow = false;

  append(count = 1): this {
    this.modseq++;
    for (let i = 0; i < count; i++) this.uids.push(this.uids.length + 1);
    return this;
  }
  async counted() {
    return this.there ? { countedModseq: this.modseq, messages: this.uids.length } : null;
  }
  async #read(): Promise<Uint32Array> {
    this.reads++;
    const uids = Uint32Array.from(this.uids);
    if (this.slow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return uids;
  }
  async column(): Promise<OrderColumn> {
    const uids = await this.#read();
    return { uids, ranks: uids };
  }
  async threading(): Promise<Threading> {
    const uids = await this.#read();
    const none = new Uint32Array(0);
    const letters = { uids, sent: uids, subjects: uids, parentStarts: none, parents: none, idCount: 0 };
    return { ...letters, replies: Uint8Array.from(uids), messages: Int32Array.from(uids) };
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe('the cache of orders', () => {
  test('reads a mailbox once for each key, and again when a message came or went', async () => {
    const box = new Box().append(5);
    const cache = new OrderCache(box);
    const first = await cache.column(1, 1, 'from', everything);
    expect(await cache.column(1, 1, 'from', everything)).toBe(first);
    expect(await cache.column(1, 1, 'from', 1)).toBe(first);
    expect(box.reads).toBe(1);
    await cache.column(1, 1, 'subject', everything);
    await cache.threading(1, 1, everything);
    expect(box.reads).toBe(3);
    box.append();
    expect((await cache.column(1, 1, 'from', everything))?.uids).toHaveLength(6);
    expect((await cache.threading(1, 1, everything))?.uids).toHaveLength(6);
    box.there = false;
    expect(await cache.column(1, 1, 'from', everything)).toBeNull();
  });

  test('who asks for few is sent away until that is more than the whole', async () => {
    const box = new Box().append(100);
    const cache = new OrderCache(box);
    expect(await cache.column(1, 1, 'from', 40)).toBeNull();
    expect(await cache.column(1, 1, 'to', 40)).toBeNull();
    expect(await cache.column(1, 1, 'from', 40)).toBeNull();
    expect(box.reads).toBe(0);
    expect(await cache.column(1, 1, 'from', 40)).not.toBeNull();
  });

  test('a change during the reading is not missed by who asks after it', async () => {
    const box = new Box().append(2);
    const cache = new OrderCache(box);
    box.slow = true;
    const before = cache.column(1, 1, 'from', everything);
    const beside = cache.column(1, 1, 'from', everything);
    await turns();
    expect(box.reads).toBe(1);
    box.append();
    const after = cache.column(1, 1, 'from', everything);
    await turns();
    // The later reading ends first; what the earlier one brings then must not take its place.
    for (const go of box.waiting.splice(0).reverse()) {
      go();
      await turns();
    }
    expect((await after)?.uids).toHaveLength(3);
    expect((await before)?.uids).toHaveLength(2);
    expect(await beside).toBe(await before);
    box.slow = false;
    expect(await cache.column(1, 1, 'from', everything)).toBe(await after);
  });

  test('what is read while everything is let go is not kept', async () => {
    const box = new Box().append(2);
    const cache = new OrderCache(box);
    box.slow = true;
    const reading = cache.threading(1, 1, everything);
    await turns();
    cache.clear();
    for (const go of box.waiting.splice(0)) go();
    await reading;
    expect(cache.bytes).toBe(0);
    box.slow = false;
    await cache.threading(1, 1, everything);
    expect(cache.bytes).toBeGreaterThan(0);
    cache.clear();
    expect(cache.bytes).toBe(0);
  });

  test('cachedOrdersBytesMax: no more is held, and threadsKeptBytes counts what is worked out of it', async () => {
    const box = new Box().append(1_000);
    const one = new OrderCache(box);
    await one.column(1, 1, 'from', everything);
    const columnBytes = one.bytes;
    expect(columnBytes).toBeGreaterThanOrEqual(8 * 1_000);
    await one.threading(1, 1, everything);
    expect(one.bytes - columnBytes).toBeGreaterThanOrEqual(1_000 * (17 + limits.threadsKeptBytes));
    const bytesMax = 10 * columnBytes;
    const cache = new OrderCache(box, bytesMax);
    for (let mailbox = 1; mailbox <= 40; mailbox++) {
      await cache.column(1, mailbox, 'from', everything);
      expect(cache.bytes).toBeLessThanOrEqual(bytesMax);
    }
    const read = box.reads;
    await cache.column(1, 40, 'from', everything);
    expect(box.reads).toBe(read);
    await cache.column(1, 1, 'from', everything);
    expect(box.reads).toBe(read + 1);
    await expect(new OrderCache(box, columnBytes).column(1, 1, 'from', everything)).resolves.not.toBeNull();
  });

  test('cachedOrdersBytesMax is what is held where nothing else is said', async () => {
    const box = new Box().append(limits.cachedOrdersBytesMax / 40);
    const cache = new OrderCache(box);
    for (let mailbox = 1; mailbox <= 12; mailbox++) await cache.column(1, mailbox, 'from', everything);
    expect(cache.bytes).toBeLessThanOrEqual(limits.cachedOrdersBytesMax);
    expect(cache.bytes).toBeGreaterThan(limits.cachedOrdersBytesMax / 4);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import type { MessageRow } from '../types.ts';
import { firstFrom, pick, RowCache, type RowSource } from './row-cache.ts';

const rowOf = (uid: number, modseq: number): MessageRow => ({
  uid,
  modseq,
  flags: 0,
  keywords: '',
  received: 0,
  receivedZone: 0,
  saved: 0,
  size: 1,
  email: uid,
});

/** A mailbox in memory that counts what is read of it. */
class Box implements RowSource {
  rows: MessageRow[] = [];
  readonly gone: { uid: number; modseq: number }[] = [];
  modseq = 0;
  uidNext = 1;
  there = true;
  pagesRead = 0;
  /** Called before each page, to change something meanwhile. */
  meanwhile: () => void = () => {};

  append(count = 1): this {
    this.modseq++;
    for (let i = 0; i < count; i++) this.rows.push(rowOf(this.uidNext++, this.modseq));
    return this;
  }
  change(at: number): void {
    const row = this.rows[at % Math.max(1, this.rows.length)];
    if (!row) return;
    this.modseq++;
    this.rows = this.rows.map((each) =>
      each === row ? { ...row, flags: row.flags ^ 1, modseq: this.modseq } : each,
    );
  }
  expunge(at: number): void {
    const row = this.rows[at % Math.max(1, this.rows.length)];
    if (!row) return;
    this.modseq++;
    this.rows = this.rows.filter((each) => each !== row);
    this.gone.push({ uid: row.uid, modseq: this.modseq });
  }
  async news(_account: number, _mailbox: number, since: number): ReturnType<RowSource['news']> {
    if (!this.there) return null;
    const changed = this.rows.filter(({ modseq }) => modseq > since).reverse();
    const vanished = this.gone.filter(({ modseq }) => modseq > since).map(({ uid }) => uid);
    if (changed.length > limits.pointReadsMax) return 'many';
    return { modseq: this.modseq, messages: this.rows.length, changed, vanished: Uint32Array.from(vanished) };
  }
  async *pages(): AsyncGenerator<readonly MessageRow[]> {
    let from = 0;
    for (;;) {
      this.meanwhile();
      const page = this.rows.filter(({ uid }) => uid > from).slice(0, 3);
      this.pagesRead++;
      if (page.length === 0) return;
      yield page;
      from = page.at(-1)?.uid ?? 0;
    }
  }
}

const everything = Number.MAX_SAFE_INTEGER;

describe('the cache of rows', () => {
  test('answers what the mailbox holds now, whatever happened and whenever', async () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('append' as const), n: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ what: fc.constant('change' as const), n: fc.nat(50) }),
      fc.record({ what: fc.constant('expunge' as const), n: fc.nat(50) }),
      fc.record({ what: fc.constant('read' as const), n: fc.nat(3) }),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const box = new Box().append(12);
      const cache = new RowCache(box);
      for (const { what, n } of steps) {
        if (what !== 'read') {
          box[what](n);
          continue;
        }
        let left = n;
        box.meanwhile = () => {
          if (left-- > 0) box.change(n + left);
        };
        const [one, other] = await Promise.all([cache.all(1, 1, everything), cache.all(1, 1, everything)]);
        for (const rows of [one, other]) if (rows !== null) expect(rows).toEqual(box.rows);
        expect(one === null).toBe(false);
        expect(cache.rows).toBe(box.rows.length);
      }
    });
    await fc.assert(property, { numRuns: 200, seed: 7 });
  });

  test('reads a mailbox once, then only what changed', async () => {
    const box = new Box().append(30);
    const cache = new RowCache(box);
    const first = await cache.all(1, 1, everything);
    const read = box.pagesRead;
    expect(await cache.all(1, 1, everything)).toBe(first);
    box.change(3);
    expect(await cache.all(1, 1, 1)).toEqual(box.rows);
    expect(first).not.toEqual(box.rows);
    expect(box.pagesRead).toBe(read);
  });

  test('takes in what is asked for as a whole, or in parts that are more than the whole', async () => {
    const box = new Box().append(100);
    const cache = new RowCache(box);
    expect(await cache.all(1, 1, 50)).toBeNull();
    expect(await cache.all(1, 1, 50)).toBeNull();
    expect(await cache.all(1, 1, limits.cacheableRowsMin - 1)).toBeNull();
    expect(box.pagesRead).toBe(0);
    expect(await cache.all(1, 1, limits.cacheableRowsMin)).toHaveLength(100);
    expect(await new RowCache(box).all(1, 1, 100)).toHaveLength(100);
  });

  test('passesPerReadingCount: who looks through all rows again and again soon has them', async () => {
    const box = new Box().append(100);
    const cache = new RowCache(box);
    for (let pass = 0; pass < limits.passesPerReadingCount - 1; pass++) {
      expect(await cache.all(1, 1, 'pass')).toBeNull();
    }
    expect(box.pagesRead).toBe(0);
    expect(await cache.all(1, 1, 'pass')).toHaveLength(100);
    expect(await cache.all(1, 1, 'pass')).toHaveLength(100);
  });

  test('a larger mailbox than cachedBoxRowsMax is never held; of many the longest unused goes', async () => {
    const box = new Box().append(10);
    expect(await new RowCache(box, 1_000, 9).all(1, 1, everything)).toBeNull();
    expect(await new RowCache(box, 1_000, 10).all(1, 1, everything)).toHaveLength(10);
    const cache = new RowCache(box, 25, 10);
    for (const mailbox of [1, 2, 1, 3]) await cache.all(1, mailbox, everything);
    expect(cache.rows).toBe(20);
    const read = box.pagesRead;
    await cache.all(1, 1, everything);
    expect(box.pagesRead).toBe(read);
    await cache.all(1, 2, everything);
    expect(box.pagesRead).toBeGreaterThan(read);
  });

  test('cachedRowsMax and cachedBoxRowsMax are what is held where nothing else is said', async () => {
    const one = Array.from({ length: limits.cachedBoxRowsMax }, (_, at) => rowOf(at + 1, 1));
    const source: RowSource = {
      news: async (_account, mailbox) => {
        const messages = mailbox === 0 ? one.length + 1 : one.length;
        return { modseq: 1, messages, changed: [], vanished: new Uint32Array(0) };
      },
      async *pages() {
        yield one;
      },
    };
    const cache = new RowCache(source);
    expect(await cache.all(1, 0, everything)).toBeNull();
    const fit = Math.floor(limits.cachedRowsMax / limits.cachedBoxRowsMax);
    for (let mailbox = 1; mailbox <= fit + 2; mailbox++) {
      expect(await cache.all(1, mailbox, everything)).toHaveLength(one.length);
    }
    expect(cache.rows).toBe(fit * one.length);
  });

  test('a mailbox that is gone, or changed much, is let go', async () => {
    const box = new Box().append(20);
    const cache = new RowCache(box);
    await cache.all(1, 1, everything);
    box.append(limits.pointReadsMax + 1);
    expect(await cache.all(1, 1, everything)).toBeNull();
    expect(cache.rows).toBe(0);
    expect(await cache.all(1, 1, everything)).toHaveLength(20 + limits.pointReadsMax + 1);
    box.there = false;
    expect(await cache.all(1, 1, everything)).toBeNull();
    expect(cache.rows).toBe(0);
  });

  test('counts no more than cachedBoxesMax mailboxes', async () => {
    const box = new Box().append(100);
    const cache = new RowCache(box);
    await cache.all(1, 0, 90);
    for (let mailbox = 1; mailbox <= limits.cachedBoxesMax; mailbox++) await cache.all(1, mailbox, 10);
    expect(await cache.all(1, 0, 20)).toBeNull();
    await cache.all(1, 5, 80);
    expect(await cache.all(1, 5, 20)).not.toBeNull();
  });
});

test('rows are picked by uid', () => {
  const rows = [2, 3, 5, 8, 13, 21].map((uid) => rowOf(uid, 1));
  const uids = (wanted: number[]) => pick(rows, wanted).map(({ uid }) => uid);
  expect(uids([])).toEqual([]);
  expect(uids([1, 2, 4, 13, 20, 21, 22])).toEqual([2, 13, 21]);
  expect(uids([2, 3, 5, 8, 13, 21])).toEqual([2, 3, 5, 8, 13, 21]);
  expect([0, 2, 4, 21, 22].map((uid) => firstFrom(rows, uid))).toEqual([0, 0, 2, 5, 6]);
});

test('what is read while everything is let go is not kept', async () => {
  const box = new Box().append(20);
  const cache = new RowCache(box);
  box.meanwhile = () => cache.clear();
  expect(await cache.all(1, 1, 20)).toHaveLength(20);
  expect(cache.rows).toBe(0);
  box.meanwhile = () => {};
  expect(await cache.all(1, 1, 20)).toHaveLength(20);
  expect(cache.rows).toBe(20);
});

import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, fakeClock, StoreError } from '../../base/index.ts';
import { makeFolder, openProbe, probe, removeFolder } from '../../testing/index.ts';
import type { Database } from '../database.ts';
import { hashOf } from './files.ts';
import { limits } from './limits.ts';
import { openLocalBlobs } from './local.ts';
import { QuickReads } from './quick-reads.ts';
import { segmentName } from './segment-file.ts';
import type { BlobStore, StoredBlob } from './types.ts';

describe('the guard of quick reads', () => {
  const clock = fakeClock();
  /** A disk on which each read takes as long as it is told to. */
  const disk = () => {
    const state = { ms: 0, came: 10, reads: 0 };
    const quick = new QuickReads(clock, () => {
      state.reads++;
      clock.advance(state.ms);
      return state.came;
    });
    const read = (ms: number) => {
      state.ms = ms;
      return quick.read(3, [Buffer.alloc(4), Buffer.alloc(6)], 0);
    };
    return { quick, read, state };
  };

  test('reads within quickReadMs go on for ever', () => {
    const { quick, read } = disk();
    for (let i = 0; i < 1_000; i++) expect(read(limits.quickReadMs)).toBe(true);
    expect(quick.areQuick).toBe(true);
  });

  test('one read that waits (slowReadsMs) sends the next pooledReadsCount to the pool', () => {
    const { quick, read } = disk();
    expect(read(limits.slowReadsMs + 2 * limits.quickReadMs)).toBe(true);
    expect(quick.areQuick).toBe(false);
    quick.pooled(limits.pooledReadsCount - 1);
    expect(quick.areQuick).toBe(false);
    quick.pooled(1);
    expect(quick.areQuick).toBe(true);
    quick.pooled(5);
    read(limits.slowReadsMs / 2);
    expect(quick.areQuick).toBe(true);
  });

  test('many reads that are a little slow add up, quick ones between them take away', () => {
    const { quick, read } = disk();
    const slow = limits.slowReadsMs / 4 + limits.quickReadMs;
    for (let i = 0; i < 3; i++) read(slow);
    expect(quick.areQuick).toBe(true);
    for (let i = 0; i < limits.slowReadsMs / limits.quickReadMs; i++) read(0);
    for (let i = 0; i < 3; i++) read(slow);
    expect(quick.areQuick).toBe(true);
    read(slow + limits.quickReadMs);
    expect(quick.areQuick).toBe(false);
  });

  test('a file that is cut off is no answer', () => {
    const { read, state } = disk();
    state.came = 9;
    expect(read(0)).toBe(false);
    expect(state.reads).toBe(1);
  });
});

describe('readNow', () => {
  let dir: string;
  let database: Database;
  let blobs: BlobStore;
  /** Milliseconds that pass between two looks at the clock. */
  let stepMs: number;
  let atMs = 0;
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => {
      atMs += stepMs;
      return atMs;
    },
  };
  const open = () => openLocalBlobs({ folder: join(dir, 'blobs'), database, clock });
  beforeEach(async () => {
    stepMs = 0;
    dir = makeFolder();
    database = await openProbe({ dir });
    blobs = open();
  });
  afterEach(async () => {
    await blobs.close();
    await database.close();
    removeFolder(dir);
  });

  async function keep(bytes: Buffer): Promise<StoredBlob> {
    const blob = await blobs.put(bytes);
    await database.call(probe.keep, { blobs: [blob] });
    blobs.release(blob);
    return blob;
  }
  /** Null where it was refused. */
  const now = (hash: string, start: number, end: number) => {
    const target = Buffer.alloc(end - start, 0xee);
    return blobs.readNow(hash, start, target) ? target : null;
  };
  /** A sealed segment is packed by `compact`. */
  const seal = async () => {
    await blobs.close();
    blobs = open();
    await keep(randomBytes(10));
    await blobs.compact();
  };

  const ranges = (size: number) => [
    [0, size],
    [0, 0],
    [1, Math.min(size, 3_000)],
    [Math.max(0, size - 10), size],
    [Math.min(size, limits.gapBytesMax), size],
    [Math.min(size, limits.gapBytesMax + 1), size],
  ];

  test.each([
    ['as it was appended', 'raw'],
    ['packed', 'zst'],
  ])('a blob %s: the same bytes as read, in every range', async (_, kind) => {
    const text = Buffer.from('a line of the text that can be packed\r\n'.repeat(1_500));
    for (const bytes of [text, randomBytes(60_000), randomBytes(1), randomBytes(300)]) {
      const { hash } = await keep(bytes);
      if (kind === 'zst') await seal();
      expect(now(hash, 0, 1)).toBeNull();
      await blobs.read(hash, [0, 1]);
      for (const [start = 0, end = 0] of ranges(bytes.length)) {
        if (start > end) continue;
        expect(blobs.isAtHand(hash, end - start)).toBe(true);
        expect(now(hash, start, end)?.equals(bytes.subarray(start, end))).toBe(true);
      }
      expect(now(hash, 0, bytes.length + 1)).toBeNull();
    }
  });

  test('a blob in a file of its own: pieces of it', async () => {
    const bytes = randomBytes(limits.segmentBlobBytesMax + 1);
    const { hash } = await keep(bytes);
    await blobs.read(hash, [0, 1]);
    expect(now(hash, 70_000, 90_000)?.equals(bytes.subarray(70_000, 90_000))).toBe(true);
    const most = limits.readNowBytesMax;
    expect(now(hash, 5, 5 + most)?.equals(bytes.subarray(5, 5 + most))).toBe(true);
    expect(now(hash, 5, 6 + most)).toBeNull();
    expect([blobs.isAtHand(hash, most), blobs.isAtHand(hash, most + 1)]).toEqual([true, false]);
  });

  test('a packed blob beyond unpackNowBytesMax is left to the pool', async () => {
    const line = 'what can be packed well\r\n';
    const bytes = Buffer.from(line.repeat(Math.ceil(limits.unpackNowBytesMax / line.length) + 1));
    const { hash } = await keep(bytes);
    await blobs.read(hash);
    expect(now(hash, 0, 10)?.toString()).toBe(line.slice(0, 10));
    await seal();
    expect((await blobs.read(hash)).equals(bytes)).toBe(true);
    expect([blobs.isAtHand(hash, 10), now(hash, 0, 10)]).toEqual([false, null]);
  });

  test('what was located is at hand, after a restart too; what is not there is passed over', async () => {
    const contents = [randomBytes(3_000), randomBytes(limits.segmentBlobBytesMax + 1), randomBytes(70)];
    const hashes: string[] = [];
    for (const bytes of contents) hashes.push((await keep(bytes)).hash);
    await blobs.close();
    blobs = open();
    const many = Array.from({ length: limits.placesFoundMax }, (_, at) => hashOf(Buffer.from(`none ${at}`)));
    await blobs.locate([...many, ...hashes, ...hashes]);
    for (const [at, bytes] of contents.entries()) {
      expect(now(hashes[at] ?? '', 0, 70)?.equals(bytes.subarray(0, 70))).toBe(true);
    }
    expect(blobs.isAtHand(many[0] ?? '', 1)).toBe(false);
    rmSync(join(dir, 'blobs', 'segments', segmentName(1, 'raw')));
    await blobs.close();
    blobs = open();
    await blobs.locate(hashes);
    expect([now(hashes[0] ?? '', 0, 1), now(hashes[1] ?? '', 0, 1)?.length]).toEqual([null, 1]);
  });

  test('a slow disk is left to the pool, until that has read so many', async () => {
    const bytes = randomBytes(2_000);
    const { hash } = await keep(bytes);
    await blobs.read(hash);
    stepMs = limits.slowReadsMs + 1;
    expect(now(hash, 0, 2_000)?.equals(bytes)).toBe(true);
    stepMs = 0;
    expect([blobs.isAtHand(hash, 1), now(hash, 0, 1)]).toEqual([false, null]);
    await blobs.readMany(Array.from({ length: limits.pooledReadsCount - 1 }, () => ({ hash })));
    expect(now(hash, 0, 1)).toBeNull();
    await blobs.read(hash);
    expect(now(hash, 0, 2_000)?.equals(bytes)).toBe(true);
  });

  test('what was moved by compaction is found again, what was swept is not', async () => {
    const bytes = randomBytes(5_000);
    const { hash } = await keep(bytes);
    await blobs.read(hash);
    await seal();
    expect(now(hash, 0, 5_000)).toBeNull();
    await blobs.read(hash);
    expect(now(hash, 0, 5_000)?.equals(bytes)).toBe(true);
    await database.call(probe.drop, { hashes: [hash], now: 1 });
    await blobs.sweep(100);
    expect(now(hash, 0, 5_000)).toBeNull();
    await expect(blobs.read(hash)).rejects.toMatchObject({ reason: 'not-found' });
  });

  test('bytes that are not the blob are refused, and read says why', async () => {
    const { hash } = await keep(randomBytes(5_000));
    await blobs.read(hash);
    // The same file, still open, with something else in it.
    writeFileSync(join(dir, 'blobs', 'segments', segmentName(1, 'raw')), Buffer.alloc(9_000));
    expect(now(hash, 0, 5_000)).toBeNull();
    await expect(blobs.read(hash)).rejects.toBeInstanceOf(StoreError);
    writeFileSync(join(dir, 'blobs', 'segments', segmentName(1, 'raw')), '');
    expect(now(hash, 0, 10)).toBeNull();
  });

  test('a file that is closed is not read: it was crowded out, or the store is closed', async () => {
    const big = limits.segmentBlobBytesMax + 1;
    const { hash } = await keep(randomBytes(big));
    await blobs.read(hash, [0, 1]);
    for (let i = 0; i < limits.openFilesMax; i++) {
      expect(now(hash, 0, 1)).not.toBeNull();
      const other = await keep(Buffer.alloc(big, `${i}`));
      await blobs.read(other.hash, [0, 1]);
    }
    // It was used in between, so others went before it.
    expect(now(hash, 0, 1)).not.toBeNull();
    await blobs.close();
    expect(now(hash, 0, 1)).toBeNull();
    rmSync(join(dir, 'blobs'), { recursive: true });
    blobs = open();
  });
});

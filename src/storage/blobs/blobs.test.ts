import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { makeFolder, openProbe, probe, removeFolder } from '../../testing/index.ts';
import { coreOperations } from '../core/module.ts';
import type { Database } from '../database.ts';
import { compactSegments } from './compact.ts';
import { BlobFiles, hashOf } from './files.ts';
import { limits } from './limits.ts';
import { type LocalBlobOptions, openLocalBlobs } from './local.ts';
import type { BlobStore, StoredBlob } from './types.ts';

let dir: string;
let database: Database;
let blobs: BlobStore;

async function open(options: Partial<LocalBlobOptions> = {}) {
  database = await openProbe({ dir });
  blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database, ...options });
}
async function close() {
  await blobs.close();
  await database.close();
}
async function reopen() {
  await close();
  await open();
}

beforeEach(async () => {
  dir = makeFolder();
  await open();
});
afterEach(async () => {
  await close();
  removeFolder(dir);
});

/** Puts, refers to and releases, as a store does. */
async function keep(bytes: Buffer): Promise<StoredBlob> {
  const blob = await blobs.put(bytes);
  await database.call(probe.keep, { blobs: [blob] });
  blobs.release(blob);
  return blob;
}
const drop = (hashes: string[], now = 1) => database.call(probe.drop, { hashes, now });

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
async function* inChunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
/** How many of this store's files the process has open. */
function openBlobFiles(): number {
  const within = join(dir, 'blobs', 'files');
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(within);
    } catch {
      return false; // Closed since the folder was read.
    }
  }).length;
}
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof StoreError ? error.reason : `not a StoreError: ${String(error)}`;
  }
  return 'accepted';
}
const segments = () => readdirSync(join(dir, 'blobs', 'segments')).sort();
const ownFiles = () =>
  readdirSync(join(dir, 'blobs', 'files')).flatMap((name) => readdirSync(join(dir, 'blobs', 'files', name)));

describe('putting and reading', () => {
  const max = limits.segmentBlobBytesMax;
  test.each([
    ['nothing', 0, 'segment'],
    ['one byte', 1, 'segment'],
    ['a mail', 10_000, 'segment'],
    ['the largest of a segment (segmentBlobBytesMax)', max, 'segment'],
    ['one byte more', max + 1, 'file'],
    ['several pieces', 3 * max + 17, 'file'],
  ])('%s: as a buffer and as a stream, whole, in ranges, after a restart', async (_, size, where) => {
    const bytes = randomBytes(size);
    const blob = await keep(bytes);
    expect(blob).toMatchObject({ hash: hashOf(bytes), size });
    expect(blob.place?.segment === 0).toBe(where === 'file');
    const again = await blobs.put(inChunks(bytes, 65_000));
    expect(again).toEqual({ hash: blob.hash, size, place: null });
    blobs.release(again);
    const streamed = randomBytes(size);
    const other = await blobs.put(inChunks(streamed, 70_001));
    await database.call(probe.keep, { blobs: [other] });
    blobs.release(other);
    await reopen();
    expect((await blobs.read(blob.hash)).equals(bytes)).toBe(true);
    expect((await gather(blobs.stream(other.hash))).equals(streamed)).toBe(true);
    for (const [start, end] of [
      [0, 0],
      [0, 1],
      [Math.floor(size / 2), size],
      [size - 1, size + 100],
      [size + 5, size + 9],
    ] as const) {
      const from = Math.max(0, start);
      const wanted = bytes.subarray(from, end);
      expect((await blobs.read(blob.hash, [from, end])).equals(wanted)).toBe(true);
      expect((await gather(blobs.stream(blob.hash, [from, end]))).equals(wanted)).toBe(true);
    }
    expect(await blobs.verify()).toEqual([]);
  });

  test('equal contents in flight are written once and counted twice', async () => {
    const bytes = randomBytes(2000);
    const all = await Promise.all(Array.from({ length: 8 }, () => blobs.put(Buffer.from(bytes))));
    expect(new Set(all.map((blob) => JSON.stringify(blob.place))).size).toBe(1);
    await Promise.all(all.map((blob) => database.call(probe.keep, { blobs: [blob] })));
    for (const blob of all) blobs.release(blob);
    await drop(Array(7).fill(all[0]?.hash));
    expect(await blobs.sweep(100)).toBe(0);
    expect((await blobs.read(all[0]?.hash ?? '')).equals(bytes)).toBe(true);
  });

  test('sizeMax: exactly so is taken, one more is refused and leaves nothing', async () => {
    for (const size of [100, limits.segmentBlobBytesMax + 100]) {
      const bytes = randomBytes(size);
      expect((await blobs.put(bytes, { sizeMax: size })).size).toBe(size);
      expect(await refusal(blobs.put(bytes, { sizeMax: size - 1 }))).toBe('too-large');
      expect(await refusal(blobs.put(inChunks(bytes, 50_000), { sizeMax: size - 1 }))).toBe('too-large');
    }
    expect(readdirSync(join(dir, 'blobs', 'incoming'))).toEqual([]);
  });

  test('a source that breaks off leaves nothing', async () => {
    async function* broken() {
      yield randomBytes(limits.segmentBlobBytesMax + 5);
      throw new Error('the sender is gone');
    }
    await expect(blobs.put(broken())).rejects.toThrow('the sender is gone');
    expect(readdirSync(join(dir, 'blobs', 'incoming'))).toEqual([]);
    expect(ownFiles()).toEqual([]);
  });

  test('what a crash left half received is removed at start', async () => {
    writeFileSync(join(dir, 'blobs', 'incoming', 'torn'), 'half');
    await reopen();
    expect(readdirSync(join(dir, 'blobs', 'incoming'))).toEqual([]);
  });

  test('a hash that nobody stored, and one that is no hash', async () => {
    expect(await refusal(blobs.read('0'.repeat(64)))).toBe('not-found');
    expect(await refusal(blobs.read('../../lock'))).toBe('not-found');
  });

  test('more files than openFilesMax are read at once, and no descriptor stays open for them', async () => {
    const count = limits.openFilesMax + 20;
    const all: [string, Buffer][] = [];
    for (let at = 0; at < count; at++) {
      const bytes = randomBytes(limits.segmentBlobBytesMax + 1);
      all.push([(await keep(bytes)).hash, bytes]);
    }
    const reads = await Promise.all(
      all.flatMap(([hash]) => [blobs.read(hash, [5, 20]), blobs.read(hash, [0, 9])]),
    );
    for (const [at, [, bytes]] of all.entries())
      expect(reads[at * 2]?.equals(bytes.subarray(5, 20))).toBe(true);
    // A file that is let go is closed beside what goes on: how many stay open is seen when that is over.
    await expect.poll(openBlobFiles).toBeLessThanOrEqual(limits.openFilesMax);
    await Promise.all(all.map(([hash]) => blobs.read(hash, [0, 1])));
    await expect.poll(openBlobFiles).toBeLessThanOrEqual(limits.openFilesMax);
    expect(openBlobFiles()).toBeGreaterThan(0);
  });
});

describe('sweeping', () => {
  test('takes what nothing refers to and is idle long enough, small and large', async () => {
    const small = await keep(randomBytes(500));
    const large = await keep(randomBytes(limits.segmentBlobBytesMax + 1));
    const kept = await keep(randomBytes(500));
    await drop([small.hash, large.hash], 1000);
    expect(await blobs.sweep(1000)).toBe(0);
    expect(await blobs.sweep(1001)).toBeGreaterThan(limits.segmentBlobBytesMax);
    expect(await refusal(blobs.read(small.hash))).toBe('not-found');
    expect(await refusal(blobs.read(large.hash))).toBe('not-found');
    expect(ownFiles()).toEqual([]);
    expect((await blobs.read(kept.hash)).length).toBe(500);
  });

  test('leaves alone what somebody holds, until it is released; releasing twice harms nobody', async () => {
    const bytes = randomBytes(500);
    const first = await keep(bytes);
    await drop([first.hash]);
    const [one, two] = [await blobs.put(bytes), await blobs.put(bytes)];
    expect(one.place).toBeNull();
    blobs.release(one);
    blobs.release(one);
    expect(await blobs.sweep(100)).toBe(0);
    await database.call(probe.keep, { blobs: [two] });
    blobs.release(two);
    expect(await blobs.sweep(100)).toBe(0);
    expect((await blobs.read(first.hash)).equals(bytes)).toBe(true);
  });

  test('a content stored again while it is being swept is there afterwards', async () => {
    const bytes = randomBytes(500);
    const first = await keep(bytes);
    await drop([first.hash]);
    // The sweep's own transaction is held back until the second put has begun.
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let reached = () => {};
    const sweeping = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const held: Database = Object.create(database, {
      call: {
        value: async (operation: typeof coreOperations.forgetBlobs, args: never) => {
          if (operation.name === coreOperations.forgetBlobs.name) {
            reached();
            await gate;
          }
          return database.call(operation, args);
        },
      },
    });
    await blobs.close();
    blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database: held });
    const swept = blobs.sweep(100);
    await sweeping;
    const again = blobs.put(bytes);
    letGo();
    expect(await swept).toBeGreaterThan(0);
    const blob = await again;
    expect(blob.place).not.toBeNull();
    await database.call(probe.keep, { blobs: [blob] });
    blobs.release(blob);
    expect((await blobs.read(blob.hash)).equals(bytes)).toBe(true);
  });
});

describe('compacting', () => {
  const text = (seed: string) => Buffer.from(`${seed} and again `.repeat(400));

  test('moves and compresses what is live, removes the rest; reads go on meanwhile', async () => {
    const kept = await Promise.all(
      Array.from({ length: limits.movesMax + 30 }, (_, at) => keep(text(`kept ${at}`))),
    );
    const gone = await Promise.all(Array.from({ length: 100 }, (_, at) => keep(text(`gone ${at}`))));
    await drop(gone.map((blob) => blob.hash));
    await blobs.sweep(100);
    await reopen();
    const before = segments();
    const reading = Promise.all(
      Array.from({ length: 400 }, (_, at) => blobs.read(kept[at % kept.length]?.hash ?? '')),
    );
    expect(await blobs.compact()).toBeGreaterThan(0);
    for (const [at, bytes] of (await reading).entries())
      expect(bytes.equals(text(`kept ${at % kept.length}`))).toBe(true);
    expect(segments().some((name) => before.includes(name))).toBe(false);
    expect(segments().every((name) => name.endsWith('.zst'))).toBe(true);
    expect((await blobs.read(kept[3]?.hash ?? '', [5, 30])).equals(text('kept 3').subarray(5, 30))).toBe(
      true,
    );
    expect(await blobs.verify()).toEqual([]);
    // A second time there is nothing to do.
    const after = segments();
    expect(await blobs.compact()).toBe(0);
    expect(segments()).toEqual(after);
    await reopen();
    expect((await blobs.read(kept[7]?.hash ?? '')).equals(text('kept 7'))).toBe(true);
  });

  test('a compressed segment of which less than half is live is rewritten', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => keep(randomBytes(1000))));
    await reopen();
    await blobs.compact();
    const before = segments();
    await drop(all.slice(0, 30).map((blob) => blob.hash));
    await blobs.sweep(100);
    expect(await blobs.compact()).toBeGreaterThan(25_000);
    expect(segments()).not.toEqual(before);
    expect((await blobs.read(all[35]?.hash ?? '')).length).toBe(1000);
  });

  test('records that a crash left without a row go', async () => {
    blobs.release(await blobs.put(randomBytes(5000)));
    await reopen();
    expect(segments()).toHaveLength(1);
    await blobs.compact();
    expect(segments()).toEqual([]);
  });

  test('a segment with a content that is held but not yet referred to stays, and is right afterwards', async () => {
    const blob = await blobs.put(randomBytes(3000));
    // Seals the segment, as growing beyond its size would.
    const fill = await Promise.all(
      Array.from({ length: 65 }, () => blobs.put(randomBytes(limits.segmentBlobBytesMax))),
    );
    for (const one of fill) blobs.release(one);
    const last = await keep(randomBytes(10));
    expect(last.place?.segment).toBeGreaterThan(blob.place?.segment ?? 0);
    // The row is committed and the hold released at the worst moment: after the last look for rows.
    let [pinned, looks] = [true, 0];
    const commit = async () => {
      await database.call(probe.keep, { blobs: [blob] });
      blobs.release(blob);
      pinned = false;
    };
    const racing: Database = Object.create(database, {
      call: {
        value: async (
          operation: typeof coreOperations.blobsInSegment,
          args: { segment: number; after: number },
        ) => {
          const answer = await database.call(operation, args);
          if (operation.name !== coreOperations.blobsInSegment.name) return answer;
          if (args.segment === blob.place?.segment && ++looks === 2) await commit();
          return answer;
        },
      },
    });
    const files = new BlobFiles(join(dir, 'blobs'));
    await compactSegments({
      database: racing,
      files,
      growing: () => last.place?.segment ?? 0,
      pinnedIn: (segment) => segment === blob.place?.segment && pinned,
      readAt: async () => randomBytes(1),
    });
    if (pinned) await commit();
    await files.close();
    expect((await blobs.read(blob.hash)).length).toBe(3000);
  });

  test('a small content that one gave up while another holds it stays; given up by all it goes with its segment', async () => {
    const [refused, shared] = [await blobs.put(text('refused')), await blobs.put(text('shared'))];
    const again = await blobs.put(text('shared'));
    blobs.release(refused);
    blobs.release(shared);
    // Seals the segment, as growing beyond its size would.
    for (let at = 0; at < 65; at++) await keep(randomBytes(limits.segmentBlobBytesMax));
    const first = segments()[0] ?? '';
    await blobs.compact();
    expect(segments()).toContain(first);
    expect((await blobs.read(again.hash)).equals(text('shared'))).toBe(true);
    await database.call(probe.keep, { blobs: [again] });
    blobs.release(again);
    await blobs.compact();
    expect(segments()).not.toContain(first);
    expect((await blobs.read(again.hash)).equals(text('shared'))).toBe(true);
    expect(await refusal(blobs.read(refused.hash))).toBe('not-found');
  });

  test('a blob whose bytes are damaged stays with its segment, for verify to name', async () => {
    const [good, bad] = [await keep(text('good')), await keep(text('bad'))];
    await close();
    const file = join(dir, 'blobs', 'segments', segments()[0] ?? '');
    const bytes = readFileSync(file);
    bytes[(bad.place?.offset ?? 0) + 200] = 0;
    writeFileSync(file, bytes);
    await open();
    await blobs.compact();
    expect(segments()).toContain(file.split('/').at(-1));
    expect(await blobs.verify()).toEqual([`blob ${bad.hash}: its bytes are not what they were`]);
    expect((await blobs.read(good.hash)).equals(text('good'))).toBe(true);
  });

  test('files of their own that no row names are removed, those that somebody holds stay', async () => {
    const held = await blobs.put(randomBytes(limits.segmentBlobBytesMax + 1));
    const kept = await keep(randomBytes(limits.segmentBlobBytesMax + 2));
    const stray = hashOf(Buffer.from('stray'));
    mkdirSync(join(dir, 'blobs', 'files', stray.slice(0, 2)), { recursive: true });
    writeFileSync(join(dir, 'blobs', 'files', stray.slice(0, 2), stray), 'stray');
    await blobs.compact();
    expect(ownFiles().sort()).toEqual([held.hash, kept.hash].sort());
    blobs.release(held);
    await blobs.compact();
    expect(ownFiles()).toEqual([kept.hash]);
  });

  test('a file of its own that was given up goes with its last hold, unless a row names it by then', async () => {
    const bytes = randomBytes(limits.segmentBlobBytesMax + 1);
    const [one, two] = [await blobs.put(bytes), await blobs.put(bytes)];
    blobs.release(one);
    blobs.release(one);
    // One clean-up waits for the other.
    await blobs.sweep(0);
    expect(ownFiles()).toEqual([one.hash]);
    blobs.release(two);
    const again = await blobs.put(bytes);
    await blobs.sweep(0);
    expect((await blobs.read(again.hash)).equals(bytes)).toBe(true);
    await database.call(probe.keep, { blobs: [again] });
    blobs.release(again);
    const refused = await blobs.put(randomBytes(limits.segmentBlobBytesMax + 2));
    await blobs.keepWhile(async () => blobs.release(refused));
    // None while a backup copies: it goes with the next clean-up.
    expect(ownFiles().sort()).toEqual([again.hash, refused.hash].sort());
    const last = await blobs.put(randomBytes(limits.segmentBlobBytesMax + 3));
    blobs.release(last);
    await blobs.sweep(0);
    expect(ownFiles().sort()).toEqual([again.hash, refused.hash].sort());
    await blobs.compact();
    expect(ownFiles()).toEqual([again.hash]);
    expect((await blobs.read(again.hash)).equals(bytes)).toBe(true);
  });
});

describe('backup', () => {
  test('database first, then the bytes it names: the copy opens and is whole; the next one is incremental', async () => {
    const [small, large] = [
      await keep(randomBytes(700)),
      await keep(randomBytes(limits.segmentBlobBytesMax + 1)),
    ];
    const target = join(dir, 'copy');
    await blobs.keepWhile(async () => {
      await database.backup(target);
      await keep(randomBytes(300));
      await drop([small.hash, large.hash]);
      // Nothing goes while the copy is being made, whoever asks.
      expect(await blobs.sweep(100)).toBe(0);
      expect(await blobs.compact()).toBe(0);
      await blobs.backup(join(target, 'blobs'));
    });
    expect(await blobs.sweep(100)).toBeGreaterThan(0);
    const first = readdirSync(join(target, 'blobs', 'segments'));
    await keep(randomBytes(800));
    await blobs.backup(join(target, 'blobs'));
    expect(readdirSync(join(target, 'blobs', 'segments'))).toEqual(first);
    await close();
    dir = target;
    await open();
    expect(await blobs.verify()).toEqual([]);
    expect((await blobs.read(small.hash)).length).toBe(700);
    expect((await blobs.read(large.hash)).length).toBe(limits.segmentBlobBytesMax + 1);
  });
});

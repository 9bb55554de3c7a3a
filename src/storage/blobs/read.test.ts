import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { makeFolder, openProbe, probe, removeFolder } from '../../testing/index.ts';
import type { BlobRow } from '../core/module.ts';
import type { Database } from '../database.ts';
import { limits } from './limits.ts';
import { openLocalBlobs } from './local.ts';
import { runsOf } from './read.ts';
import { headerBytes, segmentName } from './segment-file.ts';
import type { BlobStore, BlobWant } from './types.ts';

const row = (over: Partial<BlobRow>): BlobRow => {
  const length = over.length ?? 1_000;
  return { hash: 'h', size: length, segment: 1, offset: 0, length, codec: 0, ...over };
};
const all = (rows: readonly BlobRow[], range?: BlobWant['range']) =>
  runsOf(
    rows,
    rows.map(({ hash }) => (range ? { hash, range } : { hash })),
  ).map(({ segment, start, end, pieces }) => ({ segment, start, end, at: pieces.map(({ at }) => at) }));

describe('runs', () => {
  test('what lies close together, whatever its order, is one read', () => {
    const rows = [row({ offset: 5_000 }), row({ offset: 0 }), row({ offset: 2_000 })];
    expect(all(rows)).toEqual([{ segment: 1, start: 0, end: 6_000 + headerBytes, at: [1, 2, 0] }]);
  });

  test('a gap of more than gapBytesMax, another segment, files and packed blobs end a run', () => {
    const end = 1_000 + headerBytes;
    const near = row({ offset: end + limits.gapBytesMax });
    expect(all([row({}), near])).toHaveLength(1);
    expect(all([row({}), { ...near, offset: near.offset + 1 }])).toEqual([]);
    expect(all([row({}), row({ segment: 2, offset: 1_100 })])).toEqual([]);
    expect(all([row({}), row({ segment: 0 })])).toEqual([]);
    expect(all([row({}), row({ offset: 1_100, codec: 1 })])).toEqual([]);
  });

  test('a run reads at most runBytesMax', () => {
    const size = limits.runBytesMax / 4;
    const rows = Array.from({ length: 8 }, (_, i) => row({ offset: i * size, length: size - headerBytes }));
    const runs = all(rows);
    expect(runs.map(({ at }) => at.length)).toEqual([4, 4]);
    for (const { start, end } of runs) expect(end - start).toBeLessThanOrEqual(limits.runBytesMax);
  });

  test('what begins deep inside a blob is read by itself', () => {
    const rows = [row({ length: 100_000 }), row({ offset: 100_100, length: 100_000 })];
    expect(all(rows, [limits.gapBytesMax + 1, limits.gapBytesMax + 10])).toEqual([]);
    expect(all(rows, [0, 99_000])).toHaveLength(1);
  });
});

describe('readMany', () => {
  let dir: string;
  let database: Database;
  let blobs: BlobStore;
  beforeEach(async () => {
    dir = makeFolder();
    database = await openProbe({ dir });
    blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
  });
  afterEach(async () => {
    await blobs.close();
    await database.close();
    removeFolder(dir);
  });

  async function keep(bytes: Buffer): Promise<string> {
    const blob = await blobs.put(bytes);
    await database.call(probe.keep, { blobs: [blob] });
    blobs.release(blob);
    return blob.hash;
  }

  test('each want is answered in its place: repeated, in ranges, empty, large and small', async () => {
    const contents = [0, 1, 3_000, 90_000, limits.segmentBlobBytesMax + 5, 7_000].map((n) => randomBytes(n));
    const hashes: string[] = [];
    for (const bytes of contents) hashes.push(await keep(bytes));
    const ranges: BlobWant['range'][] = [undefined, [0, 10], [500, 2_500], [80_000, 200_000], [9, 9]];
    const wants: BlobWant[] = [];
    const expected: Buffer[] = [];
    for (const range of ranges) {
      for (const [i, hash] of [...hashes.entries()].reverse()) {
        wants.push(range ? { hash, range } : { hash });
        expected.push((contents[i] as Buffer).subarray(range?.[0] ?? 0, range?.[1]));
      }
    }
    const found = await blobs.readMany(wants);
    expect(found.map((bytes) => bytes.toString('hex'))).toEqual(
      expected.map((bytes) => bytes.toString('hex')),
    );
    expect(await blobs.readMany([])).toEqual([]);
  });

  test('more blobs than knownPlacesMax remembers are found all the same', async () => {
    const count = limits.knownPlacesMax + 50;
    const wants: BlobWant[] = [];
    for (let at = 0; at < count; at += 2_500) {
      const some = Array.from({ length: Math.min(2_500, count - at) }, (_, i) =>
        Buffer.from(`blob ${at + i}`),
      );
      const kept = await Promise.all(some.map((bytes) => blobs.put(bytes)));
      await database.call(probe.keep, { blobs: kept });
      for (const blob of kept) {
        blobs.release(blob);
        wants.push({ hash: blob.hash });
      }
    }
    for (let turn = 0; turn < 2; turn++) {
      for (let at = 0; at < count; at += 5_000) {
        const found = await blobs.readMany(wants.slice(at, at + 5_000));
        expect(found.every((bytes, i) => bytes.toString() === `blob ${at + i}`)).toBe(true);
      }
    }
  });

  test('a blob that is not there, and one that is not itself, refuse the whole', async () => {
    const [first, second] = [await keep(randomBytes(2_000)), await keep(randomBytes(2_000))];
    const reason = async (wants: BlobWant[]) => {
      const error = await blobs.readMany(wants).catch((thrown: unknown) => thrown);
      return error instanceof StoreError ? error.reason : 'accepted';
    };
    expect(await reason([{ hash: first }, { hash: 'f'.repeat(64) }])).toBe('not-found');
    expect(await reason([{ hash: first }, { hash: second }])).toBe('accepted');
    await blobs.close();
    writeFileSync(join(dir, 'blobs', 'segments', segmentName(1, 'raw')), Buffer.alloc(10_000));
    blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
    expect(await reason([{ hash: first }, { hash: second }])).toBe('corrupt');
  });
});

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, StoreError } from '../base/index.ts';
import { makeFolder, missingTool, openProbe, probe, removeFolder } from '../testing/index.ts';
import { limits as blobLimits } from './blobs/limits.ts';
import { openLocalBlobs } from './blobs/local.ts';
import type { BlobStore, StoredBlob } from './blobs/types.ts';

function mountSmall(dir: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', dir], { stdio: 'pipe' });
}

function whyNot(): string | null {
  const dir = makeFolder();
  try {
    mountSmall(dir);
    execFileSync('umount', [dir], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `a small disk cannot be mounted here (${messageOf(error).split('\n')[0]})`;
  } finally {
    removeFolder(dir);
  }
}

const missing = whyNot();
if (missing !== null) missingTool('a full disk', missing);

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof StoreError ? error.reason : `not a StoreError: ${String(error)}`;
  }
}

describe.skipIf(missing !== null)('a full disk', () => {
  async function onSmallDisk(
    work: (a: {
      dir: string;
      database: Awaited<ReturnType<typeof openProbe>>;
      blobs: BlobStore;
      /** To be closed before the disk goes. */
      reopened: BlobStore[];
    }) => Promise<void>,
  ) {
    const dir = makeFolder();
    mountSmall(dir);
    try {
      const database = await openProbe({ dir });
      const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
      const reopened: BlobStore[] = [];
      try {
        await work({ dir, database, blobs, reopened });
      } finally {
        for (const one of [blobs, ...reopened]) await one.close();
        await database.close();
      }
    } finally {
      execFileSync('umount', [dir], { stdio: 'pipe' });
      removeFolder(dir);
    }
  }

  test('blobs: refused with no-space, what was stored stays whole, nothing half-visible, space is used again', async () => {
    await onSmallDisk(async ({ dir, database, blobs, reopened }) => {
      const kept: StoredBlob[] = [];
      // What an operator can always find to remove: rewriting a segment needs room for what is left of it.
      const spare = join(dir, 'spare');
      writeFileSync(spare, Buffer.alloc(256 * 1024));
      const keep = async (bytes: Buffer) => {
        const blob = await blobs.put(bytes);
        await database.call(probe.keep, { blobs: [blob] });
        blobs.release(blob);
        kept.push(blob);
      };
      await keep(randomBytes(4000));
      let last = 'done';
      for (let at = 0; at < 40 && last === 'done'; at++) last = await outcome(keep(randomBytes(700_000)));
      expect(last).toBe('no-space');
      const large = randomBytes(2 * blobLimits.segmentBlobBytesMax);
      expect(await outcome(blobs.put(large))).toBe('no-space');
      expect(readdirSync(join(dir, 'blobs', 'incoming'))).toEqual([]);
      expect(readdirSync(join(dir, 'blobs', 'files'))).toEqual([]);
      // The first blob went in with its row, so it still reads.
      expect((await blobs.read(kept[0]?.hash ?? '')).length).toBe(4000);
      expect(await blobs.verify()).toEqual([]);
      const gone = kept.splice(1);
      rmSync(spare);
      await database.call(probe.drop, { hashes: gone.map((blob) => blob.hash), now: 1 });
      expect(await blobs.sweep(2)).toBeGreaterThan(1_000_000);
      await blobs.close();
      blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
      reopened.push(blobs);
      expect(await blobs.compact()).toBeGreaterThan(1_000_000);
      await keep(randomBytes(700_000));
      await keep(large.subarray(0, blobLimits.segmentBlobBytesMax + 1));
      expect(await blobs.verify()).toEqual([]);
      for (const blob of kept) expect((await blobs.read(blob.hash)).length).toBe(blob.size);
    });
  });

  test('database: no-space for the whole batch, reading goes on, writing too once there is room', async () => {
    await onSmallDisk(async ({ dir, database }) => {
      await database.call(probe.bump, { account: 1 });
      const ballast = join(dir, 'ballast');
      for (let size = 8 * 1024 * 1024, at = 0; size >= 512; ) {
        try {
          writeFileSync(`${ballast}-${at++}`, Buffer.alloc(size));
        } catch {
          size = Math.floor(size / 2);
        }
      }
      // The log may have a little room left in its last page; it ends soon.
      let acknowledged = 0;
      const outcomes = new Set<string>();
      for (let at = 0; at < 300 && !outcomes.has('no-space'); at++) {
        const batch = Array.from({ length: 40 }, (_, n) =>
          database.call(probe.bump, { account: 2 + at * 40 + n }),
        );
        for (const one of await Promise.all(batch.map(outcome))) {
          outcomes.add(one);
          if (one === 'done') acknowledged++;
        }
      }
      expect([...outcomes].sort()).toEqual(acknowledged > 0 ? ['done', 'no-space'] : ['no-space']);
      expect(await database.call(probe.current, { account: 1 })).toBe(1);
      for (const name of readdirSync(dir)) if (name.startsWith('ballast')) rmSync(join(dir, name));
      expect(await database.call(probe.bump, { account: 1 })).toBe(2);
      let there = 0;
      for (let at = 2; at < 2 + 300 * 40; at++) there += await database.call(probe.current, { account: at });
      expect(there).toBe(acknowledged);
      expect(await database.check()).toEqual([]);
    });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { temporaryFolder } from '../../testing/index.ts';
import { Appender, type SegmentFile } from './appender.ts';
import { hashOf } from './files.ts';
import { limits } from './limits.ts';
import { decodeHeader, headerBytes } from './segment-file.ts';

const record = (bytes: Buffer) => ({
  hash: hashOf(bytes),
  size: bytes.length,
  length: bytes.length,
  codec: 0,
});

function numbered(): () => number {
  let last = 0;
  return () => ++last;
}

type Fail = Partial<Record<'writev' | 'datasync' | 'truncate', () => Promise<never>>>;

/** A real file of which single operations fail when told to. */
function failing(fail: Fail, synced: string[] = []) {
  return async (path: string): Promise<SegmentFile> => {
    const file: FileHandle = await open(path, 'wx');
    return {
      writev: async (buffers, position) => {
        if (fail.writev) {
          await file.write(Buffer.from('half of a record'), 0, 16, position ?? 0);
          return fail.writev();
        }
        return file.writev(buffers, position);
      },
      datasync: () => {
        synced.push(path);
        return fail.datasync ? fail.datasync() : file.datasync();
      },
      truncate: (length) => (fail.truncate ? fail.truncate() : file.truncate(length)),
      close: () => file.close(),
    } as SegmentFile;
  };
}

const failure = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

describe('appending to a segment', () => {
  test('a segment may grow from the moment it has a number: its file is there before its first record', async () => {
    const seen: [found: number, growing: number][] = [];
    const folder = temporaryFolder();
    const appender: Appender = new Appender(folder, 'raw', numbered(), {
      open: async (path) => {
        const file = await failing({})(path);
        seen.push([readdirSync(folder).length, appender.segment]);
        return file;
      },
    });
    const bytes = Buffer.from('x');
    await appender.append(record(bytes), bytes);
    await appender.seal();
    await appender.append(record(bytes), bytes);
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await appender.close();
    expect(appender.segment).toBe(0);
  });

  test('a segment whose file cannot be made is none that grows', async () => {
    const open = failure('ENOSPC');
    const appender = new Appender(temporaryFolder(), 'raw', numbered(), { open });
    const bytes = Buffer.from('x');
    await expect(appender.append(record(bytes), bytes)).rejects.toMatchObject({ reason: 'no-space' });
    expect(appender.segment).toBe(0);
  });

  test('what comes at the same moment is written by one write and one sync', async () => {
    const folder = temporaryFolder();
    const synced: string[] = [];
    const appender = new Appender(folder, 'raw', numbered(), { open: failing({}, synced) });
    const all = Array.from({ length: 50 }, (_, at) => Buffer.from(`content ${at}`));
    const places = await Promise.all(all.map((bytes) => appender.append(record(bytes), bytes)));
    expect(synced).toHaveLength(1);
    const file = readFileSync(join(folder, readdirSync(folder)[0] ?? ''));
    for (const [at, place] of places.entries()) {
      const header = decodeHeader(file.subarray(place.offset));
      expect(header.hash).toBe(hashOf(all[at] as Buffer));
      const start = place.offset + headerBytes;
      expect(file.subarray(start, start + place.length)).toEqual(all[at]);
    }
    await appender.close();
  });

  test('a group holds at most groupBytesMax, but one record always', async () => {
    const synced: string[] = [];
    const appender = new Appender(temporaryFolder(), 'raw', numbered(), { open: failing({}, synced) });
    const bytes = Buffer.alloc(limits.groupBytesMax / 2);
    const more = Buffer.alloc(limits.groupBytesMax + 1);
    await Promise.all([bytes, bytes, more].map((one) => appender.append(record(one), one)));
    expect(synced).toHaveLength(3);
    await appender.close();
  });

  test('beyond segmentBytesMax the next segment begins', async () => {
    const folder = temporaryFolder();
    const appender = new Appender(folder, 'raw', numbered(), {});
    const bytes = Buffer.alloc(limits.segmentBytesMax);
    expect(await appender.append(record(bytes), bytes)).toMatchObject({ segment: 1, offset: 0 });
    const small = Buffer.from('next');
    expect(await appender.append(record(small), small)).toMatchObject({ segment: 2, offset: 0 });
    expect(appender.segment).toBe(2);
    await appender.close();
    expect(appender.segment).toBe(0);
  });

  test('a full disk: refused, what was half written is cut off, the space serves the next', async () => {
    const folder = temporaryFolder();
    const fail: Fail = {};
    const appender = new Appender(folder, 'raw', numbered(), { open: failing(fail) });
    const [a, b, c] = ['first', 'second', 'third'].map((text) => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const first = await appender.append(record(a), a);
    fail.writev = failure('ENOSPC');
    await expect(appender.append(record(b), b)).rejects.toMatchObject({ reason: 'no-space' });
    delete fail.writev;
    const third = await appender.append(record(c), c);
    expect(third).toEqual({
      segment: first.segment,
      offset: headerBytes + a.length,
      length: c.length,
      codec: 0,
    });
    await appender.close();
    expect(readFileSync(join(folder, readdirSync(folder)[0] ?? '')).length).toBe(
      2 * headerBytes + a.length + c.length,
    );
  });

  test('a full disk of which nothing can be cut off: the segment is left as it is', async () => {
    const fail: Fail = { writev: failure('ENOSPC'), truncate: failure('EIO') };
    const appender = new Appender(temporaryFolder(), 'raw', numbered(), { open: failing(fail) });
    const bytes = Buffer.from('x');
    await expect(appender.append(record(bytes), bytes)).rejects.toBeInstanceOf(StoreError);
    delete fail.writev;
    expect(await appender.append(record(bytes), bytes)).toMatchObject({ segment: 2, offset: 0 });
    await appender.close();
  });

  test('after a failed fsync nobody is told yes, and the file is never written again', async () => {
    const fail: Fail = {};
    const appender = new Appender(temporaryFolder(), 'raw', numbered(), { open: failing(fail) });
    const all = ['a', 'b', 'c'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
    await appender.append(record(all[0]), all[0]);
    fail.datasync = failure('EIO');
    const outcomes = await Promise.allSettled(all.slice(1).map((one) => appender.append(record(one), one)));
    expect(outcomes.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    delete fail.datasync;
    expect(await appender.append(record(all[1]), all[1])).toMatchObject({ segment: 2, offset: 0 });
    await appender.close();
  });

  test('a folder that is gone is an error of the disk, not of the caller', async () => {
    const appender = new Appender(join(temporaryFolder(), 'gone'), 'raw', numbered());
    const bytes = Buffer.from('x');
    await expect(appender.append(record(bytes), bytes)).rejects.toBeInstanceOf(StoreError);
    await appender.close();
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Entry, fromBufferPromise } from 'yauzl';
import { centralHeader, endOfZip } from './headers.ts';
import { type ZipEntry, zipOf } from './zip.ts';

const noonMs = Date.UTC(2026, 10, 22, 12, 30, 58);

async function* chunks(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function file(
  path: string,
  content: string | Uint8Array,
  more: { bytes?: number; level?: number } = {},
): ZipEntry {
  const bytes = Buffer.from(content);
  return {
    path,
    modifiedMs: noonMs,
    file: { bytes: more.bytes ?? bytes.length, level: more.level ?? 6, open: () => chunks(bytes) },
  };
}

const folder = (path: string): ZipEntry => ({ path, modifiedMs: noonMs });

async function* of(entries: readonly ZipEntry[]): AsyncGenerator<ZipEntry> {
  yield* entries;
}

async function written(entries: readonly ZipEntry[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of zipOf(of(entries))) pieces.push(piece);
  return Buffer.concat(pieces);
}

interface Read {
  readonly path: string;
  readonly text: string | null;
  readonly entry: Entry;
}

async function read(archive: Buffer): Promise<Read[]> {
  const zip = await fromBufferPromise(archive, { lazyEntries: true, validateEntrySizes: true });
  const found: Read[] = [];
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName;
    if (path.endsWith('/')) found.push({ path, text: null, entry });
    else {
      const pieces: Buffer[] = [];
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece);
      found.push({ path, text: Buffer.concat(pieces).toString(), entry });
    }
  }
  return found;
}

const shown = (all: readonly Read[]) => all.map(({ path, text }) => [path, text]);

describe('an archive', () => {
  test('holds files and folders, in their order, with their times', async () => {
    const all = await read(
      await written([
        folder('Photos'),
        file('Photos/été 🌞.txt', 'hello'),
        file('Photos/empty', ''),
        folder('Photos/x'),
      ]),
    );
    expect(shown(all)).toEqual([
      ['Photos/', null],
      ['Photos/été 🌞.txt', 'hello'],
      ['Photos/empty', ''],
      ['Photos/x/', null],
    ]);
    for (const { entry } of all) expect(entry.getLastModDate({ timezone: 'UTC' }).getTime()).toBe(noonMs);
  });

  test('of nothing is one', async () => {
    expect(await read(await written([]))).toEqual([]);
  });

  test('is what other programs read as well', async () => {
    const at = mkdtempSync(join(tmpdir(), 'myco-test-zip-'));
    onTestFinished(() => rmSync(at, { recursive: true, force: true }));
    const path = join(at, 'a.zip');
    const big = 'x'.repeat(300_000);
    writeFileSync(
      path,
      await written([
        folder('f'),
        file('f/a', big),
        file('f/long', 'of 64 bits', { bytes: 2 ** 33 }),
        file('é', ''),
      ]),
    );
    if (spawnSync('unzip', ['-v']).status !== 0) return;
    expect(execFileSync('unzip', ['-t', path]).toString()).toContain('No errors detected');
    execFileSync('unzip', ['-q', path, '-d', at], { env: { LC_ALL: 'C.UTF-8' } });
    expect(readFileSync(join(at, 'f/a'), 'utf8')).toBe(big);
    expect(readFileSync(join(at, 'f/long'), 'utf8')).toBe('of 64 bits');
  });

  test('holds what is stored or made small, whichever was said', async () => {
    const text = 'again and again '.repeat(10_000);
    const [small, plain] = await Promise.all([9, 0].map((level) => written([file('a', text, { level })])));
    expect(small?.length).toBeLessThan(2_000);
    expect(plain?.length).toBeGreaterThan(text.length);
    for (const each of [small, plain]) expect(shown(await read(each ?? Buffer.of()))).toEqual([['a', text]]);
  });

  test('of any files is read back as it was', async () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((text) => !/[/\\\0:]|^\.\.?$/.test(text) && text.isWellFormed());
    const content = fc.uint8Array({ maxLength: 2_000 });
    const level = fc.constantFrom(0, 6);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, content, level), { maxLength: 8 }), async (all) => {
        const entries = all.map(([path, bytes, at]) => file(path, bytes, { level: at }));
        const expected = all.map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
        expect(shown(await read(await written(entries)))).toEqual(expected);
      }),
      { seed: 20261122, numRuns: 60 },
    );
  });

  test('breaks off where a file cannot be read, and lets go of it where nobody takes it', async () => {
    const closed: string[] = [];
    const watched = async function* (fails: boolean) {
      try {
        for (let at = 0; at < 100; at++) {
          yield Buffer.alloc(65_536, at);
          if (fails) throw new Error('the disk is gone');
        }
      } finally {
        closed.push(fails ? 'failed' : 'left');
      }
    };
    const entry = (fails: boolean): ZipEntry => ({
      path: 'a',
      modifiedMs: 0,
      file: { bytes: 1, level: 0, open: () => watched(fails) },
    });
    await expect(written([entry(true)])).rejects.toThrow('the disk is gone');
    for await (const piece of zipOf(of([entry(false)]))) if (piece.length > 1_000) break;
    await expect.poll(() => closed).toEqual(['failed', 'left']);
  });
});

describe('64 bits (APPNOTE §4.3.14, §4.5.3)', () => {
  test('more entries than 16 bits can count', async () => {
    const count = 65_536;
    const all = async function* () {
      for (let at = 0; at < count; at++) yield folder(String(at));
    };
    const pieces: Buffer[] = [];
    for await (const piece of zipOf(all())) pieces.push(piece);
    const zip = await fromBufferPromise(Buffer.concat(pieces), { lazyEntries: true });
    expect(zip.entryCount).toBe(count);
    let last = '';
    for await (const { fileName } of zip.eachEntry()) last = fileName;
    expect(last).toBe(`${count - 1}/`);
  });

  test('a file that may be larger than 32 bits can say', async () => {
    const [only, after] = await read(
      await written([file('large', 'as it turned out', { bytes: 2 ** 32 }), file('b', 'behind it')]),
    );
    expect([only?.text, only?.entry.versionNeededToExtract, after?.text]).toEqual([
      'as it turned out',
      45,
      'behind it',
    ]);
  });

  test('what lies far behind, and a list that does', () => {
    const record = {
      isFolder: false,
      modifiedMs: noonMs,
      crc: 7,
      packed: 5,
      size: 6,
      name: Buffer.from('n'),
    };
    const far = 2 ** 32 + 9;
    const header = centralHeader({ ...record, isLong: false, offset: far });
    expect([header.readUInt32LE(20), header.readUInt32LE(24), header.readUInt32LE(42)]).toEqual([
      5, 6, 0xffffffff,
    ]);
    // 46 octets and the name; then the field: its tag, its length, the offset alone.
    expect([header.readUInt16LE(47), header.readUInt16LE(49), Number(header.readBigUInt64LE(51))]).toEqual([
      1,
      8,
      far,
    ]);
    const long = centralHeader({ ...record, isLong: true, offset: far });
    expect([0, 8, 16].map((at) => Number(long.readBigUInt64LE(51 + at)))).toEqual([6, 5, far]);
    const end = endOfZip({ entries: 3, offset: far, bytes: 100 });
    expect([end.readUInt32LE(0), Number(end.readBigUInt64LE(4)), Number(end.readBigUInt64LE(48))]).toEqual([
      0x06064b50,
      44,
      far,
    ]);
    expect([end.readUInt32LE(56), Number(end.readBigUInt64LE(64))]).toEqual([0x07064b50, far + 100]);
    expect([end.readUInt32LE(76), end.readUInt16LE(86), end.readUInt32LE(92)]).toEqual([
      0x06054b50, 3, 0xffffffff,
    ]);
    expect(endOfZip({ entries: 3, offset: 9, bytes: 100 })).toHaveLength(22);
  });
});

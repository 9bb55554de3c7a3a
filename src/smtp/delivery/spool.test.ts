import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../testing/index.ts';
import { spoolBytesMax, spoolReadBytes } from '../limits.ts';
import { Spool } from './spool.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

async function read(spool: Spool): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of spool.pieces()) pieces.push(piece);
  return Buffer.concat(pieces);
}

function patterned(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at++) buffer[at] = (at * 31 + (at >> 8)) & 0xff;
  return buffer;
}

describe('a message while it is looked at', () => {
  test('any part of it is read, across what is in the file and what is held; and it is rewritten from itself', async () => {
    const spool = new Spool(folder);
    const all = patterned(spoolBytesMax + 5_000);
    await spool.add(all.subarray(0, spoolBytesMax + 1));
    await spool.add(all.subarray(spoolBytesMax + 1));
    const part = async (start: number, end: number) => {
      const pieces: Buffer[] = [];
      for await (const piece of spool.range(start, end)) pieces.push(piece);
      return Buffer.concat(pieces);
    };
    const places = [
      0,
      1,
      spoolReadBytes,
      spoolBytesMax,
      spoolBytesMax + 1,
      spoolBytesMax + 2,
      all.length,
      all.length + 9,
    ];
    for (const start of places) {
      for (const end of places) {
        if (end >= start) expect((await part(start, end)).equals(all.subarray(start, end))).toBe(true);
      }
    }
    async function* twice() {
      yield* spool.range(10, spoolBytesMax + 100);
      yield Buffer.from('between');
      yield* spool.range(0, Number.MAX_SAFE_INTEGER);
    }
    await spool.rewrite(twice());
    const expected = Buffer.concat([all.subarray(10, spoolBytesMax + 100), Buffer.from('between'), all]);
    expect(spool.length).toBe(expected.length);
    expect((await read(spool)).equals(expected)).toBe(true);
    async function* broken() {
      yield* spool.range(0, 10);
      throw new Error('refused');
    }
    await expect(spool.rewrite(broken())).rejects.toThrow('refused');
    expect((await read(spool)).equals(expected)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    await spool.close();
  });

  test('is held in memory up to spoolBytesMax, then in a file without a name', async () => {
    const spool = new Spool(folder);
    const all = patterned(spoolBytesMax + 3 * spoolReadBytes + 7);
    await spool.add(all.subarray(0, spoolBytesMax));
    expect(spool.whole()).toEqual(all.subarray(0, spoolBytesMax));
    await spool.add(all.subarray(spoolBytesMax, spoolBytesMax + 1));
    expect(spool.whole()).toBe(null);
    await spool.add(all.subarray(spoolBytesMax + 1));
    expect(spool.length).toBe(all.length);
    expect(readdirSync(folder)).toEqual([]);
    expect((await read(spool)).equals(all)).toBe(true);
    expect((await read(spool)).equals(all)).toBe(true);
    await spool.close();
  });

  test('is the same however it is cut', async () => {
    const all = patterned(2 * spoolBytesMax + 11);
    for (const step of [1_000, 65_537, spoolBytesMax + 1]) {
      const spool = new Spool(folder);
      for (let at = 0; at < all.length; at += step) await spool.add(all.subarray(at, at + step));
      expect((await read(spool)).equals(all)).toBe(true);
      await spool.close();
    }
  });

  test('without a folder to wait in says so', async () => {
    const spool = new Spool(`${folder}/missing`);
    await expect(spool.add(Buffer.alloc(spoolBytesMax + 1))).rejects.toThrow(/ENOENT/);
  });
});

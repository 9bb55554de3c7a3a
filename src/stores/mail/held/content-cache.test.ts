import { expect, test } from 'vitest';
import { FieldNames } from '../../../formats/mime/index.ts';
import type { BlobWant } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { EmailContent } from '../types.ts';
import { ContentCache } from './content-cache.ts';

const content = (email: number, envelope = `e${email}`): EmailContent => ({
  email,
  objectId: '',
  hash: '',
  size: 0,
  envelope,
  bodyStructure: '',
  body: '',
  structure: '',
  preview: '',
  headerLength: 0,
  sentAt: null,
});

test('contents are read once for each account; those that are not there are asked for again', async () => {
  const cache = new ContentCache();
  const asked: (readonly number[])[] = [];
  const read = async (account: number, emails: readonly number[]) => {
    const found = await cache.contents(account, emails, async (missing) => {
      asked.push(missing);
      return missing.filter((email) => email !== 9).map((email) => content(email, `${account} ${email}`));
    });
    return [...found.values()].map(({ envelope }) => envelope).sort();
  };
  expect(await read(1, [1, 2, 9])).toEqual(['1 1', '1 2']);
  expect(await read(1, [2, 1])).toEqual(['1 1', '1 2']);
  expect(await read(1, [2, 3, 9])).toEqual(['1 2', '1 3']);
  expect(await read(2, [2])).toEqual(['2 2']);
  expect(asked).toEqual([[1, 2, 9], [3, 9], [2]]);
  cache.clear();
  expect(await read(1, [1])).toEqual(['1 1']);
  expect(asked).toHaveLength(4);
});

test('contents that are read while everything is let go are not kept', async () => {
  const cache = new ContentCache();
  const read = async (envelope: string, meanwhile: () => void) => {
    const found = await cache.contents(1, [1], async () => {
      meanwhile();
      return [content(1, envelope)];
    });
    return found.get(1)?.envelope;
  };
  expect(await read('of who was there before', () => cache.clear())).toBe('of who was there before');
  expect(await read('of who came after', () => {})).toBe('of who came after');
});

test('no more than cachedContentsBytesMax of contents is held', async () => {
  const cache = new ContentCache();
  const envelope = 'e'.repeat(limits.cachedContentsBytesMax / 8);
  let reads = 0;
  const read = (email: number) =>
    cache.contents(1, [email], async (missing) => {
      reads++;
      return missing.map((one) => content(one, envelope));
    });
  for (let email = 1; email <= 8; email++) await read(email);
  expect(reads).toBe(8);
  await read(8);
  expect(reads).toBe(8);
  await read(1);
  expect(reads).toBe(9);
});

test('the longest short beginning is kept and serves shorter ones; other pieces are read each time', async () => {
  const cache = new ContentCache();
  const message = Buffer.alloc(3 * limits.cachedHeadBytesMax, 'abcdefg');
  let asked: BlobWant[] = [];
  const read = async (...wants: BlobWant[]) => {
    asked = [];
    const found = await cache.bytes(wants, async (missing) => {
      asked.push(...missing);
      return missing.map(({ range }) => message.subarray(...(range ?? [0])));
    });
    expect(found.map(String)).toEqual(wants.map(({ range }) => String(message.subarray(...(range ?? [0])))));
    return asked.length;
  };
  const head: BlobWant = { hash: 'h', range: [0, limits.cachedHeadBytesMax] };
  const short: BlobWant = { hash: 'h', range: [0, 10] };
  const later: BlobWant = { hash: 'h', range: [1, 10] };
  const long: BlobWant = { hash: 'h', range: [0, limits.cachedHeadBytesMax + 1] };
  const whole: BlobWant = { hash: 'h' };
  expect(await read(short, later, long, whole)).toBe(4);
  expect(await read(head, short)).toBe(1);
  expect(await read(whole, short, later, head, long)).toBe(3);
  expect(await read({ hash: 'other', range: [0, 10] })).toBe(1);
});

const header = 'Subject: a\r\nTo: b\r\n\r\n';
const heading = (hash: string, headerLength = header.length) => ({ ...content(1), hash, headerLength });

test('a header is read once, with its fields, alone or among others', async () => {
  const cache = new ContentCache();
  let reads = 0;
  const now = (hash: string, answers: boolean) =>
    cache.header(heading(hash), (bytes) => {
      reads++;
      bytes.write(header);
      return answers;
    });
  const many = async (...hashes: string[]) => {
    const load = async (wants: readonly BlobWant[]) => {
      reads += wants.length;
      return wants.map(() => Buffer.from(header));
    };
    const tables = await cache.headers(
      hashes.map((hash) => heading(hash)),
      load,
    );
    return tables.map(({ bytes }) => `${bytes}`);
  };
  expect(now('a', false)).toBeNull();
  expect(`${now('a', true)?.bytes}`).toBe(header);
  expect(now('a', false)).toBe(now('a', false));
  expect(reads).toBe(2);
  expect(await many('b', 'a', 'c')).toEqual([header, header, header]);
  expect(reads).toBe(4);
  expect(now('c', false)?.pieces(new FieldNames(['to']), true)).toEqual([12, 19]);
  expect(reads).toBe(4);
});

test('the header of what was read further, or not as far; one beyond cachedHeadBytesMax is not kept', async () => {
  const cache = new ContentCache();
  const whole = Buffer.from(`${header}and a body`);
  const upTo = (end: number) =>
    cache.bytes([{ hash: 'h', range: [0, end] }], async () => [whole.subarray(0, end)]);
  await upTo(5);
  const fill = (bytes: Buffer) => whole.copy(bytes) > 0;
  expect(cache.header(heading('h'), () => false)).toBeNull();
  expect(`${cache.header(heading('h'), fill)?.bytes}`).toBe(header);
  await upTo(whole.length);
  expect(`${cache.header(heading('h'), () => false)?.bytes}`).toBe(header);
  const long = heading('long', limits.cachedHeadBytesMax + 1);
  expect(cache.header(long, () => true)?.bytes).toHaveLength(limits.cachedHeadBytesMax + 1);
  expect(cache.header(long, () => false)).toBeNull();
});

test('no more than cachedHeadsBytesMax of beginnings is held', async () => {
  const cache = new ContentCache();
  const count = Math.ceil(limits.cachedHeadsBytesMax / limits.cachedHeadBytesMax) + 1;
  let reads = 0;
  const read = (at: number) =>
    cache.bytes([{ hash: `h${at}`, range: [0, limits.cachedHeadBytesMax] }], async (missing) => {
      reads++;
      return missing.map(() => Buffer.alloc(limits.cachedHeadBytesMax));
    });
  for (let at = 0; at < count; at++) await read(at);
  await read(count - 1);
  expect(reads).toBe(count);
  await read(0);
  expect(reads).toBe(count + 1);
});

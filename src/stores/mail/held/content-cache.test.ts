import { expect, test } from 'vitest';
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

test('short beginnings are kept, each by its length; other pieces are read each time', async () => {
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
  expect(await read(head, short, later, long, whole)).toBe(5);
  expect(await read(whole, short, later, head, long)).toBe(3);
  expect(await read({ hash: 'other', range: [0, 10] })).toBe(1);
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

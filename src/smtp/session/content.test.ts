import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headerBytesMax } from '../limits.ts';
import { Refusal, splitHeader } from './content.ts';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function split(text: string, sizes: readonly number[] = []) {
  const pieces = cut(Buffer.from(text), sizes);
  const { header, body } = await splitHeader(pieces);
  const rest: Buffer[] = [body];
  for await (const piece of pieces) rest.push(piece);
  return [header.toString(), Buffer.concat(rest).toString()];
}

describe('splitHeader', () => {
  test.each([
    ['A: b\r\n\r\nbody\r\n', ['A: b\r\n\r\n', 'body\r\n']],
    ['\r\nbody', ['\r\n', 'body']],
    ['\r\n', ['\r\n', '']],
    ['', ['', '']],
    ['A: b\r\n', ['A: b\r\n', '']],
    ['A: b\r\n\r\n\r\n\r\n', ['A: b\r\n\r\n', '\r\n\r\n']],
  ])('%j', async (text, expected) => expect(await split(text)).toEqual(expected));

  test('any cutting gives the same', async () => {
    const texts = fc.array(fc.constantFrom('\r\n', 'A: b', '\r\n\r\n', 'x'), { maxLength: 12 });
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(texts, sizes, async (parts, cuts) => {
        expect(await split(parts.join(''), cuts)).toEqual(await split(parts.join('')));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('a header that comes octet by octet is read in one pass, up to its limit', async () => {
    const line = 'X-Field: value\r\n';
    const fits = line.repeat(headerBytesMax / line.length - 1);
    expect((await split(`${fits}\r\nbody`, [1]))[1]).toBe('body');
    await expect(split(`${fits}${line}${line}\r\n`, [1])).rejects.toBeInstanceOf(Refusal);
  });
});

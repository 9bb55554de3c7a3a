import { describe, expect, test } from 'vitest';
import { partHeaderBytesMax, partsMax } from '../limits.ts';
import { FormRefused } from './form-refused.ts';
import { boundaryOf, readParts } from './multipart.ts';

const field = (disposition: string, data: string, more = '') =>
  `--XX\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${data}\r\n`;

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1_000) {
  const read: string[] = [];
  for await (const { name, filename, type, data } of readParts(cut(text, size), 'XX')) {
    const pieces: Uint8Array[] = [];
    for await (const piece of data) pieces.push(piece);
    read.push([name, filename, type, Buffer.concat(pieces).toString()].join('|'));
  }
  return read;
}

const form = [
  'preamble\r\n',
  field('name="note"', 'hello'),
  field('name="file"; filename="é \\ %22x%22.txt"', '--XX\r\n-\r\n--X', 'Content-Type: text/plain\r\n'),
  field('name="empty"; filename=""', ''),
  '--XX--\r\nepilogue',
].join('');
const fields = ['note|||hello', 'file|é \\ "x".txt|text/plain|', '|||', 'empty|||'];

describe('a form with files', () => {
  test.each([1, 2, 3, 5, 7, 11, 64, 1_000])('is read in pieces of %i bytes', async (size) => {
    const tame = form.replace('--XX\r\n-\r\n--X', '\r\n-XX\r\n--X');
    expect(await read(tame, size)).toEqual([fields[0], `${fields[1]}\r\n-XX\r\n--X`, fields[3]]);
  });

  test('what is left unread of a field is passed over', async () => {
    const names: string[] = [];
    for await (const { name, data } of readParts(cut(form.replace('--XX\r\n-\r\n', ''), 3), 'XX')) {
      names.push(name);
      if (name === 'file') for await (const _ of data) break;
    }
    expect(names).toEqual(['note', 'file', 'empty']);
  });

  test.each<[string, string, number]>([
    ['ends in the middle', form.slice(0, -20), 400],
    ['is not there', '', 400],
    ['says not what a field is', '--XX\r\nX: y\r\n\r\nz\r\n--XX--', 400],
    ['does not name a field', field('filename="x"', 'y'), 400],
    ['has a long header', field(`name="${'x'.repeat(partHeaderBytesMax)}"`, 'y'), 413],
    ['has a header without end', `--XX\r\n${'x'.repeat(2 * partHeaderBytesMax)}`, 413],
    ['has too many fields', field('name="a"', 'b').repeat(partsMax + 1), 413],
  ])('that %s is refused', async (_, text, status) => {
    const error = await read(text).catch((thrown: unknown) => thrown);
    expect(error instanceof FormRefused && error.status).toBe(status);
  });

  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=x; boundary="a b"', 'a b'],
    ['multipart/form-data', null],
    ['multipart/mixed; boundary=abc', null],
    [`multipart/form-data; boundary=${'x'.repeat(71)}`, null],
    [null, null],
  ])('%s has the boundary %s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });
});

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitCards } from './index.ts';

async function split(text: string | Buffer, step: number, bytesMax = 1000) {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += step) chunks.push(bytes.subarray(at, at + step));
  const pieces = [];
  for await (const piece of splitCards(Readable.from(chunks), bytesMax)) {
    pieces.push('bytes' in piece ? { line: piece.line, text: piece.bytes.toString() } : piece);
  }
  return pieces;
}

const one = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n';
const agent = 'BEGIN:VCARD\nVERSION:2.1\nAGENT:\nBEGIN:VCARD\nFN:B\nEND:VCARD\nEND:VCARD\n';

describe('a file of cards', () => {
  test.each([1, 7, 4096])('is split, by line, in pieces of %i octets', async (step) => {
    expect(await split(`\ufeff${one}\r\n${one}${agent}`, step)).toEqual([
      { line: 1, text: `\ufeff${one}` },
      { line: 6, text: one },
      { line: 10, text: agent },
    ]);
  });

  test('what is no card, has no end or is too large is named; the next is read', async () => {
    const large = `BEGIN:VCARD\r\nNOTE:${'x'.repeat(2000)}\r\nNOTE:y\r\nEND:VCARD\r\n`;
    const text = `hello\r\nworld\r\n${one}BEGIN:VCARD\r\nFN:C\r\n${one}${large}${one}BEGIN:VCARD\r\n`;
    expect(await split(text, 5)).toEqual([
      { line: 1, refused: 'this is no card' },
      { line: 3, text: one },
      { line: 7, refused: 'END:VCARD is missing' },
      { line: 9, text: one },
      { line: 13, refused: 'a card has at most 1000 octets' },
      { line: 17, text: one },
      { line: 21, refused: 'END:VCARD is missing' },
    ]);
    expect(await split('', 5)).toEqual([]);
    expect(await split('a,b\n1,2\n', 5)).toEqual([{ line: 1, refused: 'this is no card' }]);
  });

  test('a line without an end is passed over', async () => {
    const stray = 'x'.repeat(1_000_000);
    expect(await split(`${stray}\r\n${one}`, 65_536)).toEqual([
      { line: 1, refused: 'this is no card' },
      { line: 2, text: one },
    ]);
  });

  test('any octets, in any steps, are split alike', async () => {
    const parts = fc.array(
      fc.constantFrom('BEGIN:VCARD', 'END:VCARD', 'FN:x', '\n', '\r\n', 'AGENT:', ' ', 'é'),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 50 }), async (words, step) => {
        const text = words.join('\n');
        expect(await split(text, step, 60)).toEqual(await split(text, 10_000, 60));
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { codewordsOf } from './codewords.ts';
import { qrCode, textBytesMax } from './index.ts';
import { versionMax } from './limits.ts';
import { masks } from './masks.ts';
import { formatBits, versionBits } from './patterns.ts';
import { correction } from './reed-solomon.ts';

const sizeOf = (version: number) => 17 + 4 * version;

describe('a QR code', () => {
  test('as another encoder makes it', () => {
    expect(qrCode('davx5://mail').map((row) => row.map((dark) => (dark ? '#' : '.')).join(''))).toEqual([
      '#######....#..#######',
      '#.....#..##.#.#.....#',
      '#.###.#.###.#.#.###.#',
      '#.###.#.##.##.#.###.#',
      '#.###.#.#..##.#.###.#',
      '#.....#.#.#.#.#.....#',
      '#######.#.#.#.#######',
      '........#..##........',
      '#.#####..##.#.#####..',
      '##..##..##..#####.#.#',
      '##..#.#....#.###.###.',
      '..#....##....#..###..',
      '.#.####.#.##..#.##.#.',
      '........##..#######.#',
      '#######..##.##.#...#.',
      '#.....#.#.#.##.####..',
      '#.###.#.##.#..####.##',
      '#.###.#.##......#....',
      '#.###.#.#.####.#..#..',
      '#.....#....###....#..',
      '#######.#.#...#..#.#.',
    ]);
  });

  // ISO/IEC 18004 table 7, level M, octets.
  test.each([14, 26, 42, 62, 84, 106, 122, 152, 180, 213])(
    'the largest text of a version: %d octets',
    (octets) => {
      const version = codewordsOf('x'.repeat(octets)).version;
      expect(qrCode('x'.repeat(octets))).toHaveLength(sizeOf(version));
      const more = () => codewordsOf('x'.repeat(octets + 1)).version;
      if (octets === textBytesMax) {
        expect(version).toBe(versionMax);
        expect(more).toThrow(FormatError);
      } else expect(more()).toBe(version + 1);
    },
  );

  test('is of UTF-8: textBytesMax', () => {
    expect(qrCode('é'.repeat(Math.floor(textBytesMax / 2)))).toHaveLength(sizeOf(versionMax));
    expect(() => qrCode('é'.repeat(Math.floor(textBytesMax / 2) + 1))).toThrow(FormatError);
  });

  test.each([0, 1, 30, 122, 213])('of %d octets has what a reader looks for', (octets) => {
    const code = qrCode('a'.repeat(octets));
    const size = code.length;
    const dark = (x: number, y: number) => code[y]?.[x];
    for (const [left, top] of [
      [0, 0],
      [size - 7, 0],
      [0, size - 7],
    ] as const) {
      for (let at = 0; at < 49; at++) {
        const [x, y] = [at % 7, Math.floor(at / 7)];
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
        expect(dark(left + x, top + y)).toBe(ring !== 2);
      }
    }
    for (let at = 8; at < size - 8; at++)
      expect([dark(at, 6), dark(6, at)]).toEqual([at % 2 === 0, at % 2 === 0]);
    expect(dark(8, size - 8)).toBe(true);
    // The format stands there twice, and is one of level M.
    const along = [...Array(8).keys()].map((at) => dark(size - 1 - at, 8));
    const across = [...Array(7).keys()].map((at) => dark(8, size - 7 + at));
    const bits = [...along, ...across].reduce((sum, bit, at) => sum | (bit ? 1 << at : 0), 0);
    expect(masks.map((_, mask) => formatBits(mask))).toContain(bits);
  });
});

// Worked examples of the standard and of textbooks after it.
test('correction of 16 octets by 10', () => {
  const data = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17];
  expect([...correction(Uint8Array.from(data), 10)]).toEqual([196, 35, 39, 119, 235, 215, 231, 226, 93, 23]);
});

test('format and version', () => {
  expect(formatBits(0).toString(2)).toBe('101010000010010');
  expect(formatBits(5).toString(2)).toBe('100000011001110');
  expect(versionBits(7).toString(2).padStart(18, '0')).toBe('000111110010010100');
});

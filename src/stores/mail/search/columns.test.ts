import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import {
  blockColumns,
  columnCount,
  columnsIn,
  fillingBlock,
  makeBlock,
  meeting,
  ownersOf,
  placeInRow,
  rowBytes,
  rowOfBit,
  sliceBytes,
  type WaitingColumns,
} from './blocks.ts';
import {
  bitsOf,
  columnBits,
  columnHas,
  columnsOf,
  gramChars,
  kinds,
  openColumn,
  storedColumnBytes,
} from './columns.ts';
import { fold } from './fold.ts';

const seed = 20;
/** Few letters make grams come again and again, many make columns full. */
const letters = fc.constantFrom(...'abcdeABCDE 0123@.<>=/éßжΣ漢字');
const text = (maxLength: number) =>
  fc.string({ unit: fc.oneof(letters, fc.string({ unit: 'binary', maxLength: 1 })), maxLength });

const holds = (columns: readonly Uint8Array[], needle: string): boolean => {
  const bits = bitsOf(needle);
  if (bits === null) throw new Error('too short');
  return columns.some((column) => columnHas(column, 0, bits));
};

describe('fold', () => {
  test.each([
    ['Hello, World_1', 'HELLO, WORLD_1'],
    ['Jürgen', 'JU\u0308RGEN'],
    ['ju\u0308RGEN', 'JU\u0308RGEN'],
    ['straße', 'STRAßE'],
    ['ﬁ', 'FI'],
    ['ＡＢｃ①', 'ABC1'],
    ['ΣΟΣ σος', 'ΣΟΣ ΣΟΣ'],
    ['ǆ ǅ Ǆ', 'DZ\u030c DZ\u030c DZ\u030c'],
    ['가', '\u1100\u1161'],
    ['\u1100\u1161', '\u1100\u1161'],
    ['a\ud800b', 'A\ufffdB'],
    ['', ''],
  ])('%j -> %j', (given, expected) => {
    expect(fold(given)).toBe(expected);
  });

  test('case and form do not count, and folding again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aäβçđéжñøåЇ漢k') }), (given) => {
        const folded = fold(given);
        expect(fold(given.toUpperCase())).toBe(folded);
        expect(fold(given.normalize('NFD'))).toBe(folded);
        expect(fold(folded)).toBe(folded);
      }),
      { seed },
    );
  });
});

test('folding a letter with very many marks takes no longer than folding many letters', () => {
  // Sorted in one piece they would keep the thread busy for minutes.
  const marks = '\u0327\u0301'.repeat(200_000);
  const folded = fold(`e${marks}x`);
  expect(folded.startsWith('E\u0327')).toBe(true);
  expect(folded.replaceAll('\u034f', '').length).toBe(marks.length + 2);
});

describe('columns of a text', () => {
  test('hold whatever stands in the text, in a long one too', () => {
    fc.assert(
      fc.property(text(4_000), fc.nat(), fc.integer({ min: gramChars, max: 200 }), (given, from, length) => {
        const folded = fold(given);
        fc.pre(folded.length >= gramChars);
        const at = from % (folded.length - gramChars + 1);
        const needle = folded.slice(at, at + length);
        expect(holds(columnsOf(kinds.body, folded, 1_000), needle)).toBe(true);
      }),
      { seed, numRuns: 500 },
    );
  });

  test('rule out nearly everything else', () => {
    const words = fc.sample(
      fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 6, maxLength: 9 }),
      {
        seed,
        numRuns: 1_000,
      },
    );
    const columns = columnsOf(kinds.body, fold(words.join(' ')), 1_000);
    const others = words.map((word) => fold([...word].reverse().join('')));
    const found = others.filter((other) => holds(columns, other));
    expect(columns.length).toBeGreaterThan(5);
    // Some words read the same backwards, or their letters come together by chance.
    expect(found.length).toBeLessThan(20);
  });

  test('a text that needs too many is one column of which everything is possible', () => {
    const long = Array.from({ length: 3_000 }, (_, at) => String.fromCharCode(0x4e00 + at)).join('');
    expect(columnsOf(kinds.body, long, 100).length).toBeGreaterThan(3);
    const open = columnsOf(kinds.body, long, 3);
    expect(open).toEqual([openColumn(kinds.body)]);
    expect(holds(open, 'WHATEVER')).toBe(true);
    expect(open[0]?.[0]).toBe(kinds.body);
  });

  test('a needle of fewer characters than a gram cannot be looked for', () => {
    expect(bitsOf('')).toBe(null);
    expect(bitsOf('AB')).toBe(null);
    expect(bitsOf('ABC')?.length).toBeGreaterThan(0);
    expect(columnsOf(kinds.header, 'AB', 10)).toEqual([]);
  });

  test('bits stay what they were: indexes that are stored depend on it', () => {
    expect(bitsOf('ABC')).toEqual([342, 3518, 576]);
    expect(bitsOf('ÄÖÜ漢')).toEqual([1553, 1962, 127, 1590, 2018, 1838]);
  });
});

describe('blocks', () => {
  const random = (count: number): WaitingColumns[] =>
    fc
      .sample(fc.array(text(600), { minLength: 1, maxLength: 3 }), { seed, numRuns: count })
      .map((texts, at) => ({
        id: 10 + at * 3,
        columns: Buffer.concat(texts.flatMap((one, n) => columnsOf(n as 0 | 1 | 2, fold(one), 100))),
      }));

  test('columns come back as they were, those of the emails that are kept', () => {
    const waiting = random(300);
    const block = makeBlock(waiting);
    const all = new Set(waiting.map(({ id }) => id));
    const some = waiting.filter(({ columns }) => columns.length > 0);
    expect(columnsIn(block, all).map(({ id, columns }) => [id, Buffer.from(columns)])).toEqual(
      some.map(({ id, columns }) => [id, Buffer.from(columns)]),
    );
    const [first, second] = some;
    expect(columnsIn(block, new Set([second?.id ?? 0])).map(({ id }) => id)).toEqual([second?.id]);
    expect(ownersOf(block.owners)[0]).toEqual({ email: first?.id, kind: first?.columns[0] });
  });

  test('slices say of every column and bit what the column says', () => {
    const waiting = random(100);
    const { bits } = makeBlock(waiting);
    const columns = waiting.flatMap(({ columns: all }) =>
      Array.from({ length: columnCount(all) }, (_, at) => all.subarray(at * storedColumnBytes)),
    );
    for (let bit = 0; bit < columnBits; bit += 7) {
      const row = bits.subarray(rowOfBit(bit) * rowBytes, (rowOfBit(bit) + 1) * rowBytes);
      const slice = row.subarray(placeInRow(bit), placeInRow(bit) + sliceBytes);
      for (const [at, column] of columns.entries()) {
        const has = ((slice[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
        if (has !== columnHas(column, 0, [bit])) expect.unreachable(`column ${at}, bit ${bit}`);
      }
    }
    expect(columns.length).toBeGreaterThan(100);
  });

  test('are filled as far as whole emails fit', () => {
    expect(fillingBlock([])).toBe(0);
    expect(fillingBlock([blockColumns - 1])).toBe(0);
    expect(fillingBlock([blockColumns])).toBe(1);
    expect(fillingBlock([blockColumns - 1, 1, 5])).toBe(2);
    expect(fillingBlock([blockColumns - 1, 2, 5])).toBe(1);
    expect(() =>
      makeBlock([{ id: 1, columns: new Uint8Array((blockColumns + 1) * storedColumnBytes) }]),
    ).toThrow(/2049 columns do not fit/);
  });

  test('indexedColumnsMax: the columns of one email always fit into a block', () => {
    expect(limits.indexedColumnsMax * Object.keys(kinds).length).toBeLessThan(blockColumns);
  });

  test('where slices do not meet there is nothing', () => {
    const slice = (...columns: number[]) => {
      const bytes = new Uint8Array(sliceBytes);
      for (const column of columns) bytes[column >> 3] = (bytes[column >> 3] ?? 0) | (1 << (column & 7));
      return bytes;
    };
    expect(meeting([slice(1, 9, 2047), slice(9, 2047)])).toEqual(slice(9, 2047));
    expect(meeting([slice(1), slice(2), slice(2)])).toBe(null);
  });
});

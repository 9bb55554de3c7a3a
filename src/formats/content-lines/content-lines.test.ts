import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import {
  type ContentLine,
  type Dialect,
  LineReader,
  OctetLines,
  readContentLine,
  shown,
  textOf,
  unescapeText,
  writeContentLine,
} from './index.ts';
import { lineOctetsMax, parametersCharactersMax, parametersPerPropertyMax } from './limits.ts';

const strict: Dialect = {
  lineCharactersMax: 1_000_000,
  error: (fault, message, line) => new FormatError(`${fault}, line ${line}: ${message}`, line),
  nameOfBare: null,
};
const loose: Dialect = { ...strict, nameOfBare: (value) => (value === 'BASE64' ? 'ENCODING' : 'TYPE') };

const read = (text: string, dialect = strict) => readContentLine({ text, line: 7 }, dialect);
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

function linesOf(text: string, dialect = strict, goesOn?: (first: string, last: string) => boolean) {
  const reader = new LineReader(text, dialect, goesOn);
  const lines: [number, string][] = [];
  for (let found = reader.next(); found !== null; found = reader.next()) lines.push([found.line, found.text]);
  return lines;
}

describe('lines are unfolded', () => {
  test.each<[string, string, [number, string][]]>([
    ['nothing', '', []],
    [
      'CRLF, LF, no end',
      'A\r\nB\nC',
      [
        [1, 'A'],
        [2, 'B'],
        [3, 'C'],
      ],
    ],
    [
      'folds of a space and of a tab',
      'A\r\n b\r\n\tc\r\n  d\r\nE',
      [
        [1, 'Abc d'],
        [5, 'E'],
      ],
    ],
    [
      'empty lines, also inside of a fold',
      '\r\n\nA\r\n\r\n\n b\n\nC\n\n',
      [
        [3, 'Ab'],
        [8, 'C'],
      ],
    ],
    [
      'a first line that begins with a space',
      ' A\nB',
      [
        [1, ' A'],
        [2, 'B'],
      ],
    ],
    ['lines of spaces', 'A\n \n  \n', [[1, 'A ']]],
  ])('%s', (_, text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });

  test('a piece that says so takes the next line, whatever it begins with', () => {
    const goesOn = (first: string, last: string) => first.startsWith('Q') && last.endsWith('=');
    expect(linesOf('Q:a=\n b=\n\nP:c=\nQ:d=', strict, goesOn)).toEqual([
      [1, 'Q:a=\n b=\n'],
      [4, 'P:c='],
      [5, 'Q:d='],
    ]);
  });

  test('lineCharactersMax of the dialect, on one line or on many', () => {
    const short = { ...strict, lineCharactersMax: 5 };
    expect(linesOf('ABCDE\nAB\n C\n DE', short)).toHaveLength(2);
    expect(refusal(() => linesOf('A\nABCDEF', short))).toBe(
      'limit, line 2: a line of more than 5 characters',
    );
    expect(refusal(() => linesOf('A\nAB\n CD\n EF', short))).toContain('line 2');
  });
});

describe('a line is read', () => {
  test('its name as written, its parameters, its value', () => {
    expect(read('item1.x-A;b="c:d","e",f^n^^^\'^x;Value=;B=g:h;i=j:k')).toEqual({
      name: 'item1.x-A',
      parameters: [
        { name: 'B', values: ['c:d', 'e', 'f\n^"^x', 'g'] },
        { name: 'VALUE', values: [''] },
      ],
      value: 'h;i=j:k',
    });
  });

  test('what older writers do is read where the dialect allows it', () => {
    expect(read('TEL ;;HOME;BASE64; X = a ;:b', loose)).toEqual({
      name: 'TEL',
      parameters: [
        { name: 'TYPE', values: ['HOME'] },
        { name: 'ENCODING', values: ['BASE64'] },
        { name: 'X', values: [' a'] },
      ],
      value: 'b',
    });
  });

  test.each([
    ['nothing here', 'syntax, line 7: no \':\' in "nothing here"'],
    [':x', 'syntax, line 7: a name is empty'],
    ['Ä:x', 'syntax, line 7: no name before "Ä:x"'],
    [`${'a'.repeat(256)}:x`, 'no name before'],
    ['A :x', 'no name before'],
    ['A;=b:c', 'a parameter has no name'],
    ['A;b:c', 'the parameter "b" has no \'=\''],
    ['A;;b=c:d', 'a parameter has no name'],
    ['A;b="c:d', 'a quoted parameter value does not end'],
    ['A;b="c"d:e', "no ':' after the parameters"],
    ['A;b=c', "no ':' after the parameters"],
  ])('refused: %s', (text, message) => {
    expect(refusal(() => read(text))).toContain(message);
  });

  test('parametersPerPropertyMax: one that comes again counts again, one that is empty does not', () => {
    const most = ';P=a'.repeat(parametersPerPropertyMax);
    expect(read(`A${most}:`).parameters[0]?.values).toHaveLength(parametersPerPropertyMax);
    for (const dialect of [strict, loose]) {
      expect(refusal(() => read(`A${most};Q=a:`, dialect))).toContain('limit, line 7');
    }
    expect(read(`A${';'.repeat(100_000)}:b`, loose).parameters).toEqual([]);
  });

  test('parametersCharactersMax, quoted, bare and in many values', () => {
    for (const long of ['a', ',']) {
      const fits = long.repeat(parametersCharactersMax - 4);
      expect(read(`A;P=${fits}:b`).value).toBe('b');
      expect(refusal(() => read(`A;P=${fits}${long}:b`))).toContain('limit, line 7');
      expect(refusal(() => read(`A;P="${fits}":b`))).toContain('limit, line 7');
    }
  });
});

describe('characters', () => {
  test('a byte order mark is left out, the rest is the text', () => {
    expect(textOf(Buffer.from('\ufeffé\t\u007f😀\r\n'), strict)).toBe('é\t\u007f😀\r\n');
  });

  test.each([
    ['a control character', 'A\r\nB\u0001', 'line 2: the character U+0001'],
    ['no character of XML', 'A\nB\n\uffff', 'line 3: the character U+FFFF'],
    ['a CR inside of a line, which some read as its end', 'A\nB:\rC\n', 'line 2: the character U+000D'],
    ['two CR', 'A\r\r\n', 'line 1: the character U+000D'],
  ])('refused: %s', (_, text, message) => {
    expect(refusal(() => textOf(Buffer.from(text), strict))).toContain(message);
  });

  test('refused: no UTF-8, by its line, counted from where the text began', () => {
    for (const before of [0, 3, 1_000]) {
      const bytes = Buffer.concat([
        Buffer.from('X\n'.repeat(before)),
        Buffer.of(0xff),
        Buffer.from('\nY\n'.repeat(9)),
      ]);
      expect(refusal(() => textOf(bytes, strict, 5))).toBe(`characters, line ${before + 5}: it is not UTF-8`);
    }
  });

  test('text is meant as it was written; a message shows only its beginning', () => {
    expect(unescapeText('a\\nb\\,c\\;d\\\\e\\:\\N')).toBe('a\nb,c;d\\e:\n');
    expect(unescapeText('\\\\n\\\\\\n\\\\\\\\N\\')).toBe('\\n\\\n\\\\N');
    expect(shown('x'.repeat(50))).toBe(`"${'x'.repeat(40)}…"`);
  });
});

describe('a line is written', () => {
  const value = fc.string({
    unit: fc.constantFrom('a', 'é', '€', '😀', ':', ';', ',', '^', ' ', "'"),
    maxLength: 200,
  });

  test('in lines of lineOctetsMax at most, never inside of a character; read again it is the same', () => {
    const parameter = fc.record({
      name: fc.constantFrom('A', 'B'),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(parameter, { maxLength: 2, selector: ({ name }) => name }),
        value,
        (parameters, text) => {
          const line: ContentLine = { name: 'X-A', parameters, value: text };
          const written = writeContentLine(line);
          for (const each of written.split('\r\n'))
            expect(Buffer.byteLength(each)).toBeLessThanOrEqual(lineOctetsMax);
          expect(written.isWellFormed()).toBe(true);
          expect(linesOf(written).map(([, unfolded]) => read(unfolded))).toEqual([line]);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  test('a line break never makes another line', () => {
    const written = writeContentLine({
      name: 'A',
      parameters: [{ name: 'P', values: ['b\r\nC:d"'] }],
      value: 'e\r\nF:g\rh',
    });
    expect(written).toBe('A;P="b^nC:d^\'":e\\nF:g\\nh\r\n');
  });
});

test('octets come as physical lines with their ends, whatever the chunks; one that is too long is told as null', () => {
  const text = 'A\r\nbcdef\n\nghijkl\nm';
  for (const step of [1, 2, 5, 100]) {
    const told: [number, string | null][] = [];
    const lines = new OctetLines(6, (octets, line) => told.push([line, octets?.toString() ?? null]));
    for (let at = 0; at < text.length; at += step) lines.push(Buffer.from(text.slice(at, at + step)));
    lines.end();
    expect(told).toEqual([
      [1, 'A\r\n'],
      [2, 'bcdef\n'],
      [3, '\n'],
      [4, null],
      [5, 'm'],
    ]);
  }
});

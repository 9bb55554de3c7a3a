import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { coverageFaults } from './coverage/check.ts';
import { declaredFeatures } from './coverage/declared.ts';
import { renderCoverage } from './coverage/render.ts';
import { parseSpecifications, specifications } from './coverage/specifications.ts';
import { readTree } from './tidy/read.ts';

describe('this tree', () => {
  const declared = declaredFeatures(readTree(process.cwd(), ['src']));

  test('has a row for all it declares, and every named file exists', () => {
    expect(specifications.length).toBeGreaterThan(0);
    expect(coverageFaults(specifications, declared, existsSync)).toEqual([]);
  });

  test('docs/COVERAGE.md is what `npm run coverage` writes', () => {
    expect(readFileSync('docs/COVERAGE.md', 'utf8')).toBe(renderCoverage(specifications, declared));
  });
});

describe('declared features', () => {
  const declared = (text: string) =>
    declaredFeatures(new Map([['src/imap/a.ts', text]])).map(({ line, specifications, names }) => [
      line,
      specifications.join(),
      names.join(),
    ]);

  test.each([
    ["export const a = { rfc: 6851, capabilities: ['MOVE'] };", [[1, 'RFC 6851', 'MOVE']]],
    [
      "\nexport const a: X = { name: 'NOOP', rfc: [3501, 9051], run() {} };",
      [[2, 'RFC 3501,RFC 9051', 'NOOP']],
    ],
    ["export const a = { rfc: '5321', keyword: 'SIZE' } as const satisfies X;", [[1, 'RFC 5321', 'SIZE']]],
    ['export const a = define({ rfc: 2177, capabilities: [] as const });', [[1, 'RFC 2177', '']]],
    [
      'export const all = { MOVE: { rfc: 6851 }, size: { rfc: 1870 } };',
      [
        [1, 'RFC 6851', 'MOVE'],
        [1, 'RFC 1870', ''],
      ],
    ],
    [
      "const a = { name: 'STORE', rfc: 'RFC 3501 §6.4.6, RFC 9051 §6.4.6' };",
      [[1, 'RFC 3501,RFC 9051', 'STORE']],
    ],
    [
      "const a = { rfc: 7888, capabilities: (s) => [s.state === 'selected' ? 'LITERAL+' : 'LITERAL-'] };",
      [[1, 'RFC 7888', 'LITERAL+,LITERAL-']],
    ],
    [
      "const a = { rfc: 7889, capabilities(s) { return ['APPENDLIMIT=' + s.max]; } };",
      [[1, 'RFC 7889', 'APPENDLIMIT=']],
    ],
    ["export const a = { xep: '0280', name: 'carbons' };", [[1, 'XEP-0280', 'carbons']]],
    ['export const a = { rfc: number }; interface B { rfc: 1 }', []],
    ["// { rfc: 1 }\nconst s = '{ rfc: 1 }';", []],
  ])('%s', (text, expected) => {
    expect(declared(text)).toEqual(expected);
  });

  test('a declared value may name the file that obeys it', () => {
    const tree = new Map([
      ['src/smtp/specifications.ts', "const a = [{ rfc: 5321, file: 'session/session.ts' }];"],
    ]);
    expect(declaredFeatures(tree)).toMatchObject([{ file: 'src/smtp/session/session.ts' }]);
  });

  test('tests declare none', () => {
    expect(declaredFeatures(new Map([['src/imap/a.test.ts', 'const a = { rfc: 1 };']]))).toEqual([]);
  });
});

describe('the table', () => {
  const row = (text: string) => parseSpecifications(`# Mail\n${text}`);
  const move = row('RFC 6851 | MOVE | Yes | src/a.ts |');
  const faults = (text: string, declared: Parameters<typeof coverageFaults>[1] = []) =>
    coverageFaults(row(text), declared, (file) => file === 'src/a.ts');

  test('a row', () => {
    expect(move).toEqual([
      { id: 'RFC 6851', title: 'MOVE', area: 'Mail', status: 'Yes', files: ['src/a.ts'] },
    ]);
    expect(row('RFC 1 | a | Partial | a b | c')).toMatchObject([{ files: ['a', 'b'], note: 'c' }]);
  });

  test.each([
    ['RFC 1 | a | Yes | a', /five cells/],
    ['RFC x | a | Yes | a |', /'RFC x' is no number/],
    ['RFC 1 | a | Maybe | a |', /'Maybe' is no state/],
    ['RFC 1 | | Yes | a |', /an area and a title/],
  ])('is no row: %s', (text, message) => {
    expect(() => row(text)).toThrow(message);
  });

  test('faults', () => {
    const declared = [{ file: 'src/a.ts', line: 3, specifications: ['RFC 2'], names: ['TWO'] }];
    expect(faults('RFC 1 | a | Yes | src/a.ts |')).toEqual([]);
    expect(faults('RFC 2 | a | Yes | |', declared)).toEqual([]);
    expect(faults('RFC 1 | a | Yes | src/b.ts |')).toEqual(['RFC 1 names src/b.ts, which does not exist']);
    expect(faults('RFC 1 | a | Yes | |')).toEqual(["RFC 1 is 'Yes' without a file"]);
    expect(faults('RFC 1 | a | Partial | src/a.ts |')).toEqual(["RFC 1 is 'Partial' without a note"]);
    expect(faults('RFC 1 | a | Not planned | |')).toEqual(["RFC 1 is 'Not planned' without a note"]);
    expect(faults('RFC 1 | a | No | |\nRFC 1 | b | No | |')).toEqual(['RFC 1 has two rows']);
    expect(faults('RFC 2 | a | No | |', declared)).toEqual(["RFC 2 is 'No', but src/a.ts has it"]);
    expect(faults('RFC 1 | a | No | |', declared)).toEqual(['src/a.ts:3 declares RFC 2, which has no row']);
  });

  test('many files are shown as their folders', () => {
    const rows = row(
      `RFC 1 | a | Yes | ${['src/a/1', 'src/a/2', 'src/a/3', 'src/a/4', 'src/b/5'].join(' ')} |`,
    );
    expect(renderCoverage(rows, [])).toContain('[src/a/](../src/a/)<br>[src/b/](../src/b/)');
  });

  test('is rendered with what clients see of it', () => {
    const declared = [{ file: 'src/b.ts', line: 3, specifications: ['RFC 6851'], names: ['MOVE'] }];
    expect(renderCoverage(move, declared)).toContain(
      '| RFC 6851 | MOVE | Yes | MOVE | [src/a.ts](../src/a.ts)<br>[src/b.ts](../src/b.ts) |  |',
    );
  });
});

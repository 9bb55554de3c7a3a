import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lawNumbersIn, numbersOfLaw } from './law/numbers.ts';
import { readTree, type SourceTree } from './tidy/read.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'config/countries');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const numbers = numbersOfLaw(files.map((name) => readFileSync(join(folder, name), 'utf8')));

/**
 * What may name such numbers: tests and what they share; limits, which are ours and have names; the door to HTTP, whose statuses
 * and lengths are no rules.
 */
const mayName = /\.test\.ts$|\/fixtures\.ts$|\/test-[a-z-]+\.ts$|\/limits\.ts$|^src\/coop\/api\//;

const domain = (): SourceTree =>
  new Map([...readTree(root, ['src/coop'])].filter(([path]) => !mayName.test(path)));

describe('numbers of laws and statutes', () => {
  test.each(['1000', '500', '4000', '12.8', '18.6', '17.2', '15', '0.15', '0.25', '2500', '26', '1850000'])(
    '%s is one',
    (number) => expect(numbers).toContain(number),
  );
  test.each(['1', '2', '4', '12', '100', '10000', '512000', '0.5'])('%s is none', (number) => {
    expect(numbers).not.toContain(number);
  });

  test('stand in no code of the co-op', () => {
    const tree = domain();
    expect(tree.size).toBeGreaterThan(40);
    expect([...tree.keys()]).toContain('src/coop/rules/build.ts');
    expect(lawNumbersIn(tree, numbers)).toEqual([]);
  });

  test.each([
    ['const nominal = 1000;', '1000'],
    ['const nominal = 1_000;', '1000'],
    ['const nominal = 1e3;', '1000'],
    ['const cap = shares > 500;', '500'],
    ['const part = (amount * 4_000n) / 10_000n;', '4000'],
    ["const levy = readPercent('18.6');", '18.6'],
    ['const levy = readPercent(`12.8`);', '12.8'],
    ['const levy = gross * 17.2;', '17.2'],
    ['const legal = result * 0.15;', '0.15'],
    ['const legal = fraction(15, 100);', '15'],
    ['const at = { nominal: [2500] };', '2500'],
  ])('%s is found', (code, number) => {
    const tree = new Map([['src/coop/x.ts', `// 1000 in a comment\n${code}\n`]]);
    expect(lawNumbersIn(tree, numbers)).toEqual([{ path: 'src/coop/x.ts', line: 2, number }]);
  });

  test.each(['const ok = 1001;', "const text = 'at 1000 places';", '// 500', '/* 12.8 */ const a = 1;'])(
    '%s is not',
    (code) => expect(lawNumbersIn(new Map([['src/coop/x.ts', code]]), numbers)).toEqual([]),
  );
});

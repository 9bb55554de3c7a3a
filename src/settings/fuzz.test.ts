import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { exampleYaml, loadSettings, mycoSettings, SettingsError } from './index.ts';

const seed = 20_261_122;
const folder = mkdtempSync(join(tmpdir(), 'myco-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Loads, or refuses with problems that point into the file. Anything else is a failure. */
function judge(bytes: Uint8Array): 'loaded' | 'refused' {
  writeFileSync(join(folder, 'f.yaml'), bytes);
  try {
    loadSettings(mycoSettings, { file: 'f.yaml', env: {}, working: folder });
    return 'loaded';
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const lines = Buffer.from(bytes).toString('utf8').split('\n').length;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) {
      expect(problem.message).not.toBe('');
      expect(problem.message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|undefined|\[object/u);
      if (problem.line === undefined) continue;
      expect(problem.line).toBeGreaterThanOrEqual(1);
      expect(problem.line).toBeLessThanOrEqual(lines);
      expect(problem.column).toBeGreaterThanOrEqual(1);
    }
    return 'refused';
  }
}

const example = Buffer.from(exampleYaml(mycoSettings).replace(/^ *(#|country:).*\n/gm, ''));

test('the example with bytes changed, cut out, or doubled', () => {
  const seen = new Set<string>();
  const change = fc.record({
    at: fc.nat(example.length - 1),
    length: fc.nat(12),
    kind: fc.constantFrom('replace', 'delete', 'double'),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom(
        ...[
          '{',
          '[',
          '*a',
          '&a ',
          ': ',
          '- ',
          '\t',
          '!x ',
          '<<: ',
          '"',
          '\n',
          '\u0000',
          '#',
          '? ',
          '|\n',
          '%',
        ].map((text) => Buffer.from(text)),
      ),
    ),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      let bytes = example;
      for (const { at, length, kind, bytes: inserted } of changes) {
        const [head, cut, tail] = [
          bytes.subarray(0, at),
          bytes.subarray(at, at + length),
          bytes.subarray(at + length),
        ];
        const middle = { replace: inserted, delete: Buffer.alloc(0), double: Buffer.concat([cut, cut]) }[
          kind
        ];
        bytes = Buffer.concat([head, middle, tail]);
      }
      seen.add(judge(bytes));
    }),
    { seed, numRuns: 500 },
  );
  expect([...seen].sort()).toEqual(['loaded', 'refused']);
});

test('any value under any key', () => {
  const keys = [
    'coop',
    'data',
    'storage',
    'database',
    'listeners',
    'smtp',
    'port',
    'proxy',
    'tls',
    'files',
    'cert',
    'mail',
    'resolver',
    'relay',
    'limits',
    'quota',
    'log',
    '__proto__',
    'constructor',
    'x',
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1e308,
        25,
        '',
        'files',
        'sqlite',
        '50MiB',
        '::1',
        'a.example',
        'smtp://h',
      ),
      fc.string(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(value, (input) => {
      judge(Buffer.from(JSON.stringify(input)));
    }),
    { seed, numRuns: 500 },
  );
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      judge(bytes);
    }),
    { seed, numRuns: 300 },
  );
});

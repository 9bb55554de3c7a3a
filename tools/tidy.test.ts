import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkedFolders, checkTree, packagesOf } from './tidy/check.ts';
import type { Exception } from './tidy/exceptions.ts';
import { readTree } from './tidy/read.ts';

const packages = packagesOf(
  JSON.stringify({
    dependencies: { zod: '4', pg: '8', 'drizzle-orm': '0' },
    devDependencies: { vitest: '5' },
  }),
);
const index = (text = '') => `/** What the folder is for. */\n${text}\n`;

/** The breaches of a small tree, as `path:line rule`. */
function breaches(files: Record<string, string>, exceptions: readonly Exception[] = []): string[] {
  const { violations } = checkTree(new Map(Object.entries(files)), packages, exceptions);
  return violations.map(({ path, line, rule }) => `${path}:${line} ${rule}`);
}

describe('this tree', () => {
  const tree = readTree(process.cwd(), checkedFolders);
  const verdict = checkTree(tree, packagesOf(readFileSync('package.json', 'utf8')));

  test('keeps the rules of the house', () => {
    const lines = verdict.violations.map(({ path, line, rule, what }) => `${path}:${line}: ${rule}: ${what}`);
    expect(lines).toEqual([]);
  });

  test('was read whole: as many files as find counts, and their imports', () => {
    const found = execFileSync('find', [...checkedFolders, '-type', 'f', '-name', '*.ts'], {
      encoding: 'utf8',
    });
    expect(verdict.filesChecked).toBeGreaterThan(0);
    expect(verdict.filesChecked).toBe(found.trim().split('\n').length);
    const imports = execFileSync('grep', ['-rhcE', '^(import|export) .* from|^\\} from ', 'src'], {
      encoding: 'utf8',
    });
    const lines = imports.split('\n').reduce((sum, count) => sum + Number(count), 0);
    expect(verdict.importsChecked).toBeGreaterThanOrEqual(lines);
  });
});

describe('imports', () => {
  const houses = {
    'src/base/index.ts': index(),
    'src/net/index.ts': index(),
    'src/net/inside.ts': '',
    'src/imap/index.ts': index(),
    'src/smtp/index.ts': index(),
    'src/storage/index.ts': index(),
    'src/stores/mail/index.ts': index(),
    'src/stores/mail/inside.ts': '',
    'src/stores/files/index.ts': index(),
    'src/stores/outbox/index.ts': index(),
    'src/testing/index.ts': index(),
    'src/cli/index.ts': index(),
    'src/formats/mime/index.ts': index(),
  };
  const from = (path: string, text: string) => breaches({ ...houses, [path]: text });

  test('allowed arrows, insides of the own folder, declared packages', () => {
    expect(from('src/imap/a.ts', "import '../base/index.ts'; import '../stores/mail/index.ts';")).toEqual([]);
    expect(
      from('src/imap/session/a.ts', "import '../index.ts'; import '../../formats/mime/index.ts';"),
    ).toEqual([]);
    expect(from('src/coop/a.ts', "import '../stores/outbox/index.ts'; import { z } from 'zod';")).toEqual([]);
    expect(from('src/stores/mail/a.ts', "import './inside.ts'; import { readFile } from 'node:fs';")).toEqual(
      [],
    );
    expect(from('src/imap/wire/a.ts', "import '../limits.ts'; import './b.ts';")).toEqual([]);
    expect(from('src/formats/mime/a.ts', "import '../address/index.ts';")).toEqual([]);
    expect(from('src/main.ts', "import './imap/index.ts'; import './cli/index.ts';")).toEqual([]);
    expect(from('src/storage/a.ts', "import 'pg'; import 'drizzle-orm/pg-core';")).toEqual([]);
    expect(from('src/net/a.ts', "import { connect } from 'node:tls';")).toEqual([]);
    expect(
      from('src/imap/a.test.ts', "import '../testing/index.ts'; import 'vitest'; import 'node:net';"),
    ).toEqual([]);
  });

  test.each([
    ['static', "import { a } from '../smtp/index.ts';"],
    ['type only', "import type { A } from '../smtp/index.ts';"],
    ['for effect', "import '../smtp/index.ts';"],
    ['over lines', "import {\n  a,\n} from '../smtp/index.ts';"],
    ['re-export', "export * from '../smtp/index.ts';"],
    ['named re-export', "export { a } from '../smtp/index.ts';"],
    ['dynamic', "const a = await import('../smtp/index.ts');"],
    ['dynamic, template', 'const a = await import(`../smtp/index.ts`);'],
    ['import type', "type A = import('../smtp/index.ts').A;"],
    ['require', "const a = require('../smtp/index.ts');"],
    ['worker URL', "new Worker(new URL('../smtp/index.ts', import.meta.url));"],
    ['worker URL, chosen', "new URL(dev ? '../smtp/index.ts' : './b.ts', import.meta.url);"],
    ['after a comment', "/* import */ import a from '../smtp/index.ts'; // '"],
  ])('every form of import is seen: %s', (_form, text) => {
    expect(from('src/imap/a.ts', text)).toEqual(['src/imap/a.ts:1 arrow']);
  });

  test('text that only looks like an import is none', () => {
    expect(
      from('src/imap/a.ts', 'const s = "import \'../smtp/index.ts\'"; // import "../smtp/index.ts"'),
    ).toEqual([]);
    expect(
      from('src/imap/a.ts', "const r = /import '..\\/smtp/; const t = `a import '../smtp/index.ts'`;"),
    ).toEqual([]);
  });

  test.each([
    ['src/base/a.ts', '../net/index.ts', 'arrow'],
    ['src/smtp/a.ts', '../imap/index.ts', 'arrow'],
    ['src/imap/a.ts', '../storage/index.ts', 'arrow'],
    ['src/storage/a.ts', '../stores/mail/index.ts', 'arrow'],
    ['src/stores/files/a.ts', '../mail/index.ts', 'arrow'],
    ['src/coop/a.ts', '../stores/mail/index.ts', 'arrow'],
    ['src/formats/mime/a.ts', '../../net/index.ts', 'arrow'],
    ['src/formats/address/a.ts', '../mime/index.ts', 'arrow'],
    ['src/imap/a.ts', '../testing/index.ts', 'arrow'],
    ['src/web/a.ts', '../cli/index.ts', 'arrow'],
    ['src/imap/a.ts', './b.test.ts', 'arrow'],
    ['src/web/a.ts', '../main.ts', 'arrow'],
    ['src/web/a.ts', '../testing/index.ts', 'arrow'],
    ['src/imap/a.ts', '../../tools/a.ts', 'arrow'],
    ['src/imap/wire/a.ts', '../session/b.ts', 'arrow'],
    ['src/imap/wire/a.ts', '../../net/index.ts', 'arrow'],
    ['src/imap/a.ts', '../net/inside.ts', 'private-import'],
    ['src/imap/a.ts', '../stores/mail/inside.ts', 'private-import'],
    ['src/imap/a.test.ts', '../net/inside.ts', 'private-import'],
    ['tests/a.test.ts', '../src/net/inside.ts', 'private-import'],
    ['src/main.ts', './net/inside.ts', 'private-import'],
    ['src/imap/a.ts', 'pg', 'driver'],
    ['src/stores/mail/a.ts', 'drizzle-orm/sqlite-core', 'driver'],
    ['src/imap/a.ts', 'node:tls', 'socket'],
    ['src/imap/a.ts', 'http', 'socket'],
    ['src/imap/a.ts', 'left-pad', 'package'],
    ['src/imap/a.ts', 'vitest', 'package'],
    ['src/mail/a.ts', './b.ts', 'unknown-folder'],
  ])('%s may not import %s', (path, specifier, rule) => {
    expect(from(path, `import '${specifier}';`)).toEqual([`${path}:1 ${rule}`]);
  });

  test('files by URL: below the own folder always, a folder of another from tools only', () => {
    const migrations = "new URL('../src/net/migrations/', import.meta.url);";
    expect(breaches({ 'tools/a.ts': migrations })).toEqual([]);
    expect(from('src/imap/a.ts', `new URL(\`./\${dialect}/\`, import.meta.url);`)).toEqual([]);
    expect(from('src/imap/a.ts', "new URL('../net/migrations/', import.meta.url);")).toEqual([
      'src/imap/a.ts:1 private-import',
    ]);
  });

  test('a computed path cannot be checked and is refused', () => {
    expect(from('src/imap/a.ts', 'await import(`./a.ts` + name);')).toEqual([
      'src/imap/a.ts:1 import-literal',
    ]);
    expect(from('src/imap/a.ts', 'new URL(name, import.meta.url);')).toEqual([
      'src/imap/a.ts:1 import-literal',
    ]);
  });
});

describe('names with one door', () => {
  test.each([
    ['process.env.HOME', 'environment'],
    ["process['env']", 'environment'],
    ['globalThis.process.env', 'environment'],
    ['const { env } = process', 'environment'],
    ["import { env } from 'node:process'", 'environment'],
    ['Date.now()', 'clock'],
    ['items.map(Date.now)', 'clock'],
    ['new Date()', 'clock'],
    ['Date()', 'clock'],
    ['performance.now()', 'clock'],
    ['process.hrtime.bigint()', 'clock'],
    ["import { performance } from 'node:perf_hooks'; performance.now()", 'clock'],
    ['const { now } = Date', 'clock'],
    ['Math.random()', 'random'],
    ['crypto.randomUUID()', 'random'],
    ['crypto.getRandomValues(a)', 'random'],
    ['globalThis.crypto.randomUUID()', 'random'],
    ["import { randomBytes } from 'node:crypto'", 'random'],
    ["import { randomBytes as a } from 'node:crypto'", 'random'],
  ])('%s', (text, rule) => {
    expect(breaches({ 'src/imap/a.ts': `${text};` })).toEqual([`src/imap/a.ts:1 ${rule}`]);
    expect(breaches({ 'src/imap/a.test.ts': `${text};` })).toEqual([]);
  });

  test('their owners may, and dates made from a value are free', () => {
    expect(breaches({ 'src/base/clock.ts': 'Date.now(); new Date();' })).toEqual([]);
    expect(breaches({ 'src/base/ids.ts': "import { randomBytes } from 'node:crypto';" })).toEqual([]);
    expect(breaches({ 'src/settings/read.ts': 'process.env.HOME;' })).toEqual([]);
    expect(breaches({ 'src/base/ids.ts': 'Date.now();' })).toEqual(['src/base/ids.ts:1 clock']);
    expect(breaches({ 'src/imap/a.ts': 'new Date(0); Date.parse(a); process.pid; clock.now();' })).toEqual(
      [],
    );
  });
});

describe('sizes', () => {
  const lines = (count: number) => 'a;\n'.repeat(count);
  const body = (count: number) => `{\n${lines(count - 2)}}\n`;

  test('files of 500 lines, tests of 1000', () => {
    expect(breaches({ 'src/imap/a.ts': lines(500), 'src/imap/a.test.ts': lines(1000) })).toEqual([]);
    expect(breaches({ 'src/imap/a.ts': lines(501) })).toEqual(['src/imap/a.ts:501 file-length']);
    expect(breaches({ 'src/imap/a.test.ts': lines(1001) })).toEqual(['src/imap/a.test.ts:1001 file-length']);
  });

  test.each([
    ['function', (count: number) => `function a() ${body(count)}`],
    ['arrow', (count: number) => `const a = () => ${body(count)}`],
    ['method', (count: number) => `class A { a() ${body(count)} }`],
    ['constructor', (count: number) => `class A { constructor() ${body(count)} }`],
    ['getter', (count: number) => `class A { get a() ${body(count)} }`],
    ['generator', (count: number) => `const a = { *a() ${body(count)} }`],
  ])('a %s of 70 lines', (_kind, of) => {
    expect(breaches({ 'src/imap/a.ts': of(70) })).toEqual([]);
    expect(breaches({ 'src/imap/a.ts': `\n${of(71)}` })).toEqual(['src/imap/a.ts:2 function-length']);
    expect(breaches({ 'src/imap/a.test.ts': of(71) })).toEqual([]);
  });
});

describe('heads, names and words', () => {
  test('index.ts opens with a comment of at most 25 lines', () => {
    const head = (count: number) => `/**\n${' * a\n'.repeat(count - 2)} */\nexport {};\n`;
    expect(breaches({ 'src/imap/index.ts': head(25) })).toEqual([]);
    expect(breaches({ 'src/imap/index.ts': head(26) })).toEqual(['src/imap/index.ts:1 index-head']);
    expect(breaches({ 'src/imap/index.ts': '// a\n// b\n' })).toEqual([]);
    expect(breaches({ 'src/imap/index.ts': "export * from './a.ts';\n/** late */" })).toEqual([
      'src/imap/index.ts:1 index-head',
    ]);
  });

  test.each(['imapServer.ts', 'Imap.ts', 'imap_server.ts', 'a--b.ts'])('file name %s', (name) => {
    expect(breaches({ [`src/imap/${name}`]: '' })).toEqual([`src/imap/${name}:1 file-name`]);
  });

  test('good names, with numbers', () => {
    expect(
      breaches({ 'src/imap/extensions/6851-move.ts': '', 'src/imap/extensions/6851-move.test.ts': '' }),
    ).toEqual([]);
  });

  test('nothing is left for later, nothing silenced', () => {
    const [later, broken] = [`// ${'TO'}DO: later`, `// ${'FIX'}ME`];
    expect(breaches({ 'src/imap/a.ts': `\n${later}\n${broken}` })).toEqual([
      'src/imap/a.ts:2 unfinished',
      'src/imap/a.ts:3 unfinished',
    ]);
    expect(breaches({ 'src/formats/icalendar/a.ts': "const name = 'VTODO';" })).toEqual([]);
    expect(breaches({ 'src/imap/a.ts': `// @ts-${'ignore'}` })).toEqual(['src/imap/a.ts:1 suppression']);
  });

  test('what does not parse is a breach, not an empty file', () => {
    expect(breaches({ 'src/imap/a.ts': "import { from '../smtp/index.ts" })).toContain(
      'src/imap/a.ts:1 syntax',
    );
  });
});

describe('limits', () => {
  test('end with their unit and are named by a test', () => {
    const limits = 'export const lineBytesMax = 1;\nexport const limits = { idleMinutesMax: 2 } as const;';
    const named = 'expect(lineBytesMax + limits.idleMinutesMax);';
    expect(breaches({ 'src/imap/limits.ts': 'export const recheckMs = 1;' })).toEqual([]);
    expect(breaches({ 'src/imap/limits.ts': limits, 'src/imap/a.test.ts': named })).toEqual([]);
    expect(breaches({ 'src/imap/limits.ts': limits, 'src/smtp/a.test.ts': named })).toEqual([
      'src/imap/limits.ts:1 limit-test',
      'src/imap/limits.ts:2 limit-test',
    ]);
    expect(
      breaches({ 'src/imap/limits.ts': 'export const maxLine = 1;', 'tests/a.test.ts': 'maxLine;' }),
    ).toEqual(['src/imap/limits.ts:1 limit-name']);
  });

  test('functions, classes and types of a limits.ts are no limits', () => {
    const other =
      'export class Gate {}\nexport type A = 1;\nexport function limit() {}\nexport const of = () => 1;';
    expect(breaches({ 'src/base/limits.ts': other })).toEqual([]);
  });
});

describe('exceptions', () => {
  const late = { 'src/imap/a.ts': 'Date.now();', 'src/imap/b/c.ts': 'Date.now();' };

  test('cover one rule in one file or folder', () => {
    expect(breaches(late, [{ rule: 'clock', path: 'src/imap/a.ts', reason: 'x' }])).toEqual([
      'src/imap/b/c.ts:1 clock',
    ]);
    expect(breaches(late, [{ rule: 'clock', path: 'src/imap/', reason: 'x' }])).toEqual([]);
  });

  test('cover one function by name', () => {
    const long = (name: string) => `function ${name}() {\n${'a;\n'.repeat(70)}}\n`;
    const files = { 'src/imap/a.ts': long('queries') + long('other') };
    const exception = { rule: 'function-length', path: 'src/', name: /^queries$/, reason: 'x' };
    expect(breaches(files, [exception])).toEqual(['src/imap/a.ts:73 function-length']);
  });

  test('one that covers nothing is a breach', () => {
    expect(
      breaches({ 'src/imap/a.ts': '' }, [{ rule: 'clock', path: 'src/imap/a.ts', reason: 'x' }]),
    ).toEqual(['src/imap/a.ts:1 exception']);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../src/testing/index.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A small project with the files given; with the compiler of this one, or without. */
function makeProject(files: Record<string, string>, compiler: boolean): string {
  const root = temporaryFolder();
  const all = {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': readFileSync(here('../tsconfig.json'), 'utf8').replace(
      '"types": ["node"],',
      '"types": [],',
    ),
    'tsconfig.build.json': readFileSync(here('../tsconfig.build.json'), 'utf8'),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (compiler) symlinkSync(here('../node_modules'), join(root, 'node_modules'));
  return root;
}

function prepare(root: string) {
  const { status, stderr } = spawnSync(process.execPath, [here('prepare.mjs'), root], { encoding: 'utf8' });
  return { status, stderr };
}

const sources = {
  'src/main.ts': "import { two } from './a/b.ts';\nexport const four: number = two + two;\n",
  'src/a/b.ts': 'export const two = 2;\n',
  'src/a/b.test.ts': 'export {};\n',
  'src/a/migrations/0001.sql': 'select 1;\n',
  'src/testing/fixture.sql': 'select 2;\n',
};

test('compiles, copies what the compiler leaves, and clears what is gone', () => {
  const root = makeProject({ ...sources, 'dist/gone.js': '' }, true);
  expect(prepare(root)).toMatchObject({ status: 0 });
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toContain("from './a/b.js'");
  expect(readFileSync(join(root, 'dist/a/migrations/0001.sql'), 'utf8')).toBe('select 1;\n');
  for (const path of ['dist/gone.js', 'dist/a/b.test.js', 'dist/testing', '.dist.tmp']) {
    expect(existsSync(join(root, path)), path).toBe(false);
  }
});

test('a type error fails and leaves the old build as it was', () => {
  const root = makeProject(
    { ...sources, 'src/a/b.ts': "export const two: number = '2';\n", 'dist/main.js': 'old' },
    true,
  );
  const { status, stderr } = prepare(root);
  expect(status).toBe(1);
  expect(stderr).toContain('prepare: the compiler failed');
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toBe('old');
  expect(existsSync(join(root, '.dist.tmp'))).toBe(false);
});

test('without the compiler a build that is there is kept', () => {
  const root = makeProject({ ...sources, 'dist/main.js': 'old' }, false);
  expect(prepare(root)).toEqual({
    status: 0,
    stderr: 'prepare: no compiler installed; dist/ is kept as it is\n',
  });
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toBe('old');
});

test('with neither it explains and fails', () => {
  const { status, stderr } = prepare(makeProject(sources, false));
  expect(status).toBe(1);
  expect(stderr).toContain('neither a compiler nor dist/main.js is here');
});

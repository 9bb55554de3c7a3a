import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Manifest {
  license?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8'));
const manifest = json<Manifest>('package.json');

/** Licences that go with AGPL-3.0-or-later. */
const compatible =
  /^(?:MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0|CC0-1\.0|BlueOak-1\.0\.0|OFL-1\.1|Python-2\.0|Unlicense)$/;

/** Rows of the tables of docs/DEPENDENCIES.md: package, what for, why, licence, to leave it. */
const rows = readFileSync('docs/DEPENDENCIES.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| package'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('docs/DEPENDENCIES.md lists exactly the packages of package.json', () => {
  const listed = rows.map(([name]) => name);
  expect(listed).toEqual([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.devDependencies ?? {}),
  ]);
});

test('each says what for, why, its licence and what leaving takes', () => {
  for (const [name = '', ...cells] of rows) {
    expect(cells, name).toHaveLength(4);
    expect(
      cells.every((cell) => cell !== ''),
      name,
    ).toBe(true);
    expect(cells[2], name).toBe(json<Manifest>(`node_modules/${name}/package.json`).license);
  }
});

test('versions are exact', () => {
  for (const versions of [manifest.dependencies, manifest.devDependencies]) {
    for (const [name, version] of Object.entries(versions ?? {})) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[0-9a-z.]+)?$/);
    }
  }
});

test('npm ci needs no compiler: packages with a prebuilt binary are not built again', () => {
  const { packages } = json<{ packages: Record<string, Manifest & { gypfile?: boolean }> }>(
    'package-lock.json',
  );
  // npm runs node-gyp (Python, make) for any binding.gyp, unless the lock says otherwise; `npm install` drops
  // the line, so it has to be put back.
  expect(packages['node_modules/better-sqlite3']?.gypfile, '"gypfile": false in package-lock.json').toBe(
    false,
  );
});

test('every licence of the tree goes with AGPL-3.0-or-later', () => {
  const { packages } = json<{ packages: Record<string, Manifest> }>('package-lock.json');
  // Their manifests say nothing that npm reads; their LICENSE files do.
  const silent: Record<string, string> = Object.fromEntries(
    ['png-js', 'sasl-anonymous', 'sasl-plain', 'saslmechanisms'].map((name) => [
      `node_modules/${name}`,
      'MIT',
    ]),
  );
  for (const [path, license] of Object.entries(silent))
    expect(readFileSync(`${path}/LICENSE`, 'utf8')).toContain(`${license} License`);
  // A folder of the package that it stands in, and the way there.
  for (const path of ['node_modules/converse.js/src/log', 'node_modules/@converse/log'])
    silent[path] = packages['node_modules/converse.js']?.license ?? 'none';
  const foreign = Object.entries(packages).filter(([path, { license = silent[path] ?? 'none' }]) => {
    const choices = license.replace(/[()]/g, '').split(/ or /i);
    const goes = (choice: string) => choice.split(' AND ').every((each) => compatible.test(each));
    return path !== '' && !choices.some(goes);
  });
  expect(foreign).toEqual([]);
  expect(manifest.license).toBe('AGPL-3.0-or-later');
  expect(readFileSync('LICENSE', 'utf8')).toMatch(
    /^\s+GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3, 19 November 2007/,
  );
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8');

  test('names only files that exist', () => {
    const named = [...text.matchAll(/`((?:src|tools|tests|docs|config|bin)\/[\w./-]*\w[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    // The operator's own configuration is not part of the tree.
    expect(named.filter((path) => path !== 'config/myco.yaml' && !existsSync(path))).toEqual([]);
  });

  test('links lead somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter(
      (link) => !/^https:/.test(link) && !existsSync(join(dirname(document), link)),
    );
    expect(broken).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const named = [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the documents that a project owes its readers are there', () => {
  for (const name of ['ARCHITECTURE', 'COVERAGE', 'DEPENDENCIES'])
    expect(documents).toContain(`docs/${name}.md`);
});

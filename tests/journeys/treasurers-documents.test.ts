import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { demoProject } from '../harness/demo.ts';
import { stopAll, withTools } from '../harness/index.ts';
import { projectFolder } from '../harness/launcher.ts';

// What docs/TREASURER.md tells a treasurer to type is typed; docs/TRESORIER.md tells the same in French.

const documents = ['TREASURER.md', 'TRESORIER.md'] as const;
const project = demoProject();
afterAll(async () => {
  await stopAll();
  project.dispose();
});

/** The lines of its blocks of commands, in order; what is continued is one line. */
function commandsOf(document: string): readonly string[] {
  const text = readFileSync(join(projectFolder, 'docs', document), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, block = '']) =>
    language === '' ? block : '',
  );
  return blocks.join('').replaceAll('\\\n', ' ').trimEnd().split('\n');
}

/** Without what is said in a language: comments, and what stands in quotes. */
const bare = (line: string): string => line.replace(/"[^"]*"/g, '""').replace(/\s+(?:#.*)?$/, '');

test('both documents have the same commands in the same order', () => {
  const [english, french] = documents.map((name) => commandsOf(name).map(bare));
  expect(english?.length).toBeGreaterThan(40);
  expect(french).toEqual(english);
});

withTools('what a treasurer is told to type', ['npm', 'bash'], () => {
  test('works, line by line, on a new demonstration', { timeout: 600_000 }, async () => {
    const [fill = '', choose, ...lines] = commandsOf(documents[0]);
    expect([fill, choose]).toEqual(['npm run demo', 'export MYCO_CONFIG=config/demo.yaml']);
    const filled = await project.type(fill);
    expect(filled.code, filled.said).toBe(0);
    await project.serve();
    const said: string[] = [];
    for (const line of lines) {
      const ended = await project.type(line);
      expect(ended.code, `${line}\n${ended.said}`).toBe(0);
      said.push(ended.out.toString());
    }
    const all = said.join('');
    const told = ['2025-12 is closed', 'all of it is as it is said', '2025 is closed', 'the books are sound'];
    for (const words of told) expect(all).toContain(words);
    for (const file of ['december.xml', 'interest.xml', 'certificate.pdf', 'slips.csv', '2025.journal'])
      expect(existsSync(join(project.folder, file)), file).toBe(true);
  });
});

import type { Module } from '../parse.ts';
import type { Violation } from '../violation.ts';

const fileName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|bench|config|d))*\.ts$/;
const folderName = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
// Written apart so that this file does not break its own rule.
const unfinished = new RegExp(`\\b(?:${['TO', 'FIX'].join('DO|')}ME)\\b`);
const suppression = new RegExp(`@ts-${'(?:ignore|nocheck)'}`);

/** Kebab-case names; nothing left for later; no compiler error silenced. */
export function* checkWords(module: Module): Iterable<Violation> {
  const { path, text } = module;
  const names = path.split('/');
  const file = names.pop() ?? '';
  if (!fileName.test(file) || !names.every((name) => folderName.test(name))) {
    yield { rule: 'file-name', path, line: 1, what: 'names are lower-case words joined by hyphens' };
  }
  for (const [index, content] of text.split('\n').entries()) {
    const at = { path, line: index + 1 };
    const word = unfinished.exec(content)?.[0];
    if (word)
      yield {
        rule: 'unfinished',
        ...at,
        what: `${word}: finish it, or file an issue and say what holds today`,
      };
    if (suppression.test(content)) yield { rule: 'suppression', ...at, what: 'a silenced compiler error' };
  }
}

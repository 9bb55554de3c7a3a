import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rules } from './differences.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/DIFFERENTIAL.md'), 'utf8');
const line = ({ rfc, why }: (typeof rules)[number]) => `- **${rfc}**: ${why}`;

test('docs/DIFFERENTIAL.md has every rule, in their order, and no other', () => {
  const listed = page.split('\n').filter((each) => each.startsWith('- **'));
  expect(listed).toEqual(rules.map(line));
});

test('no rule speaks for what is alike, nor for an answer of another command', () => {
  const plain = { command: '0[INBOX]: NOOP', verb: 'NOOP', readOnly: false, history: [] };
  const what = { what: 'status', ours: 'NO', theirs: 'OK' };
  expect(rules.filter((rule) => rule.matches({ ...plain, ...what }))).toEqual([]);
});

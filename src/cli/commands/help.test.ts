import { expect, test } from 'vitest';
import { groups } from '../program.ts';
import { roomCommands } from './index.ts';

test('the help says of every word that commands stand below what they are about', () => {
  const words = roomCommands.flatMap(({ name }) =>
    name.slice(1).map((_, n) => name.slice(0, n + 1).join(' ')),
  );
  expect(new Set(words).size).toBeGreaterThan(10);
  expect([...new Set(words)].filter((word) => groups[word] === undefined)).toEqual([]);
});

import { expect, test } from 'vitest';
import { commitmentOf, saltOctets, saltsFor } from './hash.ts';

const names = ['member:1', 'member:2'];
const shown = (seed?: string) => saltsFor(names, seed).map((salt, at) => commitmentOf(salt, names[at] ?? ''));

test('salts are drawn: the same names are hidden behind others each time', () => {
  expect(saltsFor(names, undefined).map(({ length }) => length)).toEqual([saltOctets, saltOctets]);
  expect(new Set([...shown(), ...shown()]).size).toBe(4);
  expect(saltsFor([], undefined)).toEqual([]);
});

test("a demonstration's are those of its seed and of what they are for", () => {
  expect(saltsFor(names, 'seed').map(({ length }) => length)).toEqual([saltOctets, saltOctets]);
  expect(shown('seed')).toEqual(shown('seed'));
  expect(new Set([...shown('seed'), ...shown('other')]).size).toBe(4);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultImapLimits } from '../limits.ts';
import { ancestors } from './ancestors.ts';
import { checkWildcards } from './list.ts';
import { matchesPattern } from './pattern.ts';

test.each([
  ['*', 'a/b/c', true],
  ['%', 'a', true],
  ['%', 'a/b', false],
  ['%/%', 'a/b', true],
  ['a*', 'b', false],
  ['a*c', 'a/b/c', true],
  ['a%c', 'a/c', false],
  ['*%', 'a/b', true],
  ['%*', 'a/b', true],
  ['', '', true],
  ['', 'a', false],
  ['inbox', 'INBOX', true],
  ['InB%', 'INBOX', true],
  ['sent', 'Sent', false],
  ['Entw%', 'Entwürfe', true],
  ['%😀', 'a😀', true],
  ['a.b', 'axb', false],
  ['a**%%*b', 'ab', true],
])('pattern %j and name %j: %s', (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected);
});

test('agrees with a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '%'), maxLength: 8 });
  const plain = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  fc.assert(
    fc.property(text, plain, (pattern, name) => {
      const source = pattern.replaceAll('*', '[^]*').replaceAll('%', '[^/]*');
      expect(matchesPattern(pattern, name)).toBe(new RegExp(`^${source}$`).test(name));
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test('a pattern made to explode is answered in time that grows with name × pattern (THREATS 5)', () => {
  const pattern = `${'a*'.repeat(500)}b`;
  expect(matchesPattern(pattern, 'a'.repeat(1000))).toBe(false);
  expect(matchesPattern(`${'%*a'.repeat(300)}`, 'a'.repeat(1000))).toBe(true);
});

test('the names above names', () => {
  expect([...ancestors(['a/b/c', 'a/d', 'e', '/f'])].sort()).toEqual(['a', 'a/b']);
  expect(ancestors([]).size).toBe(0);
});

test('listWildcardsMax counts the wildcards of all patterns, runs as one', () => {
  const { listWildcardsMax } = defaultImapLimits;
  expect(() => checkWildcards(['a*%b%', '**'.repeat(50)], 3)).not.toThrow();
  expect(() => checkWildcards(['a*%b%', '*', '%'], 3)).toThrow('more than 3 wildcards');
  expect(() => checkWildcards(['a*'.repeat(listWildcardsMax)], listWildcardsMax)).not.toThrow();
});

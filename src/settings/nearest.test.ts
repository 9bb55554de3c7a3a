import { expect, test } from 'vitest';
import { readEnvironment } from './index.ts';
import { typoDistanceMax } from './limits.ts';
import { editDistance, nearest } from './nearest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['', 'abc', 3],
  ['abc', 'ab', 1],
  ['abc', 'axc', 1],
  ['abc', 'acb', 1],
  ['kitten', 'sitting', 3],
])('%j to %j takes %d', (a, b, steps) => {
  expect(editDistance(a, b)).toBe(steps);
  expect(editDistance(b, a)).toBe(steps);
});

test.each([
  ['submision', 'submission'],
  ['SMTP', 'smtp'],
  ['imasp', 'imaps'],
  ['xyz', undefined],
  ['', undefined],
])('%j means %j', (typed, meant) => {
  expect(nearest(typed, ['smtp', 'submissions', 'submission', 'imap', 'imaps'])).toBe(meant);
});

test(`never guesses further than ${typoDistanceMax} steps`, () => {
  const word = 'abcdefghijklmnopqrstuvwxyz';
  const off = (steps: number) => `${'#'.repeat(steps)}${word.slice(steps)}`;
  expect(nearest(off(typoDistanceMax), [word])).toBe(word);
  expect(nearest(off(typoDistanceMax + 1), [word])).toBeUndefined();
});

test('the environment: an empty variable counts as unset', () => {
  expect(readEnvironment({ MYCO_CONFIG: 'a.yaml', NO_COLOR: '1', OTHER: 'x' })).toEqual({
    config: 'a.yaml',
    noColor: true,
  });
  expect(readEnvironment({ MYCO_CONFIG: '', NO_COLOR: '' })).toEqual({});
});

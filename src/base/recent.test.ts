import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('what is used stays, what is not used goes', () => {
  const recent = new Recent<number, string>(8);
  recent.set(0, 'zero');
  for (let key = 1; key <= 100; key++) {
    recent.set(key, String(key));
    expect(recent.get(0)).toBe('zero');
    expect(recent.get(key)).toBe(String(key));
    expect(recent.weight).toBeLessThanOrEqual(8);
  }
  expect(recent.get(50)).toBeUndefined();
});

test('at least the last half of what fits is there', () => {
  const recent = new Recent<number, number>(8);
  for (let key = 0; key < 50; key++) recent.set(key, key);
  for (let key = 46; key < 50; key++) expect(recent.get(key)).toBe(key);
});

test('weights are kept right: a value replaced, deleted, too heavy', () => {
  const recent = new Recent<string, number>(20, (value) => value);
  recent.set('a', 3);
  recent.set('a', 4);
  recent.set('b', 6);
  expect(recent.weight).toBe(10);
  recent.set('c', 1);
  expect([recent.get('a'), recent.get('b'), recent.get('c'), recent.weight]).toEqual([4, 6, 1, 11]);
  recent.set('b', 11);
  expect(recent.get('b')).toBeUndefined();
  expect(recent.weight).toBe(5);
  recent.delete('a');
  recent.delete('a');
  expect(recent.weight).toBe(1);
  recent.clear();
  expect([recent.weight, recent.get('c')]).toEqual([0, undefined]);
});

test('all of it can be seen, old and young', () => {
  const recent = new Recent<number, number>(8);
  for (let key = 0; key < 6; key++) recent.set(key, key);
  expect([...recent.values()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

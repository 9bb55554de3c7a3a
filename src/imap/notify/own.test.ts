import { expect, test } from 'vitest';
import { OwnChanges } from './own.ts';

test('a change is the own one only in its account, and until it is forgotten', () => {
  const own = new OwnChanges();
  own.note(7, [4, 5]);
  own.note(7, [9]);
  expect([own.has(7, 5), own.has(7, 6), own.has(8, 5)]).toEqual([true, false, false]);
  own.forget(7, 5);
  expect([own.has(7, 5), own.has(7, 9)]).toEqual([false, true]);
  own.forget(8, 100);
  expect(own.has(7, 9)).toBe(true);
});

test('all that changed is the own only where no number in between is of somebody else', () => {
  const own = new OwnChanges();
  own.note(7, [4, 5, 7]);
  const all = (since: number, modseq: number) => own.isAll(7, since, modseq);
  expect([all(3, 5), all(3, 4), all(4, 5), all(6, 7)]).toEqual([true, true, true, true]);
  expect([all(3, 6), all(3, 7), all(2, 5), all(5, 5), own.isAll(8, 3, 5)]).toEqual(Array(5).fill(false));
});

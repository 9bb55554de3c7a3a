import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import type { AnyOperation } from '../schema/module.ts';
import { Recalled } from './recalled.ts';

const operation = (name: string, module = 'shop'): AnyOperation => ({
  name: `${module}.${name}`,
  module,
  kind: 'recall',
  script: () => expect.unreachable('a script was run'),
});
const [price, stock, sell] = [operation('price'), operation('stock'), operation('sell')];

/** Answers like a database: `count` of reads so far. */
function shop(recalled: Recalled) {
  let reads = 0;
  return (asked: AnyOperation, args: object) => recalled.answer(asked, args, () => ({ read: ++reads }));
}

test('an answer is kept until its account is written to', () => {
  const recalled = new Recalled();
  const ask = shop(recalled);
  expect(ask(price, { account: 1 })).toEqual({ read: 1 });
  expect(ask(price, { account: 1 })).toEqual({ read: 1 });
  expect(ask(price, { account: 1, of: 'tea' })).toEqual({ read: 2 });
  expect(ask(stock, { account: 1 })).toEqual({ read: 3 });
  expect(ask(price, { account: 2 })).toEqual({ read: 4 });
  recalled.wrote(sell, { account: 1 });
  expect(ask(price, { account: 2 })).toEqual({ read: 4 });
  expect(ask(price, { account: 1 })).toEqual({ read: 5 });
  recalled.wrote(sell, { accounts: [2, 3] });
  expect(ask(price, { account: 1 })).toEqual({ read: 5 });
  expect(ask(price, { account: 2 })).toEqual({ read: 6 });
});

test('a write that names no account counts for all of its module', () => {
  const recalled = new Recalled();
  const ask = shop(recalled);
  const elsewhere = operation('price', 'bank');
  expect([ask(price, { account: 1 }), ask(elsewhere, { account: 1 })]).toEqual([{ read: 1 }, { read: 2 }]);
  recalled.wrote(sell, { after: 0 });
  expect([ask(price, { account: 1 }), ask(elsewhere, { account: 1 })]).toEqual([{ read: 3 }, { read: 2 }]);
});

test('what a failed read would answer is not kept', () => {
  const recalled = new Recalled();
  const broken = () => {
    throw new Error('no such shelf');
  };
  expect(() => recalled.answer(price, { account: 1 }, broken)).toThrow('no such shelf');
  expect(shop(recalled)(price, { account: 1 })).toEqual({ read: 1 });
});

test('an answer that names no account is kept until its module is written to', () => {
  const recalled = new Recalled();
  const ask = shop(recalled);
  expect([ask(price, { of: 'tea' }), ask(price, { of: 'tea' })]).toEqual([{ read: 1 }, { read: 1 }]);
  recalled.wrote(operation('open', 'bank'), { after: 0 });
  expect(ask(price, { of: 'tea' })).toEqual({ read: 1 });
  recalled.wrote(sell, { account: 7 });
  expect(ask(price, { of: 'tea' })).toEqual({ read: 2 });
});

test('answers are frozen, bytes excepted', () => {
  const value = { lists: [[{ deep: 1 }]], bytes: new Uint32Array(2) };
  new Recalled().answer(price, { account: 1 }, () => value);
  expect(() => Object.assign(value.lists[0]?.[0] ?? {}, { deep: 2 })).toThrow(TypeError);
  expect(() => (value.lists as unknown[]).push(1)).toThrow(TypeError);
  expect([...value.bytes]).toEqual([0, 0]);
});

test('what is held is bounded by recalledAnswersMax, lists by their length', () => {
  const recalled = new Recalled(100);
  for (let account = 1; account <= 500; account++) recalled.answer(price, { account }, () => [1, 2, 3]);
  expect(recalled.weight).toBeLessThanOrEqual(100);
  expect(recalled.weight).toBeGreaterThan(40);
  const long = Array.from({ length: 200 }, () => 0);
  expect(recalled.answer(stock, { account: 1 }, () => long)).toBe(long);
  expect(recalled.weight).toBeLessThanOrEqual(100);
  expect(limits.recalledAnswersMax).toBeGreaterThan(100);
});

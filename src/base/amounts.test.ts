import { expect, test } from 'vitest';
import { decimalText } from './amounts.ts';

test.each([
  [0, {}, '0.00'],
  [5, {}, '0.05'],
  [-5, {}, '-0.05'],
  [1230, {}, '12.30'],
  [-123_450, { point: ',' }, '-1234,50'],
  [17, { digits: 0 }, '17'],
  [17, { digits: 3 }, '0.017'],
  [Number.MAX_SAFE_INTEGER, {}, '90071992547409.91'],
])('%i minor units %j are %s', (minor, how, text) => {
  expect(decimalText(minor, how)).toBe(text);
});

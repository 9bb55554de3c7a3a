import { describe, expect, test } from 'vitest';
import { refused } from './fixtures.ts';
import { demandText, type TextRules } from './text.ts';

describe('a text', () => {
  test.each<[string, TextRules]>([
    ['abc', { max: 3 }],
    ['', { min: 0, max: 3 }],
    [' ', { max: 3 }],
    ['é\u{1f600}', { max: 3 }],
    ['a\nb', { max: 3, lines: true }],
    [' a ', { max: 3, blank: false }],
  ])('%j is one by %j', (text, rules) => {
    expect(() => demandText('a name', text, rules)).not.toThrow();
  });

  test.each<[string, TextRules]>([
    ['abcd', { max: 3 }],
    ['', { max: 3 }],
    ['a\nb', { max: 3 }],
    ['a\tb', { max: 3, lines: true }],
    ['a\u0085', { max: 3 }],
    ['\ud800', { max: 3 }],
    ['  ', { max: 3, blank: false }],
    ['', { min: 0, max: 3, blank: false }],
  ])('%j is none by %j', (text, rules) => {
    expect(() => demandText('a name', text, rules)).toThrow(refused('E_TEXT'));
  });
});

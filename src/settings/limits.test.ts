import { expect, test } from 'vitest';
import { readDocument } from './document.ts';
import { aliasValuesMax, messageCharactersMax, shownCharactersMax } from './limits.ts';
import { formatPath, problemAt, SettingsError, show } from './problems.ts';

test(`a wrong value is shown up to ${shownCharactersMax} characters`, () => {
  expect(show('x'.repeat(shownCharactersMax))).toBe(`'${'x'.repeat(shownCharactersMax)}'`);
  expect(show('x'.repeat(shownCharactersMax + 1))).toBe(`'${'x'.repeat(shownCharactersMax)}…'`);
});

test(`a sentence has up to ${messageCharactersMax} characters`, () => {
  const sentence = (length: number) => problemAt('f', undefined, 'x'.repeat(length)).message;
  expect(sentence(messageCharactersMax)).toHaveLength(messageCharactersMax);
  expect(sentence(messageCharactersMax + 1)).toBe(`${'x'.repeat(messageCharactersMax)}…`);
});

test(`aliases expand to ${aliasValuesMax} values at most`, () => {
  // The YAML package counts the uses of an anchor times the aliases within it.
  const yaml = (uses: number, held: number) =>
    `a: &a x\nb: &b [${Array(held).fill('*a').join(', ')}]\nc: [${Array(uses).fill('*b').join(', ')}]\n`;
  const read = (text: string) => readDocument('f', Buffer.from(text)).problems.map(({ message }) => message);
  expect(read(yaml(10, 10))).toEqual([]);
  const doubled = Array.from(
    { length: 12 },
    (_, index) => `k${index + 1}: &a${index + 1} [*a${index}, *a${index}]`,
  );
  expect(read(`k0: &a0 [x]\n${doubled.join('\n')}\n`)).toEqual([
    `its aliases expand to more than ${aliasValuesMax} values`,
  ]);
});

test('what is shown of other values, and of passwords', () => {
  expect(show(undefined)).toBe('nothing');
  expect(show(null)).toBe('nothing');
  expect(show(false)).toBe('the boolean false');
  expect(show(25n)).toBe('the bigint 25');
  expect(show([1])).toBe('a list');
  expect(show({ a: 1 })).toBe('a section of keys');
  expect(show('smtp://user:p@ss@host')).toBe("'smtp:***@host'");
  expect(show('a\u0007\u2028\u{e0001}')).toBe("'a\\u{7}\\u{2028}\\u{e0001}'");
});

test('paths and the form that editors jump to', () => {
  expect(formatPath(['listeners', 'smtp', 0, 'port'])).toBe('listeners.smtp[0].port');
  const error = new SettingsError([
    { file: 'f', line: 2, column: 1, message: 'b' },
    { file: 'f', line: 1, column: 9, message: 'a' },
    { file: 'f', line: 2, column: 1, message: 'b' },
    { file: 'f', message: 'whole' },
  ]);
  expect(error.message).toBe('f: whole\nf:1:9: a\nf:2:1: b');
});

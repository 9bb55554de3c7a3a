import { expect, test } from 'vitest';
import { parseXml } from '../formats/xml/index.ts';
import { textOf } from './prefixes.ts';

test.each([
  ['plain', 'plain'],
  ['<a> & "b"', '&lt;a&gt; &amp; "b"'],
  ['BEGIN:VEVENT\r\n\tfolded\n', 'BEGIN:VEVENT&#13;\n\tfolded\n'],
  ['Élan \u{1f600}\u2028', 'Élan \u{1f600}\u2028'],
  [']]>', ']]&gt;'],
])('%j is read back as it is', (text, written) => {
  expect(textOf(text)).toBe(written);
  expect(parseXml(Buffer.from(`<a>${written}</a>`)).text).toBe(text);
});

test('what XML cannot hold is left out', () => {
  expect(textOf('a\0b\u000bc\ud800d\ufffee')).toBe('abcde');
});

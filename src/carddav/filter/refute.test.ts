import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf, readCard, readDigest } from '../../formats/vcard/index.ts';
import { parseXml } from '../../formats/xml/index.ts';
import { judge } from './judge.ts';
import { readFilter } from './parse.ts';
import { refuterOf } from './refute.ts';

const digest = (...lines: readonly string[]) =>
  digestOf(
    readCard(
      Buffer.from(['BEGIN:VCARD', 'VERSION:3.0', 'UID:1', 'N:;;;;', ...lines, 'END:VCARD', ''].join('\r\n')),
    ),
  );
const filter = (attributes: string, ...props: readonly string[]) =>
  readFilter(
    parseXml(
      Buffer.from(`<filter xmlns="urn:ietf:params:xml:ns:carddav" ${attributes}>${props.join('')}</filter>`),
    ),
  );
const prop = (name: string, inner: string, test = 'anyof') =>
  `<prop-filter name="${name}" test="${test}">${inner}</prop-filter>`;
const text = (value: string, attributes = '') => `<text-match ${attributes}>${value}</text-match>`;
const parameter = '<param-filter name="TYPE"/>';
const ana = digest('FN:Ana Sol', 'EMAIL;TYPE=home:ana@example.org', 'NOTE:a "quoted" \\\\ word');

test.each<[what: string, filter: ReturnType<typeof filter>, refuted: boolean]>([
  ['a text that is nowhere', filter('', prop('FN', text('Bea'))), true],
  ['one that is, whatever its case', filter('', prop('FN', text('ANA'))), false],
  ['one that stands elsewhere', filter('', prop('FN', text('example'))), false],
  ['one that JSON escapes', filter('', prop('NOTE', text('"quoted" \\ w'))), false],
  ['one that JSON would escape, and is not there', filter('', prop('NOTE', text('"a\\'))), true],
  ['what does not match', filter('', prop('FN', text('Bea', 'negate-condition="yes"'))), false],
  ['what is not there', filter('', prop('FN', '<is-not-defined/>')), false],
  ['any of two', filter('', prop('FN', text('Bea')), prop('FN', text('Ana'))), false],
  ['any of two that are nowhere', filter('', prop('FN', text('Bea')), prop('FN', text('Ida'))), true],
  ['any, of which one is no text', filter('', prop('FN', text('Bea')), prop('TEL', '')), false],
  ['all', filter('test="allof"', prop('FN', text('Bea')), prop('TEL', '')), true],
  ['a text, or a parameter', filter('', prop('EMAIL', text('Bea') + parameter)), false],
  ['a text, and a parameter', filter('', prop('EMAIL', text('Bea') + parameter, 'allof')), true],
  ['a text that is not ASCII', filter('', prop('FN', text('é'))), false],
  ['no text', filter('', prop('FN', text(''))), false],
])('%s', (_, wanted, refuted) => {
  expect(refuterOf(wanted)(ana)).toBe(refuted);
});

test('what a digest does not hold is not refuted', () => {
  const isNone = refuterOf(filter('', prop('NOTE', text('Bea'))));
  expect(isNone(digest(`NOTE:${'x'.repeat(1_000)}`))).toBe(false);
  expect(isNone(digest('FN:Zoé'))).toBe(false);
  expect(isNone('["3.0"]')).toBe(false);
  expect(isNone('')).toBe(false);
});

test('what is refuted is what the digest says no to', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'B', 'é', '"', '\\\\', 'n', 'u0', ' ', 'ſ', '＂'),
    maxLength: 4,
  });
  const kind = fc.constantFrom('contains', 'equals', 'starts-with', 'ends-with');
  const collation = fc.constantFrom('i;octet', 'i;ascii-casemap', 'i;unicode-casemap');
  fc.assert(
    fc.property(word, word, kind, collation, (value, wanted, type, by) => {
      const escapedText = wanted.replaceAll('"', '&quot;').replaceAll('\\\\', '\\');
      const asked = filter('', prop('FN', text(escapedText, `match-type="${type}" collation="${by}"`)));
      const of = digest(`FN:x${value}`);
      const facts = readDigest(of);
      if (refuterOf(asked)(of)) expect(facts && judge(asked, facts)).toBe(false);
    }),
    { seed: 7, numRuns: 2_000 },
  );
});

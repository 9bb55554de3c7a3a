import { describe, expect, test } from 'vitest';
import { parseXml } from '../../../formats/xml/index.ts';
import { type FilterDialect, FilterReader, paramHolds } from './filter.ts';
import { filterConditionsMax, textMatchBytesMax } from './limits.ts';

const dialect: FilterDialect = {
  namespace: 'ns',
  collation: 'i;ascii-casemap',
  matchTypes: true,
  invalid: (message) => new Error(`invalid: ${message}`),
  unknown: ({ name }, within) => new Error(`unknown: ${name} in ${within.name}`),
  refused: (condition, message) => new Error(`${condition}: ${message}`),
};
const element = (xml: string) => parseXml(Buffer.from(xml.replace(/^<[\w-]+/, '$& xmlns="ns"')));
const read = (own: Partial<FilterDialect> = {}) => new FilterReader({ ...dialect, ...own });

describe('the elements of a filter', () => {
  test.each([
    ['<param-filter/>', 'invalid: a param-filter has the name'],
    ['<param-filter name=" "/>', 'invalid: a param-filter has the name'],
    ['<param-filter name="A"><prop-filter/></param-filter>', 'unknown: prop-filter in param-filter'],
    ['<param-filter name="A"><text-match xmlns="other"/></param-filter>', 'unknown: text-match'],
    ['<param-filter name="A"><text-match/><text-match/></param-filter>', 'one condition'],
    ['<param-filter name="A"><is-not-defined/><text-match/></param-filter>', 'stands alone'],
    ['<param-filter name="A"><text-match collation="i;klingon"/></param-filter>', 'supported-collation: '],
    ['<param-filter name="A"><text-match negate-condition="perhaps"/></param-filter>', 'yes or no'],
    ['<param-filter name="A"><text-match match-type="like"/></param-filter>', 'match-type is'],
  ])('%s: refused', (xml, message) => {
    expect(() => read().param(element(xml))).toThrow(message);
  });

  test('are counted, and no longer than they may be', () => {
    const filter = (count: number) => element(`<filter>${'<prop-filter/>'.repeat(count)}</filter>`);
    expect(read().parts(filter(filterConditionsMax), ['prop-filter'])).toHaveLength(filterConditionsMax);
    expect(() => read().parts(filter(filterConditionsMax + 1), ['prop-filter'])).toThrow('supported-filter');
    const text = (length: number) => element(`<text-match>${'é'.repeat(length)}</text-match>`);
    expect(read().text(text(textMatchBytesMax / 2))('é')).toBe(false);
    expect(() => read().text(text(textMatchBytesMax / 2 + 1))).toThrow('supported-filter');
  });

  test('a text-match without a collation takes that of its protocol; without types it is of a part', () => {
    const match = '<text-match match-type="equals">É</text-match>';
    expect(read().text(element(match))('é')).toBe(false);
    expect(read({ collation: 'i;unicode-casemap' }).text(element(match))('é')).toBe(true);
    expect(read({ matchTypes: false }).text(element(match))('aÉ')).toBe(true);
    expect(read().text(element(match))('aÉ')).toBe(false);
  });
});

test.each<[filter: string, values: readonly string[], holds: boolean]>([
  ['', [], false],
  ['', ['x'], true],
  ['<is-not-defined/>', [], true],
  ['<is-not-defined/>', ['x'], false],
  ['<text-match>home</text-match>', ['WORK', 'HOME'], true],
  ['<text-match>home</text-match>', ['WORK'], false],
  // The parameter is one, whatever its values: none of them is to be so.
  ['<text-match negate-condition="yes">home</text-match>', ['WORK', 'HOME'], false],
  ['<text-match negate-condition="yes">home</text-match>', ['WORK'], true],
  ['<text-match negate-condition="yes">home</text-match>', [], false],
])('param-filter %s of %j: %s', (inner, values, holds) => {
  const filter = read().param(element(`<param-filter name="type">${inner}</param-filter>`));
  expect(filter.name).toBe('TYPE');
  expect(paramHolds(filter, values)).toBe(holds);
});

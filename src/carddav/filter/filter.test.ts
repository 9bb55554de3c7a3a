import { describe, expect, test } from 'vitest';
import { digestOf, factsOf, readCard, readDigest } from '../../formats/vcard/index.ts';
import { parseXml } from '../../formats/xml/index.ts';
import { judge } from './judge.ts';
import { readFilter } from './parse.ts';

const long = 'long '.repeat(300);
const card = readCard(
  Buffer.from(
    [
      'BEGIN:VCARD',
      'VERSION:3.0',
      'UID:1',
      'FN:Ana Élan',
      'N:Élan;Ana;;;',
      'item1.EMAIL;TYPE=HOME,PREF:ana@home.example',
      'EMAIL;TYPE=WORK:ana@work.example',
      'item2.TEL;X-A=one:+1',
      'ORG:Sea\\, Ltd;Deck',
      `NOTE:${long}end`,
      'END:VCARD',
      '',
    ].join('\r\n'),
  ),
);

const filterOf = (inner: string, how = 'anyof') =>
  readFilter(
    parseXml(Buffer.from(`<filter xmlns="urn:ietf:params:xml:ns:carddav" test="${how}">${inner}</filter>`)),
  );

/** By the digest first, as a query does; the card where that does not say. */
function holds(inner: string, how?: string): boolean | null {
  const filter = filterOf(inner, how);
  const facts = readDigest(digestOf(card));
  return (facts && judge(filter, facts)) ?? judge(filter, factsOf(card));
}

const prop = (name: string, inner = '', how = 'anyof') =>
  `<prop-filter name="${name}" test="${how}">${inner}</prop-filter>`;
const param = (name: string, inner = '') => `<param-filter name="${name}">${inner}</param-filter>`;
const match = (text: string, type = 'contains', more = '') =>
  `<text-match match-type="${type}"${more}>${text}</text-match>`;
const absent = '<is-not-defined/>';
const no = ' negate-condition="yes"';

describe('match-type, and its negation', () => {
  test.each<[string, string, boolean]>([
    ['contains', 'a é', true],
    ['contains', 'x', false],
    ['equals', 'ANA ÉLAN', true],
    ['equals', 'ana', false],
    ['starts-with', 'ana', true],
    ['starts-with', 'élan', false],
    ['ends-with', 'lan', true],
    ['ends-with', 'ana', false],
  ])('%s %s: %s', (type, text, expected) => {
    expect(holds(prop('FN', match(text, type)))).toBe(expected);
    expect(holds(prop('FN', match(text, type, no)))).toBe(!expected);
  });
});

describe('conditions', () => {
  const home = match('home.example');
  const work = match('work.example');
  test.each<[string, string, boolean]>([
    ['none', '', true],
    ['a property', prop('EMAIL'), true],
    ['one that is not there', prop('NICKNAME'), false],
    ['none of it', prop('NICKNAME', absent), true],
    ['none of what is there', prop('EMAIL', absent), false],
    ['with its group', prop('ITEM1.EMAIL', home), true],
    ['with its group in another case', prop('item1.email', home), true],
    ['in another group', prop('item1.EMAIL', work), false],
    ['none in a group', prop('item2.EMAIL', absent), true],
    ['in any group, or none', prop('EMAIL', work), true],
    ['any of two of one property', prop('EMAIL', match('nowhere') + work), true],
    ['both of one', prop('EMAIL', match('ana@') + work, 'allof'), true],
    ['each of another', prop('EMAIL', home + work, 'allof'), false],
    ['a text and a parameter of one', prop('EMAIL', home + param('TYPE', match('pref')), 'allof'), true],
    ['of two', prop('EMAIL', work + param('TYPE', match('pref')), 'allof'), false],
    ['either', prop('EMAIL', match('nowhere') + param('TYPE', match('pref'))), true],
    ['a parameter', prop('TEL', param('x-a')), true],
    ['no parameter', prop('TEL', param('TYPE', absent)), true],
    ['none of what each has', prop('EMAIL', param('TYPE', absent)), false],
    ['a parameter in no way', prop('item1.EMAIL', param('TYPE', match('home', 'equals', no))), false],
    ['a text over its escape', prop('ORG', match('sea, ltd')), true],
    ['what is too long for the digest', prop('NOTE', match('end', 'ends-with')), true],
    ['not that', prop('NOTE', match('end', 'ends-with', no)), false],
  ])('%s', (_, filter, expected) => {
    expect(holds(filter)).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ['anyof', prop('FN', match('nobody')) + prop('TEL'), true],
    ['allof', prop('FN', match('nobody')) + prop('TEL'), false],
    ['allof', prop('FN', match('ana')) + prop('TEL'), true],
    ['anyof', prop('FN', match('nobody')) + prop('NICKNAME'), false],
    ['allof', '', true],
    // What the digest does not say decides.
    ['allof', prop('FN', match('ana')) + prop('NOTE', match('end')), true],
    ['allof', prop('FN', match('nobody')) + prop('NOTE', match('end')), false],
    ['anyof', prop('FN', match('nobody')) + prop('NOTE', match('start')), false],
  ])('%s of %s', (how, filter, expected) => {
    expect(holds(filter, how)).toBe(expected);
  });

  test('the digest says as much as it can, and no more', () => {
    const facts = readDigest(digestOf(card));
    if (facts === null) throw new Error('no facts');
    const note = prop('NOTE', match('end'));
    expect(judge(filterOf(note), facts)).toBeNull();
    expect(judge(filterOf(prop('NOTE')), facts)).toBe(true);
    expect(judge(filterOf(note + prop('TEL')), facts)).toBe(true);
    expect(judge(filterOf(note + prop('NICKNAME'), 'allof'), facts)).toBe(false);
  });
});

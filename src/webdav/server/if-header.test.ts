import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DavError } from '../errors.ts';
import { ifHeaderBytesMax } from '../limits.ts';
import { readIf, tokensOf } from './if-header.ts';

const token = (text: string, not = false) => ({ not, token: text, etag: null });
const etag = (text: string, not = false) => ({ not, token: null, etag: text });

describe('the If header', () => {
  test.each([
    ['(<urn:a>)', [{ tag: null, conditions: [token('urn:a')] }]],
    [' ( <urn:a>  ["e"] ) ', [{ tag: null, conditions: [token('urn:a'), etag('"e"')] }]],
    [
      '(<urn:a>)(Not <DAV:no-lock>[W/"w"])',
      [
        { tag: null, conditions: [token('urn:a')] },
        { tag: null, conditions: [token('DAV:no-lock', true), etag('W/"w"')] },
      ],
    ],
    [
      '<http://h/a> (<urn:a>) (not ["x)y"]) </b>(<urn:b>)',
      [
        { tag: 'http://h/a', conditions: [token('urn:a')] },
        { tag: 'http://h/a', conditions: [etag('"x)y"', true)] },
        { tag: '/b', conditions: [token('urn:b')] },
      ],
    ],
  ])('%s', (text, lists) => {
    expect(readIf(text)).toEqual(lists);
  });

  test.each([
    '',
    '   ',
    '()',
    '(<>)',
    '(<urn:a)',
    '(<urn:a>',
    '<urn:a>',
    '(<urn:a>) <http://h/a> (<urn:b>)',
    '<http://h/a> <http://h/b> (<urn:b>)',
    '(["a)',
    '([a])',
    '(Not)',
    '(NotNot <urn:a>)',
    '(<urn:a>) x',
    '(<u rn:a>)',
  ])('%j is refused', (text) => {
    expect(() => readIf(text)).toThrow(DavError);
    expect(() => readIf(text)).toThrow(expect.objectContaining({ status: 400 }));
  });

  test('ifHeaderBytesMax', () => {
    const long = `(<urn:${'a'.repeat(ifHeaderBytesMax)}>)`;
    expect(() => readIf(long)).toThrow(`longer than ${ifHeaderBytesMax} bytes`);
    const most = '(<urn:a>)'.repeat(Math.floor(ifHeaderBytesMax / 9));
    expect(readIf(most)).toHaveLength(Math.floor(ifHeaderBytesMax / 9));
  });

  test('submits every token that it names, once', () => {
    expect(tokensOf(readIf('(<urn:a> ["e"]) (Not <urn:b>) (<urn:a>)'))).toEqual(['urn:a', 'urn:b']);
  });

  test('any text is lists or a DavError', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(<a>|<|>|\(|\)|\[|\]|"e"|"|W\/| |Not|x)*$/), (text) => {
        try {
          expect(readIf(text).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(DavError);
        }
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { childOf, escapeXml, parseXml, type XmlElement, XmlReader } from './index.ts';
import { xmlAttributesMax, xmlBytesMax, xmlDepthMax, xmlElementsMax } from './limits.ts';

const parse = (text: string, options = {}) => parseXml(Buffer.from(text), options);

describe('XML', () => {
  test('elements, attributes, name spaces, text, CDATA', () => {
    const root = parse(
      '<?xml version="1.0" encoding="UTF-8"?><a xmlns="urn:x" xmlns:y="urn:y" one="1" y:two="2">t&amp;<!-- no --><b/><![CDATA[<c>]]></a>',
    );
    expect(root).toMatchObject({
      namespace: 'urn:x',
      name: 'a',
      attributes: [
        { namespace: '', name: 'one', value: '1' },
        { namespace: 'urn:y', name: 'two', value: '2' },
      ],
      text: 't&<c>',
    });
    expect(childOf(root, 'b')).toMatchObject({ namespace: 'urn:x', name: 'b' });
    expect(childOf(root, 'c')).toBeUndefined();
  });

  test.each([
    ['<!DOCTYPE a><a/>', /document type/],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /document type/],
    ['<a>&x;</a>', /entity/],
    ['<?xml-stylesheet href="x"?><a/>', /processing instruction/],
    ['<?xml version="1.0" encoding="ISO-8859-1"?><a/>', /UTF-8/],
    ['<a>', /unclosed tag/],
    ['<a></b>', /unexpected close tag|unmatched/i],
    ['<a x="1" x="2"/>', /duplicate attribute/],
    ['<x:a/>', /unbound namespace/],
    ['<a/><b/>', /documents may contain only one root/],
    ['', /no element|document must contain a root/],
    ['no xml', /./],
    ['<a>\u0001</a>', /disallowed character/],
  ])('%j is refused', (text, message) => {
    expect(() => parse(text)).toThrow(FormatError);
    expect(() => parse(text)).toThrow(message);
  });

  test('octets that are no UTF-8 are refused', () => {
    expect(() => parseXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff]))).toThrow('not UTF-8');
  });

  test('xmlDepthMax, xmlElementsMax, xmlAttributesMax, xmlBytesMax', () => {
    const deep = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(parse(deep(xmlDepthMax)).name).toBe('a');
    expect(() => parse(deep(xmlDepthMax + 1))).toThrow('deeper');
    expect(() => parse(`<a>${'<b/>'.repeat(5)}</a>`, { elementsMax: 5 })).toThrow('too many elements');
    expect(xmlElementsMax).toBeGreaterThan(5);
    const wide = (count: number) =>
      `<a ${Array.from({ length: count }, (_, at) => `a${at}="1"`).join(' ')}/>`;
    expect(parse(wide(xmlAttributesMax)).attributes).toHaveLength(xmlAttributesMax);
    expect(() => parse(wide(xmlAttributesMax + 1))).toThrow('attributes');
    expect(parse(`<r>${wide(40)}${wide(40)}</r>`).children).toHaveLength(2);
    expect(() => parse('<a>four</a>', { bytesMax: 10 })).toThrow('longer than 10 bytes');
    expect(xmlBytesMax).toBeGreaterThan(10);
  });

  test('what is taken is not kept', () => {
    const taken: string[] = [];
    const take = ({ name, text }: XmlElement, depth: number) => {
      if (depth === 1 && name === 'r') taken.push(text);
      return depth === 1 && name === 'r';
    };
    const root = parse('<a><r>1</r><m>x</m><r>2</r></a>', { take });
    expect(taken).toEqual(['1', '2']);
    expect(root.children.map(({ name }) => name)).toEqual(['m']);
  });

  test('any cutting into pieces gives the same', () => {
    const octets = Buffer.from('<a xmlns="ü"><b c="é">x &lt; y €</b><![CDATA[ ]] ]]></a>');
    const whole = parseXml(octets);
    for (let cut = 1; cut < octets.length; cut++) {
      const reader = new XmlReader();
      for (let at = 0; at < octets.length; at += cut) reader.write(octets.subarray(at, at + cut));
      expect(reader.end()).toEqual(whole);
    }
  });

  test('what is escaped is read again as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const expected = escapeXml(text).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
        expect(parse(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`).text).toBe(
          expected.replace(/\r\n?/g, '\n'),
        );
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('any text is a document or a FormatError', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(<|>|\/|a|b|=|"|&|;|!|\[|\]|\?|-| )*$/), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

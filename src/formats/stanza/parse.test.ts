import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { parseXml, type XmlElement } from '../xml/index.ts';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  elementsOf,
  parseElement,
  parseHead,
  stanzaAttributesMax,
  stanzaDepthMax,
  stanzaElementsMax,
  textOf,
  writeElement,
} from './index.ts';

const client = 'jabber:client';

describe('one element', () => {
  test('a message, its name spaces resolved', () => {
    const text = `<message xmlns='jabber:client' to="ana@coop.example" xml:lang='fr'>
<body>1 &lt; 2 &amp; &#233;&#x1F600;<![CDATA[ <b> ]]></body><x:x xmlns:x='urn:x' x:y='1' y='2'/></message>`;
    const message = parseElement(text);
    expect(message).toMatchObject({ name: 'message', ns: client });
    expect({ ...message.attributes }).toEqual({ to: 'ana@coop.example', 'xml:lang': 'fr' });
    expect(textOf(childOf(message, 'body'))).toBe('1 < 2 & \u00e9\u{1f600} <b> ');
    expect(textOf(childOf(message, 'none'))).toBe('');
    const x = childOf(message, 'x', 'urn:x');
    expect({ ...x?.attributes }).toEqual({ '{urn:x}y': '1', y: '2' });
    expect([...elementsOf(message)].map(({ name }) => name)).toEqual(['body', 'x']);
    expect(childrenOf(message, 'body')).toHaveLength(1);
  });

  test('of a stream has the name spaces of its head', () => {
    const head = parseHead(
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='coop.example' version='1.0'>",
    );
    expect(head.element).toMatchObject({ name: 'stream', ns: 'http://etherx.jabber.org/streams' });
    expect(head.element.attributes.to).toBe('coop.example');
    expect(parseElement('<presence/>', head.scope).ns).toBe(client);
    expect(parseElement('<stream:error/>', head.scope).ns).toBe('http://etherx.jabber.org/streams');
    expect(parseElement("<a xmlns=''/>", head.scope).ns).toBe('');
  });

  test('line ends are line feeds, and white space in attributes is spaces (XML 1.0 §2.11, §3.3.3)', () => {
    const read = parseElement("<a b='1\r\n2\t3&#10;4'>x\r\ny\rz</a>");
    expect(read.attributes.b).toBe('1 2 3\n4');
    expect(textOf(read)).toBe('x\ny\nz');
  });

  test('an attribute of JavaScript is an attribute like others', () => {
    const { attributes } = parseElement("<a __proto__='1' constructor='2'/>");
    expect(Object.entries(attributes)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  test.each([
    ['nothing', ''],
    ['text', 'a'],
    ['two', '<a/><b/>'],
    ['no end', '<a>'],
    ['another end', '<a></b>'],
    ['another prefix at the end', "<p:a xmlns:p='u' xmlns:q='u'></q:a>"],
    ['a comment', '<a><!-- --></a>'],
    ['an instruction', '<a><?b?></a>'],
    ['a declaration', "<?xml version='1.0'?><a/>"],
    ['a document type', '<!DOCTYPE a><a/>'],
    ['an entity', '<a>&nbsp;</a>'],
    ['an entity that does not end', '<a>&amp</a>'],
    ['a reference to nothing', '<a>&#0;</a>'],
    ['a reference to half of a pair', '<a>&#xd800;</a>'],
    ['a reference beyond', '<a>&#x110000;</a>'],
    ['a control character', '<a>\u0001</a>'],
    ['half of a pair', '<a>\ud800</a>'],
    ['the end of a section in a text', '<a>]]></a>'],
    ['a section that does not end', '<a><![CDATA[</a>'],
    ['an attribute twice', "<a b='1' b='2'/>"],
    ['an attribute twice by its name space', "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>"],
    ['attributes that touch', "<a b='1'c='2'/>"],
    ['no value', '<a b/>'],
    ['no quotes', '<a b=1/>'],
    ["'<' in a value", "<a b='<'/>"],
    ['no name', '< a/>'],
    ['a name that begins with a digit', '<1/>'],
    ['two colons', "<a:b:c xmlns:a='u'/>"],
    ['a prefix that is not declared', '<p:a/>'],
    ['a prefix of an attribute that is not declared', "<a p:b='1'/>"],
    ['a prefix declared as nothing', "<a xmlns:p=''/>"],
    ['the prefix xmlns', "<a xmlns:xmlns='u'/>"],
    ['the prefix xml for another', "<a xmlns:xml='u'/>"],
    ['another prefix for xml', "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"],
    ['the default for xml', "<a xmlns='http://www.w3.org/XML/1998/namespace'/>"],
    ['a name space twice', "<a xmlns='u' xmlns='u'/>"],
  ])('%s is refused', (_, text) => {
    expect(() => parseElement(text)).toThrow(FormatError);
  });

  test.each([
    ['a comment', '<!-- --><a/>', 'restricted'],
    ['a comment within', '<a><!-- --></a>', 'restricted'],
    ['an instruction', '<?xml version="1.0"?><a/>', 'restricted'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'restricted'],
    ['an entity', '<a>&nbsp;</a>', 'restricted'],
    ['a prefix', '<p:a/>', 'prefix'],
    ['too deep', '<a>'.repeat(stanzaDepthMax + 1), 'too-much'],
    ['tags that cross', '<a><b></a></b>', 'malformed'],
  ])('what is wrong is told by a word: %s', (_, text, kind) => {
    expect(() => parseElement(text)).toThrow(expect.objectContaining({ kind }));
  });

  test('as deep as stanzaDepthMax, with stanzaAttributesMax attributes, of stanzaElementsMax elements', () => {
    const deep = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(parseElement(deep(stanzaDepthMax)).name).toBe('a');
    expect(() => parseElement(deep(stanzaDepthMax + 1))).toThrow('deeper');
    const wide = (count: number) => `<a ${Array.from({ length: count }, (_, at) => `b${at}=''`).join(' ')}/>`;
    expect(Object.keys(parseElement(wide(stanzaAttributesMax)).attributes)).toHaveLength(stanzaAttributesMax);
    expect(() => parseElement(wide(stanzaAttributesMax + 1))).toThrow('attributes');
    const many = (count: number) => `<a>${'<b/>'.repeat(count - 1)}</a>`;
    expect(parseElement(many(stanzaElementsMax)).children).toHaveLength(stanzaElementsMax - 1);
    expect(() => parseElement(many(stanzaElementsMax + 1))).toThrow('elements');
  });

  test('a head that ends where it begins is refused', () => {
    expect(() => parseHead('<stream/>')).toThrow(FormatError);
  });
});

const key = (ns: string, name: string) =>
  ns === '' ? name : ns === 'http://www.w3.org/XML/1998/namespace' ? `xml:${name}` : `{${ns}}${name}`;

/** What the other reader saw, as this one says it; its texts stand together. */
const asOurs = ({ namespace, name, attributes, children, text }: XmlElement): unknown => ({
  ...{ name, ns: namespace, text, children: children.map(asOurs) },
  attributes: Object.fromEntries(attributes.map((one) => [key(one.namespace, one.name), one.value])),
});
const asTheirs = (of: Element): unknown => ({
  ...{ name: of.name, ns: of.ns, text: textOf(of), children: [...elementsOf(of)].map(asTheirs) },
  attributes: { ...of.attributes },
});

describe('beside saxes', () => {
  const pieces = [
    ...['<a>', '</a>', '<a/>', '<b ', "c='", "'", '"', '>', '/>', '&amp;', '&#9;', '&#x', ';', '\r\n', '\t'],
    ...[
      "xmlns='u' ",
      "xmlns:p='v' ",
      'p:',
      '<p:a>',
      '</p:a>',
      '<![CDATA[',
      ']]>',
      ']',
      'x',
      '\u00e9',
      ' ',
      '<',
      '&',
    ],
    ...["xml:lang='fr' ", '=', '/', ':', '1', '-', '.', '\u{1f600}', '\u00b7'],
  ];
  const parts = fc.array(fc.constantFrom(...pieces), { maxLength: 14 });

  test('the same texts are taken, and the same is read in them', () => {
    let taken = 0;
    fc.assert(
      fc.property(parts, (some) => {
        const text = `<a xmlns:p='v'>${some.join('')}</a>`;
        let ours: unknown = null;
        let theirs: unknown = null;
        try {
          ours = asTheirs(parseElement(text));
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
        try {
          theirs = asOurs(parseXml(Buffer.from(text)));
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
        expect(ours).toEqual(theirs);
        if (ours !== null) taken++;
      }),
      { seed: 11, numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});

describe('what is written', () => {
  const name = fc.constantFrom('a', 'body', 'x-y', '\u00e9');
  const ns = fc.constantFrom('', 'u', client, "it's <&>");
  const text = fc
    .string({ unit: 'binary', maxLength: 6 })
    .filter((one) => /^[\x20-\ud7ff\ue000-\ufffd]*$/.test(one));
  const { tree } = fc.letrec<{ tree: Element }>((tie) => ({
    tree: fc
      .tuple(
        name,
        ns,
        fc.dictionary(fc.constantFrom('to', 'xml:lang', '{urn:x}y', "{it's}z"), text),
        fc.array(fc.oneof({ maxDepth: 4 }, text, tie('tree')), { maxLength: 4 }),
      )
      .map(([one, space, attributes, children]) => element(one, space, attributes, ...children)),
  }));

  test('reads back as it was, wherever it stands', () => {
    const plain = (of: Element): unknown => ({
      ...{ name: of.name, ns: of.ns, attributes: { ...of.attributes } },
      children: of.children.map((child) => (typeof child === 'string' ? child : plain(child))),
    });
    fc.assert(
      fc.property(tree, (one) => {
        expect(plain(parseElement(writeElement(one)))).toEqual(plain(one));
        const inside = { ns: client, prefixes: new Map() };
        expect(plain(parseElement(writeElement(one, client), inside))).toEqual(plain(one));
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });

  test('leaves out what XML cannot hold, and attributes without a value', () => {
    const odd = element('a', '', { b: undefined, c: 'x\u0000\t"' }, 'y\u0001\ud800z\r', null, '');
    expect(writeElement(odd)).toBe("<a c='x&#9;&quot;'>yz&#13;</a>");
  });
});

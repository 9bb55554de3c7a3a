import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fragmentOf, parseXml, type XmlElement } from './index.ts';

const read = (text: string) => parseXml(Buffer.from(text), { verbatim: true });

/** The path that leads through the first child at each step. */
function pathTo(root: XmlElement, depth: number): XmlElement[] {
  const path = [root];
  for (let at = 0; at < depth; at++) {
    const child = path.at(-1)?.children[0];
    if (!child) throw new Error('not so deep');
    path.push(child);
  }
  return path;
}

/** What an element means, without how it is written. */
function meaning(element: XmlElement): unknown {
  const { namespace, name, attributes, source } = element;
  return {
    namespace,
    name,
    attributes,
    content: source?.content.map((part) => (typeof part === 'string' ? part : meaning(part))),
  };
}

describe('a fragment', () => {
  test.each([
    ['<D:p xmlns:D="DAV:"><Z:a xmlns:Z="urn:z">x</Z:a></D:p>', '<Z:a xmlns:Z="urn:z">x</Z:a>'],
    ['<D:p xmlns:D="DAV:" xmlns:Z="urn:z"><Z:a>x</Z:a></D:p>', '<Z:a xmlns:Z="urn:z">x</Z:a>'],
    ['<p xmlns="DAV:"><a/></p>', '<a xmlns="DAV:"/>'],
    ['<p xmlns="DAV:"><a xmlns=""/></p>', '<a xmlns=""/>'],
    ['<p><a>1<b/>2<!-- c --><![CDATA[<3>]]></a></p>', '<a>1<b/>2&lt;3&gt;</a>'],
    ['<p xmlns:x="urn:x"><a t="x:int"/></p>', '<a xmlns:x="urn:x" t="x:int"/>'],
    ['<p xmlns:x="urn:x"><a>x:int</a></p>', '<a xmlns:x="urn:x">x:int</a>'],
    ['<p xmlns:x="urn:x"><a xmlns:x="urn:y">x:int</a></p>', '<a xmlns:x="urn:y">x:int</a>'],
    ['<p xmlns:x="urn:x"><a><b x:c="1"/></a></p>', '<a xmlns:x="urn:x"><b x:c="1"/></a>'],
    ['<p xml:lang="fr"><a/></p>', '<a xml:lang="fr"/>'],
    ['<p xml:lang="fr"><a xml:lang="it"/></p>', '<a xml:lang="it"/>'],
    ['<p><a b="&#9;&#10;&quot;&lt;&amp;">&#13;</a></p>', '<a b="&#9;&#10;&quot;&lt;&amp;">&#13;</a>'],
    ['<p><a>\u{1f980} é</a></p>', '<a>\u{1f980} é</a>'],
  ])('of %s is %s', (document, fragment) => {
    expect(fragmentOf(pathTo(read(document), 1))).toBe(fragment);
  });

  test('the language nearest to it comes along', () => {
    expect(fragmentOf(pathTo(read('<p xml:lang="fr"><q xml:lang="it"><a/></q></p>'), 2))).toBe(
      '<a xml:lang="it"/>',
    );
  });

  test('what was not read verbatim cannot be written', () => {
    expect(() => fragmentOf([parseXml(Buffer.from('<a/>'))])).toThrow('verbatim');
    expect(() => fragmentOf([])).toThrow('empty path');
  });

  test('any tree means the same when it stands by itself', () => {
    const prefix = fc.constantFrom('', 'a', 'b');
    const tree = fc.letrec((tie) => ({
      element: fc.record({
        prefix,
        declares: fc.array(fc.tuple(prefix, fc.constantFrom('urn:1', 'urn:2')), { maxLength: 2 }),
        attribute: fc.option(fc.tuple(prefix, fc.constantFrom('x', 'a:x', '\t"<&\n'))),
        content: fc.array(
          fc.oneof({ maxDepth: 3 }, fc.constantFrom('t', '<&>\r\n', ' b:c '), tie('element')),
          { maxLength: 3 },
        ),
      }),
    })).element;
    fc.assert(
      fc.property(tree, (made) => {
        const document = `<r xmlns="urn:0" xmlns:a="urn:a" xmlns:b="urn:b" xml:lang="fr">${spell(made)}</r>`;
        const path = pathTo(read(document), 1);
        const alone = read(fragmentOf(path));
        const { attributes, ...rest } = meaning(alone) as { attributes: { name: string }[] };
        const bare = { ...rest, attributes: attributes.filter(({ name }) => name !== 'lang') };
        expect(bare).toEqual(meaning(path[1] as XmlElement));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

function spell(made: unknown): string {
  const { prefix, declares, attribute, content } = made as {
    prefix: string;
    declares: [string, string][];
    attribute: [string, string] | null;
    content: unknown[];
  };
  const spelt = (text: string) => text.replace(/[&<>"\r\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
  const name = (of: string, local: string) => (of === '' ? local : `${of}:${local}`);
  const declared = [...new Map(declares)]
    .map(([of, namespace]) => ` ${of === '' ? 'xmlns' : `xmlns:${of}`}="${namespace}"`)
    .join('');
  const own = attribute === null ? '' : ` ${name(attribute[0], 'at')}="${spelt(attribute[1])}"`;
  const inner = content.map((part) => (typeof part === 'string' ? spelt(part) : spell(part))).join('');
  return `<${name(prefix, 'e')}${declared}${own}>${inner}</${name(prefix, 'e')}>`;
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StreamPiece, StreamSplitter } from './index.ts';

const head = "<stream:stream xmlns='jabber:client' xmlns:stream='s' to=\"a>b\">";
const elements = [
  '<presence/>',
  "<message to='a/b>c'><body>1 &gt; 0 > \u00e9\u{1f600}</body></message>",
  '<iq><a><![CDATA[</iq> ]] ]]]></a><b c="/"/><d / ></iq>'.replace('<d / >', '<d />'),
];

function split(octets: Uint8Array, cuts: readonly number[], bytesMax = 1_000): readonly StreamPiece[] {
  const splitter = new StreamSplitter(bytesMax);
  const pieces: StreamPiece[] = [];
  let from = 0;
  for (const to of [...cuts, octets.length]) {
    pieces.push(...splitter.write(octets.subarray(from, to)));
    from = to;
  }
  return pieces;
}

describe('a stream is cut', () => {
  const text = `<?xml version='1.0'?>\n${head} ${elements.join('\n')}\r\n</stream:stream>`;
  const octets = Buffer.from(text);
  const whole: readonly StreamPiece[] = [
    { kind: 'head', text: head },
    ...elements.map((one): StreamPiece => ({ kind: 'element', text: one })),
    { kind: 'end' },
  ];

  test('into its start tag, its elements and its end', () => {
    expect(split(octets, [])).toEqual(whole);
  });

  test('and what is quoted wrongly is not waited for', () => {
    const good = Buffer.from(`<a b = "c"  d\t=\n'e' f='"'>`);
    for (let cut = 0; cut <= good.length; cut++) expect(split(good, [cut])).toHaveLength(1);
    const wrong = [`<a xmlns='b xmlns:c='http://d'`, `<a b="c""`, `<a '`, `<a b'`, `<a b= c'`];
    for (const text of wrong)
      for (let cut = 0; cut <= text.length; cut++)
        expect(() => split(Buffer.from(text), [cut])).toThrow('a quote that begins no value');
  });

  test('the same however it arrives', () => {
    expect(
      split(
        octets,
        Array.from({ length: octets.length }, (_, at) => at),
      ),
    ).toEqual(whole);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(octets.length), { maxLength: 12 }), (cuts) => {
        expect(
          split(
            octets,
            cuts.sort((a, b) => a - b),
          ),
        ).toEqual(whole);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  test('anew within the same octets, however they arrive', () => {
    const twice = Buffer.from(`${head}<a/><?xml version='1.0'?>${head}<b c='\u00e9\u{1f600}'/>`);
    for (let cut = 0; cut <= twice.length; cut++) {
      const splitter = new StreamSplitter(1_000);
      const texts: string[] = [];
      for (const octets of [twice.subarray(0, cut), twice.subarray(cut)]) {
        for (const piece of splitter.write(octets)) {
          texts.push(piece.kind === 'end' ? 'end' : piece.text);
          if (piece.kind === 'element' && piece.text === '<a/>') splitter.restart();
        }
      }
      expect(texts).toEqual([head, '<a/>', head, "<b c='\u00e9\u{1f600}'/>"]);
    }
  });

  test('again from its beginning, and what was half there is forgotten', () => {
    const splitter = new StreamSplitter(1_000);
    expect([...splitter.write(Buffer.from(`${head}<a`))]).toHaveLength(1);
    splitter.restart();
    expect([...splitter.write(octets)]).toEqual(whole);
  });

  test('piece by piece: who stops listening reads no further', () => {
    const splitter = new StreamSplitter(1_000);
    const pieces = splitter.write(Buffer.from(`${head}<starttls/><injected/>`));
    expect(pieces.next().value).toMatchObject({ kind: 'head' });
    expect(pieces.next().value).toEqual({ kind: 'element', text: '<starttls/>' });
    splitter.restart();
    expect([...splitter.write(Buffer.from(head))]).toEqual([{ kind: 'head', text: head }]);
  });
});

describe('is refused', () => {
  test.each([
    ['text before it', 'x', 'malformed'],
    ['text between elements', `${head}x`, 'malformed'],
    ['a comment', `${head}<!-- -->`, 'restricted'],
    ['a comment in an element', `${head}<a><!-- --></a>`, 'restricted'],
    ['an instruction', `${head}<?a?>`, 'restricted'],
    ['an instruction in an element', `${head}<a><?b?></a>`, 'restricted'],
    ['two declarations', `<?xml?><?xml?>${head}`, 'restricted'],
    ['a document type', '<!DOCTYPE a>', 'restricted'],
    ['a section between elements', `${head}<![CDATA[]]>`, 'restricted'],
    ['an element that is too long', `${head}<a>${'x'.repeat(1_000)}`, 'too-much'],
    ['what is not UTF-8', Buffer.from([0x3c, 0xff]), 'encoding'],
    ['UTF-8 of a surrogate', Buffer.from([0x3c, 0xed, 0xa0, 0x80]), 'encoding'],
  ])('%s', (_, what, kind) => {
    expect(() => split(Buffer.from(what), [])).toThrow(expect.objectContaining({ kind }));
  });

  test('an element longer than bytesMax, before it is whole, and counted in octets', () => {
    const of = (bytes: number) => `<a>${'x'.repeat(bytes - 7)}</a>`;
    const most = head.length;
    expect(split(Buffer.from(head + of(most)), [], most)).toHaveLength(2);
    expect(() => split(Buffer.from(head + of(most + 1)), [], most)).toThrow('longer than');
    expect(() => split(Buffer.from(`${head}<a>${'x'.repeat(most)}`), [], most)).toThrow('longer than');
    const wide = `<a>${'\u00e9'.repeat(most - 10)}</a>`;
    expect(wide.length).toBeLessThan(most);
    expect(() => split(Buffer.from(head + wide), [], most)).toThrow('longer than');
    expect(() => split(Buffer.from(`<?xml ${'x'.repeat(most)}`), [], most)).toThrow('longer than');
  });
});

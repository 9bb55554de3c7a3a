import { describe, expect, test } from 'vitest';
import { SyntaxFault } from './fault.ts';
import type { FetchItemParser } from './fetch-items.ts';
import { decodeAll, decoderOf } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import { formatSection, type Section } from './sections.ts';

const body = (section: Section, peek = false, partial: unknown = null) => ({
  item: 'BODY[]',
  peek,
  section,
  partial,
});
const section = (part: number[], text: Section['text'] = null, fields: string[] = []): Section => ({
  part,
  text,
  fields,
});

describe('fetchItems', () => {
  test.each<[string, unknown[]]>([
    ['FLAGS', [{ item: 'FLAGS' }]],
    ['uid', [{ item: 'UID' }]],
    ['FAST', [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }]],
    ['all', [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }, { item: 'ENVELOPE' }]],
    [
      'Full',
      [
        { item: 'FLAGS' },
        { item: 'INTERNALDATE' },
        { item: 'RFC822.SIZE' },
        { item: 'ENVELOPE' },
        { item: 'BODY' },
      ],
    ],
    ['(FLAGS UID MODSEQ)', [{ item: 'FLAGS' }, { item: 'UID' }, { item: 'MODSEQ' }]],
    [
      '(RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)',
      [{ item: 'RFC822' }, { item: 'RFC822.HEADER' }, { item: 'RFC822.TEXT' }, { item: 'RFC822.SIZE' }],
    ],
    ['BODY', [{ item: 'BODY' }]],
    ['(BODY BODYSTRUCTURE)', [{ item: 'BODY' }, { item: 'BODYSTRUCTURE' }]],
    ['BODY[]', [body(section([]))]],
    ['body.peek[text]<0.100>', [body(section([], 'TEXT'), true, { offset: 0, length: 100 })]],
    ['BODY[HEADER]', [body(section([], 'HEADER'))]],
    ['BODY[1]', [body(section([1]))]],
    ['BODY[1.2.MIME]', [body(section([1, 2], 'MIME'))]],
    ['BODY[4.1.HEADER]', [body(section([4, 1], 'HEADER'))]],
    ['BODY.PEEK[2.TEXT]', [body(section([2], 'TEXT'), true)]],
    [
      'BODY[HEADER.FIELDS ("Odd Name" "a:b")]',
      [body(section([], 'HEADER.FIELDS', ['Odd Name', 'a:b']), false)],
    ],
    ['BODY.PEEK[HEADER.FIELDS (Date "from")]', [body(section([], 'HEADER.FIELDS', ['Date', 'from']), true)]],
    [
      'BODY[3.HEADER.FIELDS.NOT ({7}\r\nSubject)]<5.6>',
      [body(section([3], 'HEADER.FIELDS.NOT', ['Subject']), false, { offset: 5, length: 6 })],
    ],
    ['BINARY[]', [{ item: 'BINARY[]', peek: false, part: [], partial: null }]],
    [
      'BINARY.PEEK[1.2]<7.8>',
      [{ item: 'BINARY[]', peek: true, part: [1, 2], partial: { offset: 7, length: 8 } }],
    ],
    ['BINARY.SIZE[3]', [{ item: 'BINARY.SIZE[]', part: [3] }]],
  ])('%j', (wire, items) => {
    expect(decodeAll(wire, (d) => d.fetchItems())).toEqual(items);
  });

  test.each([
    ['', 'expected a FETCH item'],
    ['()', 'an empty list of FETCH items'],
    ['(FLAGS', "a space or ')'"],
    ['(FLAGS  UID)', 'expected a FETCH item'],
    ['(ALL)', "unknown FETCH item 'ALL'"],
    ['(FLAGS FULL)', "unknown FETCH item 'FULL'"],
    ['FLAGS UID', 'end of the command'],
    ['FOO', "unknown FETCH item 'FOO'"],
    ['BODYSTRUCTUR', 'unknown FETCH item'],
    ['BODY.PEEK', "expected '['"],
    ['BODY[', 'expected a section'],
    ['BODY[1', "expected ']'"],
    ['BODY[1TEXT]', "expected ']'"],
    ['BODY[1.2HEADER]', "expected ']'"],
    ['BINARY[1.TEXT]', "expected ']'"],
    ['BODY[0]', 'expected a number from 1'],
    ['BODY[1.]', "may not end with '.'"],
    ['BODY[.1]', 'expected HEADER'],
    ['BODY[MIME]', 'expected HEADER'],
    ['BODY[1.FOO]', 'expected HEADER'],
    ['BODY[TEXT.1]', 'expected HEADER'],
    ['BODY[HEADER.FIELDS]', 'expected a space'],
    ['BODY[HEADER.FIELDS ()]', 'an empty list of header fields'],
    ['BODY[HEADER.FIELDS ("")]', 'printable ASCII'],
    ['BODY[HEADER.FIELDS ({4}\r\na\r\nb)]', 'printable ASCII'],
    ['BODY[HEADER.FIELDS (é)]', 'expected a header field name'],
    ['BODY[]<1.0>', 'from 1'],
    ['BINARY[TEXT]', 'expected a number'],
    ['BINARY.SIZE', "expected '['"],
    ['BINARY.SIZE[1]<0.1>', 'end of the command'],
    ['RFC822.PEEK', 'unknown FETCH item'],
    ['constructor', 'unknown FETCH item'],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.fetchItems())).toThrow(SyntaxFault);
    expect(() => decodeAll(wire, (d) => d.fetchItems())).toThrow(why);
  });

  test('an extension brings its items by a table', () => {
    const table = new Map<string, FetchItemParser>([
      ['EMAILID', () => null],
      [
        'PREVIEW',
        (d) => {
          if (!d.tryChar(' ')) return false;
          return d.list((e) => e.keyword(), { min: 1, max: 1, what: 'modifiers' }).includes('LAZY');
        },
      ],
    ]);
    expect(decodeAll('(emailid FLAGS PREVIEW (LAZY))', (d) => d.fetchItems(table))).toEqual([
      { item: 'extension', name: 'EMAILID', value: null },
      { item: 'FLAGS' },
      { item: 'extension', name: 'PREVIEW', value: true },
    ]);
    expect(() => decodeAll('EMAILID', (d) => d.fetchItems())).toThrow("unknown FETCH item 'EMAILID'");
  });

  test('the fault names the place of the item', () => {
    expect(() => decoderOf('(FLAGS FOO)').fetchItems()).toThrow(expect.objectContaining({ offset: 7 }));
  });

  test('limits', () => {
    const many = (count: number) => `(${Array(count).fill('UID').join(' ')})`;
    expect(decodeAll(many(wireLimits.fetchItemsMax), (d) => d.fetchItems())).toHaveLength(250);
    expect(() => decodeAll(many(wireLimits.fetchItemsMax + 1), (d) => d.fetchItems())).toThrow(
      'more than 250 FETCH items',
    );
    const part = (levels: number) => `BODY[${Array(levels).fill('1').join('.')}]`;
    expect(() => decodeAll(part(wireLimits.sectionPartsMax), (d) => d.fetchItems())).not.toThrow();
    expect(() => decodeAll(part(wireLimits.sectionPartsMax + 1), (d) => d.fetchItems())).toThrow(
      'more than 100 levels',
    );
    const fields = (count: number) => `BODY[HEADER.FIELDS (${Array(count).fill('a').join(' ')})]`;
    expect(() => decodeAll(fields(wireLimits.headerFieldsMax), (d) => d.fetchItems())).not.toThrow();
    expect(() => decodeAll(fields(wireLimits.headerFieldsMax + 1), (d) => d.fetchItems())).toThrow(
      'more than 500 header fields',
    );
  });
});

describe('formatSection', () => {
  test.each([
    ['[]', '[]'],
    ['[1.2]', '[1.2]'],
    ['[1.mime]', '[1.MIME]'],
    ['[header.fields (Date FROM)]', '[HEADER.FIELDS (Date FROM)]'],
    ['[2.HEADER.FIELDS.NOT ("a(b" "q\\"")]', '[2.HEADER.FIELDS.NOT ("a(b" "q\\"")]'],
  ])('%s is answered as %s', (asked, answered) => {
    const [item] = decodeAll(`BODY${asked}`, (d) => d.fetchItems());
    if (item?.item !== 'BODY[]') throw new Error('not a section');
    expect(formatSection(item.section)).toBe(answered);
    const [again] = decodeAll(`BODY${answered}`, (d) => d.fetchItems());
    expect(again).toEqual(item);
  });
});

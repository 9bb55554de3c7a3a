import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from './decoder.ts';
import { SyntaxFault } from './fault.ts';
import { decodeAll, decoderOf } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import { literalAtEnd } from './literals.ts';

type Read = (decoder: Decoder) => unknown;

const productions: Record<string, { read: Read; good: [string, unknown][]; bad: [string, string][] }> = {
  atom: {
    read: (d) => d.atom(),
    good: [
      ['INBOX', 'INBOX'],
      ['a+b[c~&', 'a+b[c~&'],
    ],
    bad: [
      ['', 'expected an atom, found the end of the command'],
      ['(', "expected an atom, found '('"],
      ['a]', "found ']'"],
      ['a%', "found '%'"],
      ['é', 'something else'],
      ['{1}\r\nx', 'found a literal'],
    ],
  },
  tag: {
    read: (d) => d.tag(),
    good: [
      ['A001', 'A001'],
      ['a.b]', 'a.b]'],
    ],
    bad: [
      ['+', 'expected a tag'],
      ['a+', 'end of the command'],
      ['*', 'expected a tag'],
      ['', 'expected a tag'],
    ],
  },
  number: {
    read: (d) => d.number(),
    good: [
      ['0', 0],
      ['4294967295', 4_294_967_295],
      ['0000000000000000000000012', 12],
    ],
    bad: [
      ['4294967296', '32 bits'],
      ['-1', 'expected a number'],
      ['', 'expected a number'],
      ['1x', 'end of the command'],
      ['9'.repeat(10_000), '32 bits'],
    ],
  },
  nzNumber: {
    read: (d) => d.nzNumber(),
    good: [['1', 1]],
    bad: [
      ['0', 'from 1'],
      ['01', 'from 1'],
    ],
  },
  number64: {
    read: (d) => d.number64(),
    good: [
      ['0', 0],
      ['9007199254740991', Number.MAX_SAFE_INTEGER],
      ['9223372036854775807', Number.MAX_SAFE_INTEGER],
    ],
    bad: [
      ['9223372036854775808', '63 bits'],
      ['99999999999999999999', '63 bits'],
    ],
  },
  modSequenceValue: {
    read: (d) => d.modSequenceValue(),
    good: [['715194045007', 715_194_045_007]],
    bad: [
      ['0', 'at least 1'],
      ['', 'expected a number'],
    ],
  },
  modSequenceValzer: { read: (d) => d.modSequenceValzer(), good: [['0', 0]], bad: [['x', 'a number']] },
  quoted: {
    read: (d) => d.quoted(),
    good: [
      ['""', ''],
      ['"a b"', 'a b'],
      ['"a\\"b\\\\"', 'a"b\\'],
      ['"é😀"', 'é😀'],
      ['"{5}"', '{5}'],
      ['"\ta"', '\ta'],
    ],
    bad: [
      ['"', 'not closed'],
      ['"a', 'not closed'],
      ['"a\\', "may follow '\\'"],
      ['"a\\n"', "may follow '\\'"],
      ['"a\\"', 'not closed'],
      ['"a\0"', 'NUL'],
      ['"a\nb"', 'LF'],
      ['"a\rb"', 'CR'],
      ['a', 'expected'],
    ],
  },
  string: {
    read: (d) => d.string(),
    good: [
      ['"x"', 'x'],
      ['{3}\r\na\r\n', 'a\r\n'],
      ['{0+}\r\n', ''],
      ['{4+}\r\n"é(', '"é('],
    ],
    bad: [
      ['x', 'expected a quoted string or a literal'],
      ['~{1}\r\nx', 'literal8'],
      ['{1}\r\n\0', 'NUL'],
      ['{3', 'expected a quoted string or a literal'],
      ['{3}', 'expected a quoted string or a literal'],
    ],
  },
  nstring: {
    read: (d) => d.nstring(),
    good: [
      ['NIL', null],
      ['nil', null],
      ['"NIL"', 'NIL'],
    ],
    bad: [
      ['NILS', 'expected a quoted string'],
      ['', 'expected a quoted string'],
    ],
  },
  astring: {
    read: (d) => d.astring(),
    good: [
      ['a]b', 'a]b'],
      ['NIL', 'NIL'],
      ['"a b"', 'a b'],
      ['{2}\r\na ', 'a '],
      ['~a', '~a'],
    ],
    bad: [
      ['', 'expected a string'],
      ['a*', "found '*'"],
      ['é', 'expected a string'],
      ['{1}\r\nx{1}\r\ny', 'found a literal'],
    ],
  },
  flag: {
    read: (d) => d.flag(),
    good: [
      ['\\sEEn', '\\Seen'],
      ['\\Recent', '\\Recent'],
      ['$Forwarded', '$Forwarded'],
      ['\\X-new', '\\X-new'],
    ],
    bad: [
      ['\\', 'expected a flag'],
      ['\\*', 'expected a flag'],
      ['"x"', 'expected a flag'],
      ['a'.repeat(wireLimits.flagBytesMax + 1), 'flag of more than'],
      [`\\${'a'.repeat(wireLimits.flagBytesMax)}`, 'flag of more than'],
    ],
  },
  flagList: {
    read: (d) => d.flagList(),
    good: [
      ['()', []],
      ['(\\Seen)', ['\\Seen']],
      ['(\\Seen $A \\SEEN $a)', ['\\Seen', '$A']],
    ],
    bad: [
      ['(\\Seen', "a space or ')'"],
      ['(\\Seen )', 'expected a flag'],
      ['( \\Seen)', 'expected a flag'],
      ['(a  b)', 'expected a flag'],
      [`(${Array.from({ length: wireLimits.flagsMax + 1 }, (_, i) => `k${i}`).join(' ')})`, 'more than 200'],
    ],
  },
  sequenceSet: {
    read: (d) => d.sequenceSet().toString(),
    good: [
      ['1:*,3', '1:*,3'],
      ['$', '$'],
    ],
    bad: [
      ['', 'expected a sequence set'],
      ['a', 'expected a sequence set'],
      ['1,', 'expected a number'],
      ['1;2', 'end of the command'],
    ],
  },
  uidSet: {
    read: (d) => d.uidSet().toString(),
    good: [['1:4,9', '1:4,9']],
    bad: [
      ['1:*', 'not allowed in this set'],
      ['$', 'not allowed in this set'],
    ],
  },
  date: {
    read: (d) => d.date(),
    good: [
      ['1-Feb-1994', { year: 1994, month: 2, day: 1, utcMs: Date.UTC(1994, 1, 1) }],
      ['"01-feb-1994"', { year: 1994, month: 2, day: 1, utcMs: Date.UTC(1994, 1, 1) }],
      ['29-Feb-2000', { year: 2000, month: 2, day: 29, utcMs: Date.UTC(2000, 1, 29) }],
      ['1-Jan-0001', { year: 1, month: 1, day: 1, utcMs: -62_135_596_800_000 }],
    ],
    bad: [
      ['29-Feb-1900', 'expected a date'],
      ['0-Jan-2000', 'expected a date'],
      ['32-Jan-2000', 'expected a date'],
      ['1-Foo-2000', 'expected a date'],
      ['1-Jan-20000', 'expected a date'],
      ['1-Jan-99', 'expected a date'],
      ['2000-01-01', 'expected a date'],
      ['" 1-Jan-2000"', 'expected a date'],
      ['', 'expected a date'],
    ],
  },
  dateTime: {
    read: (d) => d.dateTime(),
    good: [
      ['"17-Jul-1996 02:44:25 -0700"', { timeMs: Date.UTC(1996, 6, 17, 9, 44, 25), zoneMinutes: -420 }],
      ['" 7-JUL-1996 02:44:25 +0530"', { timeMs: Date.UTC(1996, 6, 6, 21, 14, 25), zoneMinutes: 330 }],
      ['"31-Dec-2016 23:59:60 -0000"', { timeMs: Date.UTC(2017, 0, 1), zoneMinutes: 0 }],
    ],
    bad: [
      ['"7-Jul-1996 02:44:25 -0700"', 'date and time'],
      ['"17-Jul-1996 24:00:00 -0700"', 'date and time'],
      ['"17-Jul-1996 02:60:25 -0700"', 'date and time'],
      ['"17-Jul-1996 02:44:61 -0700"', 'date and time'],
      ['"17-Jul-1996 02:44:25 -0760"', 'date and time'],
      ['"17-Jul-1996 02:44:25 GMT"', 'date and time'],
      ['"31-Jun-1996 02:44:25 +0000"', 'date and time'],
      ['17-Jul-1996', "expected '\"'"],
    ],
  },
  partial: {
    read: (d) => d.partial(),
    good: [
      ['', null],
      ['<0.1>', { offset: 0, length: 1 }],
      ['<4294967296.99>', { offset: 4_294_967_296, length: 99 }],
    ],
    bad: [
      ['<0.0>', 'from 1'],
      ['<0>', "expected '.'"],
      ['<.1>', 'a number'],
      ['<0.1', "expected '>'"],
      ['<-1.1>', 'a number'],
    ],
  },
  idParameters: {
    read: (d) => [...d.idParameters()],
    good: [
      ['NIL', []],
      ['()', []],
      [
        '("Name" "imap fox" "version" NIL)',
        [
          ['name', 'imap fox'],
          ['version', null],
        ],
      ],
      ['("name" {3}\r\na b)', [['name', 'a b']]],
    ],
    bad: [
      ['("name")', 'expected a space'],
      ['(name "x")', 'expected a quoted string'],
      ['("name" x)', 'expected a quoted string'],
      [`("${'n'.repeat(31)}" NIL)`, 'ID field name of more than 30'],
      [`("n" "${'v'.repeat(1025)}")`, 'ID value of more than 1024'],
      [`(${'"n" NIL '.repeat(30)}"n" NIL)`, 'more than 30 ID fields'],
    ],
  },
};

for (const [name, { read, good, bad }] of Object.entries(productions)) {
  describe(name, () => {
    test.each(good)('%j is %j', (wire, value) => {
      expect(decodeAll(wire, read)).toEqual(value);
    });
    test.each(bad)('%j is refused: %s', (wire, why) => {
      expect(() => decodeAll(wire, read)).toThrow(SyntaxFault);
      expect(() => decodeAll(wire, read)).toThrow(why);
    });
  });
}

describe('characters', () => {
  test('a whole command, word by word', () => {
    const decoder = decoderOf('A1 LOGIN joe {4+}\r\np"w) ');
    expect(decoder.tag()).toBe('A1');
    decoder.sp();
    expect(decoder.tryKeyword('LOG')).toBe(false);
    expect(decoder.tryKeyword('LOGIN')).toBe(true);
    decoder.sp();
    expect(decoder.peek()).toBe('j');
    expect(decoder.tryChar('x')).toBe(false);
    expect(decoder.astring()).toBe('joe');
    decoder.sp();
    expect(decoder.peek()).toBe('{');
    expect(decoder.tryChar('{')).toBe(false);
    expect(decoder.atLiteral).toBe(true);
    expect(decoder.literal().toString()).toBe('p"w)');
    expect(() => decoder.crlf()).toThrow('expected the end of the command, found a space');
    decoder.sp();
    decoder.crlf();
    expect(decoder.peek()).toBe('');
    expect(decoder.atEnd).toBe(true);
  });

  test('offsets count literals and their line ends', () => {
    const decoder = decoderOf('A1 X {4+}\r\nab\r\n (');
    decoder.tag();
    decoder.sp();
    decoder.atom();
    decoder.sp();
    expect(decoder.offset).toBe(5);
    decoder.literal();
    expect(decoder.offset).toBe(15);
    decoder.sp();
    expect(() => decoder.atom()).toThrow(expect.objectContaining({ name: 'SyntaxFault', offset: 16 }));
  });

  test("a fault never shows what may be a password's character", () => {
    expect(() => decodeAll('"secret"x', (d) => d.quoted())).toThrow(
      /^expected the end of the command, found something else$/,
    );
  });

  test('malformed UTF-8 in a string is refused, valid UTF-8 is Unicode', () => {
    const bad = Buffer.concat([Buffer.from('"a'), Buffer.from([0xc3]), Buffer.from('"')]);
    expect(() => decodeAll(bad, (d) => d.quoted())).toThrow('not valid UTF-8');
    const overlong = Buffer.concat([Buffer.from('{2}\r\n'), Buffer.from([0xc0, 0xaf])]);
    expect(() => decodeAll(overlong, (d) => d.string())).toThrow('not valid UTF-8');
    expect(decodeAll(overlong, (d) => d.astringBytes())).toEqual(Buffer.from([0xc0, 0xaf]));
  });

  test('a spooled literal is handed over and is no string', () => {
    const handle = { any: 'thing' };
    const parts = () => [
      { kind: 'text' as const, bytes: Buffer.from('~{9000000000}') },
      { kind: 'spooled' as const, size: 9_000_000_000, handle, binary: true },
      { kind: 'text' as const, bytes: Buffer.from(' x') },
    ];
    const decoder = new Decoder(parts());
    expect(decoder.takeLiteral()).toMatchObject({ kind: 'spooled', handle });
    expect(decoder.offset).toBe(9_000_000_015);
    decoder.sp();
    expect(() => new Decoder(parts()).astring()).toThrow('too large here');
  });

  test('literals are counted', () => {
    const read = (d: Decoder) => d.list((e) => e.astring(), { max: 5000, what: 'strings' });
    const wire = (count: number) => `(${Array(count).fill('{0+}\r\n').join(' ')})`;
    expect(decodeAll(wire(wireLimits.commandLiteralsMax), read)).toHaveLength(1000);
    expect(() => decodeAll(wire(wireLimits.commandLiteralsMax + 1), read)).toThrow('more than 1000 literals');
  });

  test('parts that are no command are our own mistake', () => {
    const text = (value: string) => ({ kind: 'text' as const, bytes: Buffer.from(value) });
    const literal = { kind: 'literal' as const, bytes: Buffer.from('abc'), binary: false };
    expect(() => new Decoder([literal])).toThrow(TypeError);
    expect(() => new Decoder([text('x {3}'), literal, literal])).toThrow(TypeError);
    expect(() => new Decoder([text('x'), text('y')])).toThrow(TypeError);
    expect(() => new Decoder([text('x {4}'), literal])).toThrow(TypeError);
    expect(() => new Decoder([text('x ~{3}'), literal])).toThrow(TypeError);
    expect(() => new Decoder([text('x '), literal])).toThrow(TypeError);
    expect(new Decoder([]).atEnd).toBe(true);
    expect(new Decoder([text('x {3}')]).atom()).toBe('x');
  });
});

describe('mailbox names', () => {
  test.each([
    ['inbox', 'INBOX'],
    ['"InBoX"', 'INBOX'],
    ['inbox/x', 'inbox/x'],
    ['""', ''],
    ['Entw&APw-rfe', 'Entwürfe'],
    ['{10}\r\n&U,BTFw- b', '台北 b'],
  ])('rev1: %j is %s', (wire, name) => {
    expect(decodeAll(wire, (d) => d.mailbox())).toBe(name);
  });

  test.each([
    ['"Entwürfe"', 'Entwürfe'],
    ['A&B', 'A&B'],
    ['Entw&APw-rfe', 'Entw&APw-rfe'],
    ['{9}\r\nEntwürfe', 'Entwürfe'],
    ['iNBOX', 'INBOX'],
  ])('UTF-8: %j is %s', (wire, name) => {
    expect(decodeAll(wire, (d) => d.mailbox(), { utf8: true })).toBe(name);
  });

  test.each([
    ['"Entwürfe"', 'modified UTF-7'],
    ['A&B', 'modified UTF-7'],
    ['a b', 'end of the command'],
    ['a*', "found '*'"],
    ['', 'expected a mailbox name'],
    [`"${'x'.repeat(wireLimits.mailboxNameBytesMax + 1)}"`, 'mailbox name of more than 1024'],
  ])('rev1: %j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.mailbox())).toThrow(SyntaxFault);
    expect(() => decodeAll(wire, (d) => d.mailbox())).toThrow(why);
  });

  test.each([
    ['%', '%'],
    ['*', '*'],
    ['INBOX/%', 'INBOX/%'],
    ['""', ''],
    ['"*"', '*'],
    ['&AOk-*', 'é*'],
  ])('pattern %j is %s', (wire, pattern) => {
    expect(decodeAll(wire, (d) => d.listMailbox())).toBe(pattern);
  });

  test('a pattern may not be empty without quotes', () => {
    expect(() => decodeAll('', (d) => d.listMailbox())).toThrow('expected a mailbox name or pattern');
  });
});

describe('lists', () => {
  const nested = (depth: number) => '('.repeat(depth) + ')'.repeat(depth);
  const read = (d: Decoder): unknown => d.list(read, { max: 10, what: 'lists' });

  test('nesting up to the limit is read, deeper is refused without a deep stack', () => {
    expect(() => decodeAll(nested(wireLimits.nestingDepthMax), read)).not.toThrow();
    expect(() => decodeAll(nested(wireLimits.nestingDepthMax + 1), read)).toThrow('nested deeper than 100');
    expect(() => decodeAll(nested(100_000), read)).toThrow(SyntaxFault);
  });

  test('lists side by side are not nested', () => {
    const decoder = decoderOf('() '.repeat(1000));
    for (let i = 0; i < 1000; i++) {
      expect(decoder.list((d) => d.atom(), { max: 1, what: 'atoms' })).toEqual([]);
      decoder.sp();
    }
  });

  test('bounds', () => {
    const bounded = (d: Decoder) => d.list((e) => e.atom(), { min: 1, max: 2, what: 'atoms' });
    expect(decodeAll('(a b)', bounded)).toEqual(['a', 'b']);
    expect(() => decodeAll('()', bounded)).toThrow('an empty list of atoms');
    expect(() => decodeAll('(a b c)', bounded)).toThrow('more than 2 atoms');
  });
});

describe('literalAtEnd', () => {
  test.each([
    ['A APPEND x {310}', { size: 310, sync: true, binary: false, start: 11 }],
    ['{0+}', { size: 0, sync: false, binary: false, start: 0 }],
    ['x ~{7}', { size: 7, sync: true, binary: true, start: 2 }],
    ['~{7+}', { size: 7, sync: false, binary: true, start: 0 }],
    ['{4294967296}', { size: 4_294_967_296, sync: true, binary: false, start: 0 }],
    [`{${'9'.repeat(1000)}+}`, { size: Number.MAX_SAFE_INTEGER, sync: false, binary: false, start: 0 }],
    ['', null],
    ['}', null],
    ['{}', null],
    ['{+}', null],
    ['{1-}', null],
    ['{ 1}', null],
    ['{1} ', null],
    ['1}', null],
    ['{1++}', null],
    ['{-1}', null],
    ['"{1}"', null],
  ])('%j', (line, marker) => {
    expect(literalAtEnd(Buffer.from(line))).toEqual(marker);
  });
});

test('a quoted string or a literal carries any text without NUL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const text = raw.toWellFormed().replaceAll('\0', '');
      expect(decodeAll(`{${Buffer.byteLength(text)}}\r\n${text}`, (d) => d.astring())).toBe(text);
      const line = text.replace(/[\r\n]/g, '');
      expect(decodeAll(`"${line.replace(/["\\]/g, '\\$&')}"`, (d) => d.astring())).toBe(line);
    }),
    { seed: 9051, numRuns: 500 },
  );
});

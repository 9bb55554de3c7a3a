import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockPool } from './block-pool.ts';
import { ResponseWriter } from './encoder.ts';
import { decodeAll } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import { formatResponseCode, type ResponseCode } from './response-code.ts';
import { SequenceSet } from './sequence-set.ts';

function written(write: (writer: ResponseWriter) => unknown, utf8 = false): string {
  const writer = new ResponseWriter({ utf8 });
  write(writer);
  return Buffer.concat(writer.take()).toString();
}

describe('status responses', () => {
  test.each<[string, (w: ResponseWriter) => unknown]>([
    ['A1 OK done\r\n', (w) => w.tagged('A1', 'OK', null, 'done')],
    ['A1 NO [TRYCREATE] no such mailbox\r\n', (w) => w.tagged('A1', 'NO', 'TRYCREATE', 'no such mailbox')],
    ['* BYE bye\r\n', (w) => w.untagged('BYE', null, 'bye')],
    [
      '* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi\r\n',
      (w) => w.untagged('PREAUTH', { code: 'CAPABILITY', capabilities: ['IMAP4rev1', 'IDLE'] }, 'hi'),
    ],
    ['+ \r\n', (w) => w.continuation()],
    ['+ go on\r\n', (w) => w.continuation('go on')],
    ['* 23 EXISTS\r\n', (w) => w.numbered(23, 'EXISTS').crlf()],
    ['* SEARCH 2 84\r\n', (w) => w.data('SEARCH').sp().number(2).sp().number(84).crlf()],
    ['* SEARCH 2 84\r\n', (w) => w.data('SEARCH').numbers([2, 84]).crlf()],
    ['* THREAD (20)\r\n', (w) => w.data('THREAD').sp().octet(0x28).digits(20).octet(0x29).crlf()],
    // What came from elsewhere does not become a line, a code or an octet that the client did not ask for.
    ['A1 NO a  * BYE b\r\n', (w) => w.tagged('A1', 'NO', null, 'a\r\n* BYE b')],
    ['A1 NO (ALERT] x\r\n', (w) => w.tagged('A1', 'NO', null, '[ALERT] x')],
    ['A1 NO [ALERT] [x]\r\n', (w) => w.tagged('A1', 'NO', 'ALERT', '[x]')],
    ['A1 OK caf? ?\r\n', (w) => w.tagged('A1', 'OK', null, 'café 😀')],
    ['A1 OK OK\r\n', (w) => w.tagged('A1', 'OK', null, '')],
  ])('%j', (line, write) => {
    expect(written(write)).toBe(line);
  });

  test('UTF-8 text once it is enabled', () => {
    expect(written((w) => w.tagged('A1', 'OK', null, 'café'), true)).toBe('A1 OK café\r\n');
  });

  test.each<[string, ResponseCode]>([
    ['READ-ONLY', 'READ-ONLY'],
    ['BADCHARSET', { code: 'BADCHARSET', charsets: [] }],
    ['BADCHARSET (UTF-8 US-ASCII)', { code: 'BADCHARSET', charsets: ['UTF-8', 'US-ASCII'] }],
    ['PERMANENTFLAGS (\\Seen \\*)', { code: 'PERMANENTFLAGS', flags: ['\\Seen', '\\*'] }],
    ['PERMANENTFLAGS ()', { code: 'PERMANENTFLAGS', flags: [] }],
    ['UIDNEXT 4', { code: 'UIDNEXT', value: 4 }],
    ['HIGHESTMODSEQ 715194045007', { code: 'HIGHESTMODSEQ', value: 715_194_045_007 }],
    ['APPENDUID 38505 3955', { code: 'APPENDUID', uidValidity: 38_505, uids: SequenceSet.of([3955]) }],
    [
      'COPYUID 38505 304,319:320 3956:3958',
      {
        code: 'COPYUID',
        uidValidity: 38_505,
        from: SequenceSet.of([304, 319, 320]),
        to: SequenceSet.of([3956, 3957, 3958]),
      },
    ],
    ['MODIFIED 7,9', { code: 'MODIFIED', set: SequenceSet.of([7, 9]) }],
    ['MAILBOXID (F2212ea87-6097)', { code: 'MAILBOXID', id: 'F2212ea87-6097' }],
  ])('code %s', (text, code) => {
    expect(formatResponseCode(code)).toBe(text);
    expect(written((w) => w.untagged('OK', code, 'x'))).toBe(`* OK [${text}] x\r\n`);
  });

  test.each<[string, (w: ResponseWriter) => unknown]>([
    ['a tag with a line end', (w) => w.tagged('a\r\n', 'OK', null, 'x')],
    ['an empty tag', (w) => w.tagged('', 'OK', null, 'x')],
    ["a ']' in a code", (w) => w.untagged('OK', { code: 'MAILBOXID', id: 'a]' }, 'x')],
    ['a line end in a code', (w) => w.untagged('OK', { code: 'CAPABILITY', capabilities: ['a\r\nb'] }, 'x')],
    ['a flag with a space', (w) => w.flags(['a b'])],
    ['a flag with a parenthesis', (w) => w.flags(['\\Seen)'])],
    ['an empty flag', (w) => w.flags([''])],
    ['an atom with a space', (w) => w.atom('a b')],
    ['a negative number', (w) => w.number(-1)],
    ['no number', (w) => w.number(Number.NaN)],
    ['an empty set', (w) => w.sequenceSet([])],
  ])('our own mistake throws: %s', (_, write) => {
    expect(() => written(write)).toThrow();
  });
});

describe('strings', () => {
  test.each([
    ['', '""'],
    ['a b', '"a b"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ['a\r\nb', '{4}\r\na\r\nb'],
    ['a\tb', '{3}\r\na\tb'],
    ['a\0b', '{3}\r\na?b'],
    ['é', '{2}\r\né'],
    ['x'.repeat(1001), `{1001}\r\n${'x'.repeat(1001)}`],
  ])('string %j', (text, wire) => {
    expect(written((w) => w.string(text))).toBe(wire);
  });

  test.each([
    ['abc', 'abc'],
    ['NIL', '"NIL"'],
    ['nil', '"nil"'],
    ['', '""'],
    ['a]b', 'a]b'],
    ['a(b', '"a(b"'],
    ['a%b', '"a%b"'],
  ])('astring %j', (text, wire) => {
    expect(written((w) => w.astring(text))).toBe(wire);
  });

  test('UTF-8 is quoted once it is enabled', () => {
    expect(written((w) => w.string('é"'), true)).toBe('"é\\""');
  });

  test('nstring', () => {
    expect(written((w) => w.nstring(null).sp().nstring('NIL'))).toBe('NIL "NIL"');
  });

  test.each([
    ['INBOX', 'INBOX', 'INBOX'],
    ['Entwürfe', 'Entw&APw-rfe', '"Entwürfe"'],
    ['A & B', '"A &- B"', '"A & B"'],
    ['a\nb', 'a&AAo-b', '{3}\r\na\nb'],
  ])('mailbox %j', (name, rev1, utf8) => {
    expect(written((w) => w.mailbox(name))).toBe(rev1);
    expect(written((w) => w.mailbox(name), true)).toBe(utf8);
  });

  test('a string comes back from the decoder, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (raw, utf8) => {
        const text = raw.toWellFormed().replaceAll('\0', '');
        expect(
          decodeAll(
            written((w) => w.astring(text), utf8),
            (d) => d.astring(),
          ),
        ).toBe(text);
        if (text.length < 200 && text.toUpperCase() !== 'INBOX') {
          const mailbox = written((w) => w.mailbox(text), utf8);
          expect(decodeAll(mailbox, (d) => d.mailbox(), { utf8 })).toBe(text);
        }
      }),
      { seed: 9051, numRuns: 1000 },
    );
  });
});

describe('values', () => {
  test('flags, sets, lists', () => {
    expect(written((w) => w.flags([]))).toBe('()');
    expect(written((w) => w.flags(['\\Seen', '$F', '\\*']))).toBe('(\\Seen $F \\*)');
    expect(written((w) => w.sequenceSet([1, 2, 3, 9]))).toBe('1:3,9');
    expect(written((w) => w.sequenceSet(SequenceSet.parse('4,1')))).toBe('4,1');
    expect(written((w) => w.list(['a', 'b c'], (entry) => w.astring(entry)))).toBe('(a "b c")');
    expect(written((w) => w.list([], () => undefined))).toBe('()');
  });

  test.each<[number, number, string]>([
    [Date.UTC(1996, 6, 17, 9, 44, 25), -420, '"17-Jul-1996 02:44:25 -0700"'],
    [Date.UTC(1996, 6, 7, 9, 44, 25, 999), 330, '"07-Jul-1996 15:14:25 +0530"'],
    [0, 0, '"01-Jan-1970 00:00:00 +0000"'],
    [Date.UTC(9999, 11, 31, 23, 59, 59), 60, '"31-Dec-9999 23:59:59 +0100"'],
    [-1e17, 0, '"01-Jan-0000 00:00:00 +0000"'],
  ])('dateTime %d', (timeMs, zone, wire) => {
    expect(written((w) => w.dateTime(timeMs, zone))).toBe(wire);
  });

  test('every second of the years 1 to 9998 comes back', () => {
    const second = fc.integer({ min: -62_135_000_000, max: 253_370_000_000 });
    fc.assert(
      fc.property(second, fc.integer({ min: -1439, max: 1439 }), (seconds, zoneMinutes) => {
        const wire = written((w) => w.dateTime(seconds * 1000, zoneMinutes));
        expect(decodeAll(wire, (d) => d.dateTime())).toEqual({ timeMs: seconds * 1000, zoneMinutes });
      }),
      { seed: 9051, numRuns: 500 },
    );
  });
});

describe('buffers', () => {
  test('a large literal is handed on without a copy, in its place', () => {
    const writer = new ResponseWriter();
    const large = Buffer.alloc(100_000, 0x78);
    writer.numbered(1, 'FETCH').raw(' (BODY[] ').literal(large).raw(')').crlf();
    writer.raw('* 2 FETCH (').literal(Buffer.from('small'), true).raw(')\r\n');
    expect(writer.pendingBytes).toBe(100_000 + 56);
    const buffers = writer.take();
    expect(buffers).toHaveLength(3);
    expect(buffers[1]).toBe(large);
    expect(buffers[0]?.toString()).toBe('* 1 FETCH (BODY[] {100000}\r\n');
    expect(buffers[2]?.toString()).toBe(')\r\n* 2 FETCH (~{5}\r\nsmall)\r\n');
    expect(writer.pendingBytes).toBe(0);
    expect(writer.take()).toEqual([]);
  });

  test('room of a literal is filled in its place, and is not parted where it is short', () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: wireLimits.longBlockBytesMax }),
      fc.integer({ min: 0, max: 5 * wireLimits.longBlockBytesMax }),
    );
    const piece = fc.tuple(size, fc.constantFrom('room', 'room', 'literal', 'raw', 'é'));
    const pool = new BlockPool();
    let [parted, seen] = [0, 0];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const writer = new ResponseWriter({ pool });
        const expected: Buffer[] = [];
        for (const [at, [length, kind]] of pieces.entries()) {
          const bytes = Buffer.alloc(length, `${at} ${kind}`);
          if (kind === 'room') {
            writer.raw('BODY[] ').literalStart(length);
            for (let from = 0; from < length; ) {
              const room = writer.room(length - from);
              from += bytes.copy(room, 0, from);
              seen++;
              if (from < length) parted++;
              if (from < length) expect(length).toBeGreaterThan(wireLimits.longBlockBytesMax * 0.75);
            }
            expected.push(Buffer.from(`BODY[] {${length}}\r\n`), bytes);
          } else if (kind === 'literal') {
            writer.literal(bytes);
            expected.push(Buffer.from(`{${length}}\r\n`), bytes);
          } else {
            const text = (kind === 'é' ? 'é' : 'x').repeat(Math.min(length, 9_000));
            writer.raw(text);
            expected.push(Buffer.from(text));
          }
        }
        expect(Buffer.concat(writer.take()).equals(Buffer.concat(expected))).toBe(true);
        pool.give(writer.lent() ?? []);
        expect(writer.lent()).toBeNull();
        expect(pool.free).toBeLessThanOrEqual(wireLimits.freeBlocksMax);
      }),
      { seed: 9051, numRuns: 300 },
    );
    expect(Math.min(parted, seen - parted, pool.free)).toBeGreaterThan(3);
  });

  test('blocks are used again once they are given back, up to freeBlocksMax; short answers need none', () => {
    const pool = new BlockPool();
    const writer = new ResponseWriter({ pool });
    writer.raw('x'.repeat(3_000)).take();
    expect(writer.lent()).toBeNull();
    const long = () => writer.raw('x'.repeat(wireLimits.longBlockBytesMax / 2)).take();
    long();
    const first = writer.lent();
    expect(first).toHaveLength(1);
    long();
    const second = writer.lent();
    expect(second?.[0]).not.toBe(first?.[0]);
    pool.give(first ?? []);
    expect(pool.free).toBe(1);
    long();
    expect(writer.lent()?.[0]).toBe(first?.[0]);
    expect(pool.free).toBe(0);
    pool.give(Array.from({ length: wireLimits.freeBlocksMax + 5 }, () => Buffer.alloc(1)));
    expect(pool.free).toBe(wireLimits.freeBlocksMax);
  });

  test('what was taken is not written again', () => {
    const writer = new ResponseWriter();
    const first = writer.raw('first').take();
    const second = writer.raw('second').take();
    expect(Buffer.concat(first).toString()).toBe('first');
    expect(Buffer.concat(second).toString()).toBe('second');
  });

  test('any mixture of lengths keeps its order', () => {
    const piece = fc.tuple(
      fc.integer({ min: 0, max: 20_000 }),
      fc.constantFrom('raw', 'literal', 'text', 'é'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const writer = new ResponseWriter({ utf8: true });
        let expected = '';
        for (const [length, kind] of pieces) {
          const text = (kind === 'é' ? 'é' : 'x').repeat(length);
          if (kind === 'literal') writer.literal(Buffer.from(text));
          else if (kind === 'text') writer.text(text);
          else writer.raw(text);
          expected += kind === 'literal' ? `{${length}}\r\n${text}` : text;
        }
        expect(writer.pendingBytes).toBe(Buffer.byteLength(expected));
        expect(Buffer.concat(writer.take()).toString() === expected).toBe(true);
      }),
      { seed: 9051, numRuns: 100 },
    );
  });
});

describe('very many numbers', () => {
  test('are written as they are, whatever block they end in', () => {
    const number = fc.oneof(fc.nat({ max: 0xffff_ffff }), fc.constantFrom(0, 9, 10, 99, 100, 0xffff_ffff));
    fc.assert(
      fc.property(fc.array(number, { maxLength: 3000, size: 'max' }), fc.nat({ max: 40 }), (values, head) => {
        const text = 'x'.repeat(head);
        expect(written((w) => w.raw(text).numbers(values).raw(text))).toBe(
          `${text}${values.map((value) => ` ${value}`).join('')}${text}`,
        );
        expect(written((w) => values.forEach((value) => void w.octet(0x2b).digits(value)))).toBe(
          values.map((value) => `+${value}`).join(''),
        );
      }),
      { seed: 9051, numRuns: 50 },
    );
  });

  test('stand in one block where they are a few thousand', () => {
    const writer = new ResponseWriter();
    writer.data('SEARCH').numbers(Array.from({ length: 3_000 }, (_, at) => at + 1));
    expect(writer.crlf().take()).toHaveLength(1);
    writer.data('SEARCH').numbers(Array.from({ length: 300_000 }, (_, at) => at + 1));
    for (const block of writer.take()) expect(block.length).toBeLessThanOrEqual(64 * 1024);
  });

  test.each([-1, 1.5, 2 ** 32, Number.NaN])('%d is refused', (value) => {
    const writer = new ResponseWriter();
    expect(() => writer.digits(value)).toThrow(RangeError);
    expect(() => writer.numbers([1, value])).toThrow(RangeError);
  });
});

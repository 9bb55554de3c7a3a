import { describe, expect, test } from 'vitest';
import type { Decoder } from './decoder.ts';
import { CharsetFault, SyntaxFault } from './fault.ts';
import { decodeAll } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import type { SearchKey, SearchKeyParser, SearchTables } from './search-program.ts';
import { SequenceSet } from './sequence-set.ts';

const program = (wire: string | Buffer, tables?: SearchTables) =>
  decodeAll(wire, (d) => d.searchProgram(tables));

/** A search key in short, with sets as text. */
function short(key: SearchKey): unknown {
  switch (key.kind) {
    case 'not':
      return ['not', short(key.key)];
    case 'or':
    case 'and':
      return [key.kind, ...key.keys.map(short)];
    case 'sequence':
    case 'uid':
      return [key.kind, key.set.toString()];
    case 'date':
      return [key.of, key.compare, key.date.year, key.date.month, key.date.day];
    default:
      return Object.values(key);
  }
}

describe('search keys', () => {
  test.each<[string, unknown]>([
    ['ALL', ['all']],
    ['answered', ['flag', '\\Answered', true]],
    ['DELETED', ['flag', '\\Deleted', true]],
    ['DRAFT', ['flag', '\\Draft', true]],
    ['FLAGGED', ['flag', '\\Flagged', true]],
    ['SEEN', ['flag', '\\Seen', true]],
    ['UNANSWERED', ['flag', '\\Answered', false]],
    ['UNDELETED', ['flag', '\\Deleted', false]],
    ['UNDRAFT', ['flag', '\\Draft', false]],
    ['UNFLAGGED', ['flag', '\\Flagged', false]],
    ['UNSEEN', ['flag', '\\Seen', false]],
    ['KEYWORD $Junk', ['flag', '$Junk', true]],
    ['UNKEYWORD $Junk', ['flag', '$Junk', false]],
    ['RECENT', ['recent', true]],
    ['OLD', ['recent', false]],
    ['NEW', ['and', ['recent', true], ['flag', '\\Seen', false]]],
    ['BCC x', ['address', 'bcc', 'x']],
    ['CC x', ['address', 'cc', 'x']],
    ['FROM "a b"', ['address', 'from', 'a b']],
    ['TO {3}\r\na"b', ['address', 'to', 'a"b']],
    ['SUBJECT été', ['refused']],
    ['SUBJECT "été"', ['subject', 'été']],
    ['BODY ""', ['body', '']],
    ['TEXT x', ['text', 'x']],
    ['HEADER Message-ID "<a@b>"', ['header', 'Message-ID', '<a@b>']],
    ['HEADER X-Y ""', ['header', 'X-Y', '']],
    ['BEFORE 1-Feb-1994', ['internal', 'before', 1994, 2, 1]],
    ['ON "1-Feb-1994"', ['internal', 'on', 1994, 2, 1]],
    ['SINCE 1-Feb-1994', ['internal', 'since', 1994, 2, 1]],
    ['SENTBEFORE 1-Feb-1994', ['sent', 'before', 1994, 2, 1]],
    ['SENTON 1-Feb-1994', ['sent', 'on', 1994, 2, 1]],
    ['SENTSINCE 1-Feb-1994', ['sent', 'since', 1994, 2, 1]],
    ['LARGER 4294967296', ['size', 'larger', 4_294_967_296]],
    ['SMALLER 0', ['size', 'smaller', 0]],
    ['1:3,5', ['sequence', '1:3,5']],
    ['*', ['sequence', '*']],
    ['$', ['sequence', '$']],
    ['UID 4:*', ['uid', '4:*']],
    ['UID $', ['uid', '$']],
    ['MODSEQ 620162338', ['modseq', 620_162_338, null]],
    ['MODSEQ 0', ['modseq', 0, null]],
    ['MODSEQ "/flags/\\\\draft" ALL 5', ['modseq', 5, { name: '/flags/\\draft', type: 'all' }]],
    ['NOT SEEN', ['not', ['flag', '\\Seen', true]]],
    ['OR SEEN NOT ALL', ['or', ['flag', '\\Seen', true], ['not', ['all']]]],
    ['SEEN 1', ['and', ['flag', '\\Seen', true], ['sequence', '1']]],
    ['(SEEN)', ['flag', '\\Seen', true]],
    [
      '(ALL (1 2)) 3',
      ['and', ['and', ['all'], ['and', ['sequence', '1'], ['sequence', '2']]], ['sequence', '3']],
    ],
    ['OR (1 2) 3', ['or', ['and', ['sequence', '1'], ['sequence', '2']], ['sequence', '3']]],
  ])('%j', (wire, expected) => {
    if (wire === 'SUBJECT été') {
      expect(() => program(wire)).toThrow('expected a text to search for');
      return;
    }
    expect(short(program(wire).key)).toEqual(expected);
  });

  test.each([
    ['', 'expected a search key'],
    ['FOO', "unknown search key 'FOO'"],
    ['UNRECENT', 'unknown search key'],
    ['UNKEYWORD', 'expected a space'],
    ['KEYWORD \\Seen', 'expected a flag'],
    ['NOT', 'expected a space'],
    ['NOT ', 'expected a search key'],
    ['OR SEEN', 'expected a space'],
    ['OR SEEN ', 'expected a search key'],
    ['SEEN ', 'expected a search key'],
    ['SEEN  ALL', 'expected a search key'],
    ['()', 'expected a search key'],
    ['(SEEN', "expected ')'"],
    ['(SEEN))', 'end of the command'],
    ['BEFORE x', 'expected a date'],
    ['LARGER -1', 'expected a number'],
    ['UID', 'expected a space'],
    ['UID x', 'expected a sequence set'],
    ['0', 'expected a number from 1'],
    [':1', "unknown search key ':1'"],
    ['HEADER x', 'expected a space'],
    ['MODSEQ', 'expected a space'],
    ['MODSEQ -1', 'expected a number'],
    ['MODSEQ "/flags/\\\\Seen" some 5', 'priv, shared or all'],
    ['MODSEQ "/mailbox/x" all 5', '"/flags/'],
    ['MODSEQ "/flags/" all 5', '"/flags/'],
    ['RETURN (MIN)', 'expected a space'],
    ['RETURN MIN ALL', "expected '('"],
    ['RETURN (FOO) ALL', "unknown SEARCH RETURN option 'FOO'"],
    ['CHARSET UTF-8', 'expected a space'],
    ['toString', 'unknown search key'],
    ['CONSTRUCTOR', 'unknown search key'],
    ['UNCONSTRUCTOR', 'unknown search key'],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => program(wire)).toThrow(SyntaxFault);
    expect(() => program(wire)).toThrow(why);
  });
});

describe('RETURN and CHARSET', () => {
  test.each<[string, string[] | null, string | null]>([
    ['ALL', null, null],
    ['RETURN () ALL', ['ALL'], null],
    ['RETURN (MIN max COUNT ALL SAVE) ALL', ['MIN', 'MAX', 'COUNT', 'ALL', 'SAVE'], null],
    ['CHARSET utf-8 ALL', null, 'UTF-8'],
    ['return (save) charset "US-ASCII" ALL', ['SAVE'], 'US-ASCII'],
  ])('%j', (wire, options, charset) => {
    const read = program(wire);
    expect(read.returns === null ? null : [...read.returns.options]).toEqual(options);
    expect(read.charset).toBe(charset);
  });

  test('a charset that is not served is told apart, for NO [BADCHARSET]', () => {
    expect(() => program('CHARSET KOI8-R ALL')).toThrow(CharsetFault);
    expect(() => program('CHARSET KOI8-R ALL')).toThrow(expect.objectContaining({ charset: 'KOI8-R' }));
  });

  test('a text is decoded by the charset of the command', () => {
    const decode: SearchTables['decode'] = (charset, bytes) =>
      charset === 'ISO-8859-1' ? bytes.toString('latin1') : undefined;
    const wire = Buffer.from('CHARSET iso-8859-1 SUBJECT {3}\r\n\xe9t\xe9', 'latin1');
    expect(short(program(wire, { decode }).key)).toEqual(['subject', 'été']);
    expect(() => program(Buffer.from('SUBJECT {1}\r\n\xe9', 'latin1'))).toThrow('not valid UTF-8');
    expect(() => program('CHARSET X ALL', { decode })).toThrow(CharsetFault);
  });

  test('an extension brings keys and options by tables', () => {
    const keys = new Map<string, SearchKeyParser>([
      [
        'YOUNGER',
        (d) => {
          d.sp();
          return d.nzNumber();
        },
      ],
      [
        'FUZZY',
        (d, reader) => {
          d.sp();
          return reader.key();
        },
      ],
    ]);
    const partial = (d: Decoder) => {
      d.sp();
      return d.sequenceSet().toString();
    };
    const tables: SearchTables = { keys, returns: new Map([['PARTIAL', partial]]) };
    const read = program('RETURN (PARTIAL 1:100) FUZZY (YOUNGER 60 SEEN)', tables);
    expect([...(read.returns?.options ?? [])]).toEqual([]);
    expect(read.returns?.extensions).toEqual(new Map([['PARTIAL', '1:100']]));
    expect(read.key).toEqual({
      kind: 'extension',
      name: 'FUZZY',
      value: {
        kind: 'and',
        keys: [
          { kind: 'extension', name: 'YOUNGER', value: 60 },
          { kind: 'flag', flag: '\\Seen', set: true },
        ],
      },
    });
    expect(() => program(`${'FUZZY '.repeat(1000)}ALL`, tables)).toThrow('nested deeper than 100');
    expect(() => program('YOUNGER 60')).toThrow('unknown search key');
  });
});

describe('limits', () => {
  const depth = wireLimits.searchDepthMax;

  test.each<[string, (levels: number) => string]>([
    ['parentheses', (levels) => `${'('.repeat(levels)}ALL${')'.repeat(levels)}`],
    ['NOT', (levels) => `${'NOT '.repeat(levels)}ALL`],
    ['OR', (levels) => `${'OR ALL '.repeat(levels)}ALL`],
    ['OR to the left', (levels) => `${'OR '.repeat(levels)}ALL${' ALL'.repeat(levels)}`],
    ['a mixture', (levels) => `${'NOT ('.repeat(levels / 2)}ALL${')'.repeat(levels / 2)}`],
  ])('%s nested', (_, wire) => {
    expect(() => program(wire(depth - 2))).not.toThrow();
    expect(() => program(wire(depth))).toThrow('search keys nested deeper than 100');
    expect(() => program(wire(1000))).toThrow(SyntaxFault);
    expect(() => program(wire(100_000))).toThrow(SyntaxFault);
  });

  test('number of keys', () => {
    const keys = (count: number) => Array(count).fill('ALL').join(' ');
    expect(() => program(keys(wireLimits.searchKeysMax))).not.toThrow();
    expect(() => program(keys(wireLimits.searchKeysMax + 1))).toThrow('more than 5000 search keys');
  });

  test('RETURN options', () => {
    expect(() => program(`RETURN (${Array(51).fill('MIN').join(' ')}) ALL`)).toThrow('more than 50 RETURN');
  });
});

test('a set in a key is a SequenceSet', () => {
  expect(program('2:4').key).toMatchObject({ kind: 'sequence', set: expect.any(SequenceSet) });
});

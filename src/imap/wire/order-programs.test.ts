import { describe, expect, test } from 'vitest';
import type { Decoder } from './decoder.ts';
import { CharsetFault, SyntaxFault } from './fault.ts';
import { decodeAll } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import type { SearchTables } from './search-program.ts';

const partial = (decoder: Decoder) => {
  decoder.sp();
  return decoder.resultRange();
};
const tables: SearchTables = {
  returns: new Map([['PARTIAL', partial]]),
  decode: (charset, bytes) => (charset === 'LATIN1' ? bytes.toString('latin1') : undefined),
};
const sort = (wire: string | Buffer) => decodeAll(wire, (d) => d.sortProgram(tables));
const thread = (wire: string | Buffer) => decodeAll(wire, (d) => d.threadProgram(tables));

describe('SORT', () => {
  test.each<[string, string]>([
    ['(SUBJECT) UTF-8 ALL', 'SUBJECT'],
    ['(subject Reverse date) utf-8 all', 'SUBJECT -DATE'],
    ['(REVERSE DISPLAYFROM DISPLAYTO) US-ASCII ALL', '-DISPLAYFROM DISPLAYTO'],
    ['(ARRIVAL CC DATE FROM SIZE SUBJECT TO) "UTF-8" ALL', 'ARRIVAL CC DATE FROM SIZE SUBJECT TO'],
  ])('%s', (wire, criteria) => {
    const program = sort(wire);
    const told = program.criteria.map(({ key, reverse }) => `${reverse ? '-' : ''}${key}`);
    expect(told.join(' ')).toBe(criteria);
    expect(program.returns).toBeNull();
    expect(program.key).toEqual({ kind: 'all' });
  });

  test('charset and keys', () => {
    const program = sort(Buffer.from('(DATE) latin1 SUBJECT "caf\xe9" SEEN', 'latin1'));
    expect(program.charset).toBe('LATIN1');
    expect(program.key).toEqual({
      kind: 'and',
      keys: [
        { kind: 'subject', text: 'café' },
        { kind: 'flag', flag: '\\Seen', set: true },
      ],
    });
    expect(() => sort('(DATE) X-NONE ALL')).toThrow(CharsetFault);
  });

  test('RETURN', () => {
    const program = sort('RETURN (MIN COUNT PARTIAL 10:1) (DATE) UTF-8 ALL');
    expect([...(program.returns?.options ?? [])]).toEqual(['MIN', 'COUNT']);
    expect(program.returns?.extensions.get('PARTIAL')).toEqual({
      first: 1,
      last: 10,
      fromEnd: false,
      text: '1:10',
    });
    const plain = sort('RETURN () (DATE) UTF-8 ALL');
    expect([...(plain.returns?.options ?? [])]).toEqual(['ALL']);
  });

  test.each([
    ['() UTF-8 ALL', 'an empty list of sort criteria'],
    ['(REVERSE) UTF-8 ALL', 'expected'],
    ['(REVERSE REVERSE DATE) UTF-8 ALL', "unknown sort key 'REVERSE'"],
    ['(DATE', 'expected'],
    ['(BCC) UTF-8 ALL', "unknown sort key 'BCC'"],
    ['DATE UTF-8 ALL', 'expected'],
    ['(DATE) UTF-8', 'expected'],
    ['(DATE) ALL', 'charset'],
    ['(DATE)', 'expected'],
    ['RETURN (ALL PARTIAL 1:2) (DATE) UTF-8 ALL', 'ALL and PARTIAL'],
    ['RETURN (PARTIAL 1:2 PARTIAL 1:2) (DATE) UTF-8 ALL', 'stands twice'],
    ['RETURN (NOSUCH) (DATE) UTF-8 ALL', 'unknown SEARCH RETURN option'],
    [`(${'DATE '.repeat(wireLimits.sortCriteriaMax)}DATE) UTF-8 ALL`, 'more than'],
  ])('%s is refused', (wire, message) => {
    expect(() => sort(wire)).toThrow(message);
  });
});

describe('THREAD', () => {
  test('algorithm, charset, keys', () => {
    expect(thread('references utf-8 SEEN')).toEqual({
      algorithm: 'REFERENCES',
      charset: 'UTF-8',
      key: { kind: 'flag', flag: '\\Seen', set: true },
    });
    expect(thread('X-OWN US-ASCII 1:3').algorithm).toBe('X-OWN');
  });

  test.each(['', 'REFERENCES', 'REFERENCES UTF-8', 'REFERENCES UTF-8 ', '"REFERENCES" UTF-8 ALL'])(
    '%j is refused',
    (wire) => {
      expect(() => thread(wire)).toThrow(SyntaxFault);
    },
  );
});

describe('ranges of results', () => {
  const range = (wire: string) => decodeAll(wire, (d) => d.resultRange());

  test.each([
    ['1:100', { first: 1, last: 100, fromEnd: false, text: '1:100' }],
    ['7:7', { first: 7, last: 7, fromEnd: false, text: '7:7' }],
    ['-1:-100', { first: 1, last: 100, fromEnd: true, text: '-1:-100' }],
    ['-100:-1', { first: 1, last: 100, fromEnd: true, text: '-1:-100' }],
    ['4:2', { first: 2, last: 4, fromEnd: false, text: '2:4' }],
  ])('%s', (wire, expected) => {
    expect(range(wire)).toEqual(expected);
  });

  test.each(['', '1', '0:1', '1:0', '1:*', '-1:1', '1:-1', '-0:-1', '1:4294967296', '1,2', '--1:-2'])(
    '%j is refused',
    (wire) => {
      expect(() => range(wire)).toThrow(SyntaxFault);
    },
  );
});

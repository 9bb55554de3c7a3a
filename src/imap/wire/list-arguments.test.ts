import { describe, expect, test } from 'vitest';
import { SyntaxFault } from './fault.ts';
import { decodeAll } from './fixtures.ts';
import { wireLimits } from './limits.ts';

function list(wire: string) {
  const read = decodeAll(wire, (d) => d.listArguments());
  return {
    select: [...read.selection],
    reference: read.reference,
    patterns: read.patterns,
    returns: [...read.returns],
    status: read.status,
    extended: read.isExtended,
  };
}

const basic = { select: [], reference: '', patterns: ['*'], returns: [], status: null, extended: false };
const extended = { ...basic, extended: true };

describe('listArguments', () => {
  test.each<[string, unknown]>([
    ['"" *', basic],
    ['"" ""', { ...basic, patterns: [''] }],
    ['~/Mail/ %', { ...basic, reference: '~/Mail/', patterns: ['%'] }],
    ['"" inbox', { ...basic, patterns: ['INBOX'] }],
    ['{1}\r\na {2+}\r\nb*', { ...basic, reference: 'a', patterns: ['b*'] }],
    ['() "" *', extended],
    ['(SUBSCRIBED) "" *', { ...extended, select: ['SUBSCRIBED'] }],
    [
      '(recursivematch subscribed remote) "" %',
      { ...extended, select: ['RECURSIVEMATCH', 'SUBSCRIBED', 'REMOTE'], patterns: ['%'] },
    ],
    ['(SPECIAL-USE) "" *', { ...extended, select: ['SPECIAL-USE'] }],
    ['"" (INBOX "a b" c*)', { ...extended, patterns: ['INBOX', 'a b', 'c*'] }],
    ['"" * RETURN ()', extended],
    [
      '"" * return (children SUBSCRIBED SPECIAL-USE)',
      { ...extended, returns: ['CHILDREN', 'SUBSCRIBED', 'SPECIAL-USE'] },
    ],
    [
      '"" % RETURN (STATUS (MESSAGES unseen MESSAGES) CHILDREN)',
      { ...extended, patterns: ['%'], returns: ['CHILDREN'], status: ['MESSAGES', 'UNSEEN'] },
    ],
  ])('%j', (wire, value) => {
    expect(list(wire)).toEqual(value);
  });

  test.each([
    ['', 'expected a mailbox name'],
    ['""', 'expected a space'],
    ['"" ', 'expected a mailbox name or pattern'],
    ['"" * ', 'expected RETURN'],
    ['"" * FOO', 'expected RETURN'],
    ['"" * RETURN', 'expected a space'],
    ['"" * RETURN CHILDREN', "expected '('"],
    ['"" * RETURN (FOO)', "unknown LIST return option 'FOO'"],
    ['"" * RETURN (STATUS)', 'expected a space'],
    ['"" * RETURN (STATUS ())', 'an empty list of STATUS items'],
    ['(RECURSIVEMATCH) "" *', 'RECURSIVEMATCH needs'],
    ['(REMOTE RECURSIVEMATCH) "" *', 'RECURSIVEMATCH needs'],
    ['(CHILDREN) "" *', "unknown LIST selection option 'CHILDREN'"],
    ['(SUBSCRIBED)"" *', 'expected a space'],
    ['"" ()', 'an empty list of patterns'],
    [
      `"" (${Array(wireLimits.listPatternsMax + 1)
        .fill('a')
        .join(' ')})`,
      'more than 100 patterns',
    ],
    ['* *', 'expected a mailbox name'],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => list(wire)).toThrow(SyntaxFault);
    expect(() => list(wire)).toThrow(why);
  });

  test('extensions bring options and STATUS items by tables', () => {
    const tables = {
      selection: new Map([['SUBSCRIBEDTO', () => 1]]),
      returns: new Map([['MYRIGHTS', () => 2]]),
      status: new Set(['MAILBOXID']),
    };
    const wire = '(SUBSCRIBEDTO RECURSIVEMATCH) "" * RETURN (MYRIGHTS STATUS (MAILBOXID))';
    const read = decodeAll(wire, (d) => d.listArguments(tables));
    expect(read.extensions).toEqual(
      new Map([
        ['SUBSCRIBEDTO', 1],
        ['MYRIGHTS', 2],
      ]),
    );
    expect(read.status).toEqual(['MAILBOXID']);
  });
});

describe('statusItems', () => {
  test('every item of RFC 3501, 9051 and 7162', () => {
    const all = '(MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE RECENT HIGHESTMODSEQ)';
    expect(`(${decodeAll(all, (d) => d.statusItems()).join(' ')})`).toBe(all);
  });

  test.each([
    ['()', 'an empty list'],
    ['MESSAGES', "expected '('"],
    ['(FOO)', "unknown STATUS item 'FOO'"],
    ['(MAILBOXID)', "unknown STATUS item 'MAILBOXID'"],
    [
      `(${Array(wireLimits.optionsMax + 1)
        .fill('SIZE')
        .join(' ')})`,
      'more than 50 STATUS items',
    ],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.statusItems())).toThrow(why);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressEntry,
  type AddressItem,
  addressesMax,
  formatAddressList,
  parseAddressList,
} from './index.ts';
import { commentDepthMax, entryTokensMax } from './limits.ts';

function box(name: string | null, local: string, domain: string, route: string | null = null): AddressItem {
  return { kind: 'mailbox', name, route, local, domain };
}

describe('parseAddressList', () => {
  it.each<[string, AddressEntry[]]>([
    ['', []],
    [' , ,', []],
    ['a@b.c', [box(null, 'a', 'b.c')]],
    ['John Doe <jdoe@machine.example>', [box('John Doe', 'jdoe', 'machine.example')]],
    ['"Joe Q. Public" <john.q.public@example.com>', [box('Joe Q. Public', 'john.q.public', 'example.com')]],
    ['Joe Q. Public <j@x.org>', [box('Joe Q. Public', 'j', 'x.org')]],
    [
      'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>',
      [box('Mary Smith', 'mary', 'x.test'), box(null, 'jdoe', 'example.org'), box('Who?', 'one', 'y.test')],
    ],
    [
      '<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
      [box(null, 'boss', 'nil.test'), box('Giant; "Big" Box', 'sysservices', 'example.net')],
    ],
    // RFC 5322 appendix A.1.3 and A.5
    [
      'A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;',
      [
        {
          kind: 'group',
          name: 'A Group',
          members: [
            box('Ed Jones', 'c', 'a.test'),
            box(null, 'joe', 'where.test'),
            box('John', 'jdoe', 'one.test'),
          ],
        },
      ],
    ],
    ['Undisclosed recipients:;', [{ kind: 'group', name: 'Undisclosed recipients', members: [] }]],
    [
      '(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;',
      [{ kind: 'group', name: 'Hidden recipients', members: [] }],
    ],
    ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', [box('Pete', 'pete', 'silly.test')]],
    // RFC 5322 appendix A.6
    [
      'Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example',
      [box('Mary Smith', 'mary', 'example.net', '@node.test'), box(null, 'jdoe', 'test.example')],
    ],
    ['<@a.test,@b.test:c@d.test>', [box(null, 'c', 'd.test', '@a.test,@b.test')]],
    ['user@example.org (Full Name)', [box('Full Name', 'user', 'example.org')]],
    ['"john doe"@example.com', [box(null, 'john doe', 'example.com')]],
    ['x@[192.0.2.1]', [box(null, 'x', '[192.0.2.1]')]],
    ['[list] Bob <b@x.org>', [box('[list] Bob', 'b', 'x.org')]],
    ['a@b.c <d@e.f>', [box('a@b.c', 'd', 'e.f')]],
    ['Tim Smith tim@x.org', [box('Tim Smith', 'tim', 'x.org')]],
    ['tim@x.org Tim', [box('Tim', 'tim', 'x.org')]],
    ['a@b@c.d', [box(null, 'a@b', 'c.d')]],
    ['a@b.c; d@e.f', [box(null, 'a', 'b.c'), box(null, 'd', 'e.f')]],
    ['=?utf-8?Q?Doe,_John?= <j@x.org>', [box('=?utf-8?Q?Doe,_John?=', 'j', 'x.org')]],
    ['=?utf-8?Q?Doe, a@b.c', [box(null, '=?utf-8?Q?Doe', ''), box(null, 'a', 'b.c')]],
    ['undisclosed recipients', [box(null, 'undisclosed recipients', '')]],
    ['MAILER-DAEMON <>', [box('MAILER-DAEMON', '', '')]],
    ['<>', []],
    ['"Joe <joe@x.org>', [box('"Joe', 'joe', 'x.org')]],
    ['Joe (open <joe@x.org>', [box('Joe (open', 'joe', 'x.org')]],
    ['Joe <joe@x.org, b@c.d', [box('Joe', 'joe', 'x.org'), box(null, 'b', 'c.d')]],
    [
      'G: a@b.c, d@e.f',
      [{ kind: 'group', name: 'G', members: [box(null, 'a', 'b.c'), box(null, 'd', 'e.f')] }],
    ],
    ['Élodie <élodie@exämple.fr>', [box('Élodie', 'élodie', 'exämple.fr')]],
    ['"folded\r\n name" <a@b.c>', [box('folded name', 'a', 'b.c')]],
    ['<@broken>', [box(null, '', 'broken')]],
  ])('reads %j', (text, entries) => {
    expect(parseAddressList(text)).toEqual(entries);
  });

  it('stops at the limits', () => {
    expect(parseAddressList('a@b.c,'.repeat(addressesMax + 10))).toHaveLength(addressesMax);
    const [entry] = parseAddressList(`${'x '.repeat(entryTokensMax + 10)}<a@b.c>`);
    expect(entry).toMatchObject({ local: 'a' });
    expect(entry?.name).toHaveLength(2 * entryTokensMax - 1);
    const deep = `${'('.repeat(commentDepthMax)}x${')'.repeat(commentDepthMax)} a@b.c`;
    expect(parseAddressList(deep)).toMatchObject([{ local: 'a' }]);
  });

  // Each of these would run for minutes if a failed look-ahead were repeated at every position.
  it.each([
    '"',
    '(',
    '(\\',
    '<',
    '@',
    '=?u?q?',
    '=?u?q?a,',
    '\\"',
    ':',
    'a:',
    '[',
    '@[',
    'a@',
    '. ',
    '((a)',
    '<@a:',
  ])('is linear in a megabyte of %j', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(parseAddressList(text).length).toBeLessThanOrEqual(addressesMax);
  });

  it('never throws, and writes what it reads back alike', () => {
    const piece = fc.constantFrom(
      'a',
      'B c',
      '@',
      '<',
      '>',
      ',',
      ';',
      ':',
      '"',
      '(',
      ')',
      '\\',
      '.',
      ' ',
      '\r\n ',
      '=?utf-8?Q?x,y?=',
      '[1.2.3.4]',
      'é',
      '\0',
      '@b.c',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const entries = parseAddressList(text);
        expect(formatAddressList(entries)).not.toMatch(/[\r\n]/);
      }),
      { seed: 2, numRuns: 3_000 },
    );
  });
});

describe('formatAddressList', () => {
  it('keeps a value inside its field', () => {
    expect(formatAddressList([box('A\r\nBcc: x@y.z', 'a', 'b.c\r\nX: y')])).toBe('"A Bcc: x@y.z" <a@b.cX:y>');
  });

  it('writes groups and quotes what must be', () => {
    const entries: AddressEntry[] = [
      { kind: 'group', name: 'Board, all', members: [box('Ann "A" B', 'a b', 'x.org')] },
      box(null, 'c', 'd.e'),
    ];
    expect(formatAddressList(entries)).toBe('"Board, all": "Ann \\"A\\" B" <"a b"@x.org>;, c@d.e');
  });

  it('is read back as it was', () => {
    const word = fc.stringMatching(/^[!-~é]{1,10}$/);
    const name = fc.option(fc.array(word, { minLength: 1, maxLength: 3 }).map((w) => w.join(' ')));
    const item = fc.record({
      kind: fc.constant('mailbox' as const),
      name,
      route: fc.constant(null),
      local: word,
      domain: fc.constant('x.org'),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), (items) => {
        expect(parseAddressList(formatAddressList(items))).toEqual(items);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

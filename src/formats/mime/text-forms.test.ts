import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { parseSentDate } from './date.ts';
import {
  decodeBody,
  decodeCharset,
  decodeHeader,
  headerFields,
  htmlToText,
  messageIds,
  parseDate,
  parseParameterised,
  readSubject,
  unfold,
} from './index.ts';
import {
  baseSubjectCharsMax,
  dateCharsMax,
  headerFieldsMax,
  mimeValueCharsMax,
  parametersMax,
  referencesMax,
} from './limits.ts';
import { threadReferences } from './references.ts';

const megabyte = 1_048_576;
function fill(piece: string, size = megabyte): string {
  return piece.repeat(Math.ceil(size / piece.length));
}

describe('decodeHeader', () => {
  it.each([
    // RFC 2047 §8
    ['=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'],
    ['=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=', 'Keld Jørn Simonsen'],
    ['=?ISO-8859-1?Q?Andr=E9?= Pirard', 'André Pirard'],
    [
      '=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=',
      'If you can read this you understand the example.',
    ],
    ['(=?ISO-8859-1?Q?a?=)', '(a)'],
    ['(=?ISO-8859-1?Q?a?= b)', '(a b)'],
    ['(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)', '(ab)'],
    ['(=?ISO-8859-1?Q?a?=  \r\n  =?ISO-8859-1?Q?b?=)', '(ab)'],
    ['(=?ISO-8859-1?Q?a_b?=)', '(a b)'],
    ['(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)', '(a b)'],
    // RFC 2231 §5
    ['=?US-ASCII*EN?Q?Keith_Moore?=', 'Keith Moore'],
    // a character split between two words
    ['=?utf-8?B?w6k=?= =?utf-8?Q?=C3?= =?utf-8?Q?=A9?=', 'éé'],
    ['=?iso-2022-jp?B?GyRCJDMkcxsoQg==?=', 'こん'],
    ['=?utf-8?Q?=41?=', 'A'],
    ['=?utf-8?q?spaces in it?=', 'spaces in it'],
    ['=?utf-8?Q??=x', 'x'],
    // broken words stay
    ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['=?utf-8?Q?abc', '=?utf-8?Q?abc'],
    ['=?nope-99?Q?abc?=', '=?nope-99?Q?abc?='],
    ['=?base64?Q?abc?=', '=?base64?Q?abc?='],
    ['=?utf-8?B?a*b?=', '=?utf-8?B?a*b?='],
    ['=?utf-8?q?open =?utf-8?q?good?=', '=?utf-8?q?open good'],
    ['=?utf-8?Q?100=_sure=zz?=', '100= sure=zz'],
    ['a = b ?= c', 'a = b ?= c'],
    ['', ''],
  ])('reads %j', (raw, text) => {
    expect(decodeHeader(raw)).toBe(text);
  });

  it.each([
    '=?',
    '=?a?',
    '=?utf-8?q?',
    '=?utf-8?q?a',
    '=?utf-8?q?a?= ',
    '=?utf-8?b?YQ==?= =?latin1?q?b?= ',
    '?=',
    ' \t',
  ])('is linear in a megabyte of %j', (piece) => {
    expect(decodeHeader(fill(piece)).length).toBeLessThanOrEqual(megabyte + piece.length);
    expect(decodeHeader(`${fill(piece)}?=`).length).toBeLessThanOrEqual(megabyte + piece.length + 2);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      '=?',
      '?=',
      '?',
      'utf-8',
      'q',
      'B',
      'YQ',
      '=',
      ' ',
      '\xff',
      'iso-2022-kr',
      '\ud800',
      '*en',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(typeof decodeHeader(pieces.join(''))).toBe('string');
      }),
      { seed: 5, numRuns: 3_000 },
    );
  });
});

describe('decodeCharset', () => {
  it.each([
    ['utf-8', 'c3a9', 'é'],
    ['UTF-8', 'efbbbfc3a9', 'é'],
    ['utf-8', 'c3', '\ufffd'],
    ['iso-8859-1', 'e980', 'é€'],
    ['iso-8859-15', 'a4', '€'],
    ['windows-1251', 'cff0e8', 'При'],
    ['koi8-r', 'f0d2c9', 'При'],
    ['us-ascii', 'c3a9', 'é'],
    ['us-ascii', 'e9', 'é'],
    ['x-unknown', 'e9', 'é'],
    ['__proto__', '61', 'a'],
    ['hex', '61', 'a'],
    ['gb2312', 'c4e3', '你'],
    ['gb18030', '81308130', '\u0080'],
    ['big5', 'a741', '你'],
    ['shift_jis', '82b1', 'こ'],
    ['euc-jp', 'a4b3', 'こ'],
    ['euc-kr', 'b0a1', '가'],
    ['iso-2022-jp', '1b242424331b2842'.replace('24242433', '24422433'), 'こ'],
    ['iso-2022-kr', '1b2429430e30210f61', '가a'],
    ['hz-gb-2312', '7e7b44637e7d7e7e61', '你~a'],
    ['utf-7', '2b414f6b2d', 'é'],
    ['utf-16le', 'e900', 'é'],
    ['utf-16be', '00e9', 'é'],
  ])('reads %s %s', (charset, hex, text) => {
    expect(decodeCharset(Buffer.from(hex, 'hex'), charset)).toBe(text);
  });

  it('never throws on any bytes of any charset', () => {
    const charset = fc.constantFrom(
      'utf-8',
      'iso-2022-jp',
      'iso-2022-kr',
      'hz',
      'gb18030',
      'utf-7',
      'utf-16',
      'utf-32',
      'big5hkscs',
      'euc-jp',
      'cp949',
      'x',
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), charset, (bytes, name) => {
        expect(typeof decodeCharset(bytes, name)).toBe('string');
      }),
      { seed: 6, numRuns: 2_000 },
    );
    expect(iconv.encodingExists('utf-7')).toBe(true);
  });
});

describe('decodeBody', () => {
  it.each([
    ['base64', 'aGVsbG8=', 'hello'],
    ['base64', 'aGVs\r\nbG8=\r\n', 'hello'],
    ['base64', 'aGVsbG8=\r\nd29ybGQ=', 'helloworld'],
    ['base64', 'aG!!Vs\x00bG8', 'hello'],
    ['base64', 'aGVsbG8', 'hello'],
    ['base64', '=aGVsbG8=', 'hello'],
    ['base64', '', ''],
    // RFC 2045 §6.7
    [
      'quoted-printable',
      "Now's the time =\r\nfor all folk to come=\r\n to the aid.",
      "Now's the time for all folk to come to the aid.",
    ],
    ['quoted-printable', 'a=3D=C3=a9', 'a=é'],
    ['quoted-printable', 'a  \t\r\nb \nc ', 'a\r\nb\nc '],
    ['quoted-printable', 'a=  \r\nb', 'ab'],
    ['quoted-printable', 'a=zz=4=', 'a=zz=4'],
    ['quoted-printable', 'a =\r\n b', 'a  b'],
    ['x-uuencode', 'begin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\nrest', 'hello'],
    ['uuencode', 'no beginning', ''],
    ['7bit', 'a=3D', 'a=3D'],
    ['8bit', 'é', 'é'],
    ['binary', '\0', '\0'],
    ['x-unknown', 'abc', 'abc'],
  ])('%s %j', (encoding, body, text) => {
    expect(decodeBody(Buffer.from(body), encoding).toString()).toBe(text);
  });

  it('agrees with Node on any base64, also in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 4 }), (pieces) => {
        const text = pieces.map((piece) => Buffer.from(piece).toString('base64')).join('\r\n');
        expect(decodeBody(Buffer.from(text), 'base64')).toEqual(Buffer.concat(pieces));
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it.each([
    ['base64', 'a='],
    ['base64', '=\r\n'],
    ['quoted-printable', '= '],
    ['quoted-printable', ' '],
    ['quoted-printable', '=\r'],
    ['uuencode', 'begin \n'],
    ['uuencode', '\n'],
  ])('%s is linear in megabytes of %j', (encoding, piece) => {
    const source = Buffer.from(fill(piece, 4 * megabyte));
    expect(decodeBody(source, encoding).length).toBeLessThanOrEqual(source.length);
  });
});

describe('headerFields', () => {
  it('gives raw places and unfolded values', () => {
    const raw = Buffer.from(
      'Subject: a\r\n b\r\nX-Empty:\r\nOdd : y\r\nnot a field\r\n more\r\nÉ: no\r\nLast: z',
    );
    const fields = headerFields(raw).map(({ name, start, end, value }) => [
      name,
      value,
      raw.toString('utf8', start, end),
    ]);
    expect(fields).toEqual([
      ['Subject', 'a b', 'Subject: a\r\n b\r\n'],
      ['X-Empty', '', 'X-Empty:\r\n'],
      ['Odd', 'y', 'Odd : y\r\n'],
      ['Last', 'z', 'Last: z'],
    ]);
  });

  it('stops at the empty line and reads 8-bit values', () => {
    const raw = Buffer.concat([Buffer.from('A: é\nB: '), Buffer.from([0xe9]), Buffer.from('\n\nC: body\n')]);
    expect(headerFields(raw).map((field) => field.value)).toEqual(['é', 'é']);
  });

  it('reads no more than its limit', () => {
    expect(headerFields(Buffer.from('A: b\n'.repeat(headerFieldsMax + 5)))).toHaveLength(headerFieldsMax);
  });

  it('unfolds', () => {
    expect(unfold('a\r\n b\n\tc')).toBe('a b\tc');
  });
});

describe('parseParameterised', () => {
  it.each<[string, string, [string, string][]]>([
    ['text/plain', 'text/plain', []],
    ['Text/Plain; Charset="us-ascii" (a comment; x=y)', 'text/plain', [['charset', 'us-ascii']]],
    ['text/plain (c); charset=utf-8 (d)', 'text/plain', [['charset', 'utf-8']]],
    // RFC 2231 §3, §4, §4.1
    [
      'message/external-body; access-type=URL; URL*0="ftp://"; URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"',
      'message/external-body',
      [
        ['access-type', 'URL'],
        ['url', 'ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar'],
      ],
    ],
    [
      "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
      'application/x-stuff',
      [['title', 'This is ***fun***']],
    ],
    [
      "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
      'application/x-stuff',
      [['title', "This is even more ***fun*** isn't it!"]],
    ],
    ["a/b; n*1*=%A9; n*0*=utf-8''%C3", 'a/b', [['n', 'é']]],
    ['a/b; n*0=x; n*2=z', 'a/b', [['n', 'x']]],
    ["a/b; n=plain; n*=iso-8859-1''%E9", 'a/b', [['n', 'é']]],
    ["a/b; n*=no-such''%E9", 'a/b', [['n', 'é']]],
    ['a/b; n*=%zz', 'a/b', [['n', '%zz']]],
    [
      'attachment; filename=my file.pdf; size=3',
      'attachment',
      [
        ['filename', 'my file.pdf'],
        ['size', '3'],
      ],
    ],
    [
      'a/b name=x charset=y',
      'a/b',
      [
        ['name', 'x'],
        ['charset', 'y'],
      ],
    ],
    ['a/b; n="a\\"b\\\\c"; n=second', 'a/b', [['n', 'a"b\\c']]],
    ['a/b; n="open', 'a/b', [['n', 'open']]],
    ['a/b;;; ; =x; y; z=', 'a/b', [['z', '']]],
    ['; filename=x', '', [['filename', 'x']]],
    ['', '', []],
    ['(open', '', []],
  ])('reads %j', (text, value, params) => {
    expect(parseParameterised(text)).toEqual({ value, params });
  });

  it('keeps its limits', () => {
    const many = Array.from({ length: parametersMax + 20 }, (_, i) => `p${i}=v`).join('; ');
    expect(parseParameterised(`a/b; ${many}`).params).toHaveLength(parametersMax);
    const [param] = parseParameterised(`a/b; n=${'x'.repeat(mimeValueCharsMax + 5)}`).params;
    expect(param?.[1]).toHaveLength(mimeValueCharsMax);
    expect(parseParameterised(`${'x'.repeat(500)}/b`).value).toBe('');
  });

  it.each(['(', '(\\', ';', '=', '"', 'a', ' ', ' a', 'a=', 'a*0=b ', 'a=b (', "a*='", '; a*1*=%'])(
    'is linear in a megabyte of %j',
    (piece) => {
      expect(parseParameterised(fill(piece)).params.length).toBeLessThanOrEqual(parametersMax);
      expect(parseParameterised(`a/b; x=${fill(piece)}`).params.length).toBeLessThanOrEqual(parametersMax);
    },
  );
});

describe('parseDate', () => {
  it.each([
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06.000Z'],
    ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06.000Z'],
    ['Thu, 13 Feb 1969 23:32 -0330', '1969-02-14T03:02:00.000Z'],
    [
      'Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n   -0330 (Newfoundland Time)',
      '1969-02-14T03:02:00.000Z',
    ],
    ['Fri, 21 Nov 1997 09(comment):   55  :  06 -0600', '1997-11-21T15:55:06.000Z'],
    ['10:00 1 Jan 2023', null],
    ['Mon, 7 Feb 1994 21:52:25 PST', '1994-02-08T05:52:25.000Z'],
    ['7 Feb 2049 00:00:00 Z', '2049-02-07T00:00:00.000Z'],
    ['1 Jan 49 00:00 EST', '2049-01-01T05:00:00.000Z'],
    ['1 Jan 50 00:00 +0000', '1950-01-01T00:00:00.000Z'],
    ['1 Jan 104 00:00 +0000', '2004-01-01T00:00:00.000Z'],
    ['29 Feb 2024 00:00:60 +0000', '2024-02-29T00:01:00.000Z'],
    ['Thu Nov  6 10:00:00 2003', '2003-11-06T10:00:00.000Z'],
    ['Thu Nov 6 10:00:00 EST 2003', '2003-11-06T15:00:00.000Z'],
    ['1 January 2020 1:2:3 GMT+0100', '2020-01-01T00:02:03.000Z'],
    ['06-Nov-2003 10:00:00 +0000', '2003-11-06T10:00:00.000Z'],
    ['29 Feb 2023 00:00 +0000', null],
    ['31 Apr 2023 00:00 +0000', null],
    ['1 Jan 2023 24:00 +0000', null],
    ['1 Jan 2023 10:60 +0000', null],
    ['1 Jan 2023 10:00 +0099', null],
    ['1 Foo 2023 10:00 +0000', null],
    ['1 Jan 2023', null],
    ['yesterday', null],
    ['', null],
  ])('reads %j', (text, iso) => {
    const ms = parseDate(text);
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(iso);
  });

  it.each([
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06.000Z'],
    ['Fri, 21 Nov 1997 09:55:06 -0699', '1997-11-21T09:55:06.000Z'],
    ['Fri, 21 Nov 1997 25:61:61 -0600', '1997-11-21T00:00:00.000Z'],
    ['21 Nov 1997', '1997-11-21T00:00:00.000Z'],
    ['21-Nov-97', '1997-11-21T00:00:00.000Z'],
    ['Fri, 21 Nov 1997 noon', '1997-11-21T00:00:00.000Z'],
    ['Fri, 31 Feb 1997 09:55:06 -0600', null],
    ['09:55:06', null],
    ['21', null],
    ['', null],
  ])('%j was sent at %j', (text, iso) => {
    const ms = parseSentDate(text);
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(iso);
  });

  it('looks at no more than its limit', () => {
    expect(parseDate(`(${fill('(')}`)).toBeNull();
    expect(parseDate(`${' '.repeat(dateCharsMax)}1 Jan 2023 10:00 +0000`)).toBeNull();
  });
});

describe('readSubject', () => {
  it.each([
    ['Re: x', 'x', true],
    ['RE : Re[2]:  x', 'x', true],
    ['Re [2] : x', 'x', true],
    ['Fwd: fw: x (fwd) (FWD)', 'x', true],
    ['x (fwd)', 'x', true],
    ['x(Fwd) ', 'x', true],
    ['[list] Re: [list] x', 'x', true],
    ['[a] [b]re: x', 'x', true],
    ['[list] x', 'x', false],
    ['[a] [b]', '[b]', false],
    ['[a][b] x', 'x', false],
    ['[re: a] x', 'x', false],
    ['Re: [a] ', '[a]', true],
    ['[fwd: Re: x]', 'x', true],
    ['[Fwd: x]', 'x', true],
    ['[Fwd: [Fwd: x (fwd)]]', 'x', true],
    ['[Fwd: [list] x]', 'x', true],
    ['[Fwd: x] y', 'y', false],
    ['[fwd:]', '', true],
    ['Reply', 'Reply', false],
    ['Re', 'Re', false],
    ['Re:', '', true],
    ['x re: y', 'x re: y', false],
    ['AW: x', 'AW: x', false],
    ['  a   b\tc ', 'a b c', false],
    ['[open Re: x', '[open Re: x', false],
    ['', '', false],
  ])('%j -> %j', (subject, base, isReply) => {
    expect(readSubject(subject)).toEqual({ base, isReply });
  });

  it.each(['[', '[a]', '[a] ', 're:', 're[', 're[a]', '[fwd:', '(fwd)', ' ', ']', '[a]re:'])(
    'is linear in a megabyte of %j',
    (piece) => {
      expect(readSubject(fill(piece)).base.length).toBeLessThanOrEqual(baseSubjectCharsMax);
      expect(readSubject(`${fill(piece)}${fill(']')}`).base.length).toBeLessThanOrEqual(baseSubjectCharsMax);
    },
  );
});

describe('message ids', () => {
  it('are found among anything', () => {
    expect(messageIds('<a@b> junk <c@d>\r\n\t<e@\r\n f> <> <open <g@h>')).toEqual([
      '<a@b>',
      '<c@d>',
      '<e@f>',
      '<g@h>',
    ]);
    expect(messageIds('nothing')).toEqual([]);
    expect(messageIds(`<${'x'.repeat(1_000)}>`)).toEqual([]);
  });

  it('make a thread: References as they are, else the first of In-Reply-To, capped to the first and the latest', () => {
    expect(threadReferences('<a@b> <c@d>', '<e@f>')).toEqual(['<a@b>', '<c@d>']);
    expect(threadReferences('<a@b> <c@d> <a@b>', null)).toEqual(['<a@b>', '<c@d>', '<a@b>']);
    expect(threadReferences('none', 'from <e@f> <g@h>')).toEqual(['<e@f>']);
    expect(threadReferences(null, null)).toEqual([]);
    const many = Array.from({ length: referencesMax + 50 }, (_, i) => `<${i}@x>`);
    const capped = threadReferences(many.join(' '), null);
    expect(capped).toHaveLength(referencesMax);
    expect([capped[0], capped[1], capped.at(-1)]).toEqual(['<0@x>', '<51@x>', '<149@x>']);
  });

  it.each(['<', '>', '<a', '<a>'])('are read in linear time from a megabyte of %j', (piece) => {
    expect(messageIds(fill(piece)).length).toBeLessThanOrEqual(megabyte);
  });
});

describe('htmlToText', () => {
  it.each([
    ['<p>a</p><p>b</p>', '\na\n\nb\n'],
    ['a<b>b</b>c', 'abc'],
    ['a<br>b', 'a\nb'],
    ['x<script>if (a < b) "</p>"</script>y', 'x\ny'],
    ['<style>p { }</STYLE >z', '\nz'],
    ['<!-- <p>hidden --> shown', ' shown'],
    ['<!-- never closed <p>x', ''],
    ['<a title="a > b" href=\'c>d\'>link</a>', 'link'],
    ['<a title="open>link</a>', 'link'],
    ['1 < 2 &amp; 3 &lt; 4', '1 < 2 & 3 < 4'],
    ['&eacute;&#233;&#xE9;&euro;&nope;&amp;lt;&#0;&#xD800;', 'ééé€&nope;&lt;\ufffd\ufffd'],
    ['caf&eacute', 'café'],
    ['<title>t</title>x', '\nx'],
    ['<', '<'],
    ['<p', '\n'],
    ['', ''],
  ])('%j', (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it.each([
    '<',
    '<a',
    '<a "',
    '<a ="',
    "<a ='",
    '<!--',
    '<script>',
    '<style',
    '&',
    '&a',
    '&#',
    '<head>',
    '</',
    '<a b="c">',
  ])('is linear in a megabyte of %j', (piece) => {
    expect(htmlToText(fill(piece)).length).toBeLessThanOrEqual(megabyte + piece.length);
  });
});

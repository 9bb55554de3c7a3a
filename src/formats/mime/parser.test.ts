import { describe, expect, it } from 'vitest';
import {
  canDecode,
  createMimeParser,
  fileName,
  findPart,
  type MimePart,
  parseMessage,
  partText,
  sectionRange,
} from './index.ts';
import {
  boundaryBytesMax,
  delimiterLineBytesMax,
  envelopeFieldCharsMax,
  headerBytesMax,
  headerBytesTotalMax,
  headerFieldsMax,
  languagesMax,
  lineBytesMax,
  mimeTokenCharsMax,
  mimeValueCharsMax,
  partDepthMax,
  partsMax,
  previewCharsMax,
  previewSourceBytesMax,
} from './limits.ts';

const parse = (text: string) => parseMessage(Buffer.from(text));
const lines = (...all: string[]): string => all.join('\r\n');

function outline(part: MimePart): string {
  const inside = part.message ? [part.message.root] : part.children;
  const below = inside.length > 0 ? ` (${inside.map(outline).join(', ')})` : '';
  return `${part.path} ${part.type}/${part.subtype}${below}`.trim();
}

const nested = lines(
  'From: A <a@b.c>',
  'Content-Type: multipart/mixed; boundary=out',
  '',
  'preamble',
  '--out',
  'Content-Type: text/plain; charset=utf-8',
  'Content-ID: <one@x>',
  'Content-Description: the first',
  'Content-MD5: Q2hlY2s=',
  'Content-Language: fr, en',
  'Content-Location: http://x.org/',
  "Content-Disposition: inline; filename*=utf-8''%C3%A9t%C3%A9.txt",
  '',
  'bonjour',
  '--out',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'Content-Type: multipart/alternative; boundary="in"',
  '',
  '--in',
  '',
  'plain',
  '--in',
  'Content-Type: text/html',
  '',
  '<p>html</p>',
  '--in--',
  '--out',
  'Content-Type: message/rfc822',
  '',
  'Subject: single',
  '',
  'text of it',
  '--out--  ',
  'epilogue',
  '',
);

describe('the tree', () => {
  it('numbers parts as IMAP does', () => {
    expect(outline(parse(nested).root)).toBe(
      'multipart/mixed (1 text/plain, ' +
        '2 message/rfc822 (2 multipart/alternative (2.1 text/plain, 2.2 text/html)), ' +
        '3 message/rfc822 (3.1 text/plain))',
    );
  });

  it('describes a part by its MIME fields', () => {
    const part = findPart(parse(nested).root, '1');
    expect(part).toMatchObject({
      type: 'text',
      params: [['charset', 'utf-8']],
      id: '<one@x>',
      description: 'the first',
      encoding: '7bit',
      md5: 'Q2hlY2s=',
      language: ['fr', 'en'],
      location: 'http://x.org/',
      disposition: { type: 'inline', params: [['filename', 'été.txt']] },
      lines: 1,
    });
    expect(part && fileName(part)).toBe('été.txt');
  });

  it('knows where every section is', () => {
    const bytes = Buffer.from(nested);
    const { root } = parseMessage(bytes);
    const section = (path: string, what: 'MIME' | 'HEADER' | 'TEXT' | null): string | undefined => {
      const range = sectionRange(root, path, what);
      return range && bytes.toString('utf8', range.start, range.end);
    };
    expect(section('', null)).toBe(nested);
    expect(section('', 'HEADER')).toBe(
      lines('From: A <a@b.c>', 'Content-Type: multipart/mixed; boundary=out', '', ''),
    );
    expect(section('', 'TEXT')).toBe(nested.slice(nested.indexOf('preamble')));
    expect(section('', 'MIME')).toBeUndefined();
    expect(section('1', null)).toBe('bonjour');
    expect(section('1', 'MIME')).toMatch(/^Content-Type: text\/plain.*%C3%A9t%C3%A9\.txt\r\n\r\n$/s);
    expect(section('1', 'HEADER')).toBeUndefined();
    expect(section('1.1', null)).toBeUndefined();
    expect(section('2', 'MIME')).toBe('Content-Type: message/rfc822\r\n\r\n');
    expect(section('2', 'HEADER')).toBe(
      lines('Subject: inner', 'Content-Type: multipart/alternative; boundary="in"', '', ''),
    );
    expect(section('2', 'TEXT')).toMatch(/^--in\r\n.*--in--$/s);
    expect(section('2.1', null)).toBe('plain');
    expect(section('2.2', null)).toBe('<p>html</p>');
    expect(section('3', 'HEADER')).toBe('Subject: single\r\n\r\n');
    expect(section('3.1', null)).toBe('text of it');
    expect(section('3.1', 'MIME')).toBe('Subject: single\r\n\r\n');
    for (const path of ['4', '0', '01', '1.0', '3.2', '3.1.1', 'x', '1.', '2.3', '9999999999']) {
      expect(section(path, null)).toBeUndefined();
    }
  });

  it('answers 1 for a message of one part', () => {
    const { root } = parse('Subject: x\r\n\r\nbody');
    expect(findPart(root, '1')).toBe(root);
    expect(sectionRange(root, '1', null)).toEqual({ start: 14, end: 18 });
    expect(findPart(root, '2')).toBeUndefined();
  });

  it('numbers a message in a message', () => {
    const { root } = parse(
      'Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--',
    );
    expect(outline(root)).toBe('message/rfc822 (1 multipart/mixed (1.1 text/plain))');
    expect(findPart(root, '1')).toBe(root);
    expect(findPart(root, '1.1')).toBe(root.message?.root.children[0]);
  });

  it.each([
    ['', 'text/plain'],
    ['Content-Type: foo', 'text/plain'],
    ['Content-Type: /', 'text/plain'],
    ['Content-Type: multipart/mixed', 'multipart/mixed'],
    ['Content-Type: IMAGE/PNG; name=x', 'image/png'],
    ['Content-Type: text/html\nContent-Type: image/png', 'text/html'],
    [`Content-Type: ${'x'.repeat(mimeTokenCharsMax)}/y`, 'text/plain'],
  ])('reads the type of %j', (header, type) => {
    const { root } = parse(`${header}\n\nbody`);
    expect(`${root.type}/${root.subtype}`).toBe(type);
  });

  it('does not look into an encoded message', () => {
    const { root } = parse(
      'Content-Type: message/rfc822\nContent-Transfer-Encoding: BASE64\n\nU3ViamVjdDogeA==',
    );
    expect([root.message, root.encoding, root.lines]).toEqual([null, 'base64', 1]);
  });

  it('reads message/global and digests', () => {
    const text =
      'Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: é\n\nx\n--d\nContent-Type: message/global\n\n\ny\n--d--';
    const { root } = parse(text);
    expect(outline(root)).toBe(
      'multipart/digest (1 message/rfc822 (1.1 text/plain), 2 message/global (2.1 text/plain))',
    );
    expect(root.children[0]?.message?.envelope.subject).toBe('é');
  });
});

describe('delimiters', () => {
  const boxed = (boundary: string, ...body: string[]): MimePart[] =>
    parse(lines(`Content-Type: multipart/mixed; boundary="${boundary}"`, '', ...body)).root.children;

  it.each([
    ['trailing white space', ['--b \t', '', 'x', '--b--  \t'], 1],
    ['a missing close', ['--b', '', 'x'], 1],
    ['only a close', ['--b--', 'x'], 0],
    ['a longer word', ['--bb', '', '--b', '', '--b-', '--b- -', '--b--x', '-- b'], 1],
    ['one in the middle of a line', ['x--b', '--b', '', ' --b'], 1],
    ['one after the close', ['--b', '', '--b--', '--b', ''], 1],
    ['mbox From lines', ['From x', '--b', 'From y', '', 'From z'], 1],
  ])('stands %s', (_, body, count) => {
    expect(boxed('b', ...body)).toHaveLength(count);
  });

  it('accepts 8-bit boundaries, and none in the header', () => {
    expect(boxed('é', '--é', '', 'x', '--é--')).toHaveLength(1);
    const latin = Buffer.from(
      'Content-Type: multipart/mixed; boundary="\xe9"\n\n--\xe9\n\nx\n--\xe9--',
      'latin1',
    );
    expect(parseMessage(latin).root.children).toHaveLength(1);
    const { root, defects } = parse('Content-Type: multipart/mixed\n\n--\n\nx\n----');
    expect([root.children.length, root.lines, defects]).toEqual([0, 4, ['bare-lf', 'boundary']]);
  });

  it('limits a boundary and the line it stands on', () => {
    const longest = 'x'.repeat(boundaryBytesMax);
    expect(boxed(longest, `--${longest}`, '', 'a')).toHaveLength(1);
    expect(boxed(`${longest}x`, `--${longest}x`, '', 'a')).toHaveLength(0);
    const padding = ' '.repeat(delimiterLineBytesMax - 3);
    expect(boxed('b', `--b${padding}`, '', 'a')).toHaveLength(1);
    expect(boxed('b', `--b${padding} `, '', 'a')).toHaveLength(0);
  });
});

describe('limits', () => {
  it('describes what is nested too deeply as one opaque part', () => {
    for (const [open, levels] of [
      [(i: number) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`, 1],
      [() => 'Content-Type: message/rfc822\n\n', 1],
    ] as const) {
      for (const depth of [partDepthMax, partDepthMax + 30]) {
        const text = `${Array.from({ length: depth }, (_, i) => open(i)).join('')}\nx`;
        const { root, defects } = parse(text);
        let part: MimePart = root;
        let found = 0;
        for (let next: MimePart | undefined = root; next; next = next.message?.root ?? next.children[0]) {
          part = next;
          found++;
        }
        expect(found).toBe(partDepthMax + levels);
        expect(part.bodyEnd).toBe(text.length);
        expect(defects.includes('depth')).toBe(depth > partDepthMax);
      }
    }
  });

  it('puts what comes after the last allowed part into one more', () => {
    const message = (count: number) =>
      parse(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(count)}--b--\n`);
    const exact = message(partsMax - 1); // the multipart is a part itself
    expect(exact.root.children).toHaveLength(partsMax - 1);
    expect(exact.defects).not.toContain('parts');
    const over = message(partsMax + 100);
    expect(over.root.children).toHaveLength(partsMax);
    expect(over.defects).toContain('parts');
    expect(over.root.children.at(-1)).toMatchObject({ type: 'application', bodyEnd: over.size });
  });

  it('parses so much of a header and counts the rest', () => {
    const filler = `X: ${'x'.repeat(995)}\n`.repeat(Math.ceil(headerBytesMax / 999));
    const message = parse(
      `Subject: a\nFrom: a@b\n${filler}From: c@d\nfRom : e@f\nTo: late@x\nReceived: x\n\nbody`,
    );
    expect(message.envelope).toMatchObject({ subject: 'a', to: [] });
    expect([message.fromCount, message.received]).toEqual([3, 1]);
    expect(message.defects).toEqual(['bare-lf', 'header-size']);
    expect(message.preview).toBe('body');
  });

  it('parses so many bytes of all headers together', () => {
    const header = `X: ${'x'.repeat(headerBytesMax - 100)}\nSubject: s\n`;
    const part = `--b\nContent-Type: message/rfc822\n\n${header}\nx\n`;
    const count = headerBytesTotalMax / headerBytesMax + 2;
    const { root, defects } = parse(
      `Content-Type: multipart/mixed; boundary=b\n\n${part.repeat(count)}--b--`,
    );
    expect(root.children.map((child) => child.message?.envelope.subject ?? null).slice(0, 3)).toEqual([
      's',
      's',
      's',
    ]);
    expect(root.children.at(-1)).toMatchObject({ type: 'text', message: null });
    expect(defects).toContain('header-size');
  });

  it('reads so many fields', () => {
    const message = parse(`${'X: y\n'.repeat(headerFieldsMax)}Subject: late\nFrom: a@b\n\n`);
    expect([message.envelope.subject, message.fromCount, message.defects]).toEqual([
      null,
      1,
      ['bare-lf', 'header-fields'],
    ]);
  });

  it('keeps values short enough to store', () => {
    const long = 'x'.repeat(envelopeFieldCharsMax + 10);
    const { root, envelope } = parse(
      `Subject: ${long}\nContent-ID: ${long}\nContent-Language: ${'a,'.repeat(languagesMax + 9)}\n\n`,
    );
    expect(envelope.subject).toHaveLength(envelopeFieldCharsMax);
    expect(root.id).toHaveLength(mimeValueCharsMax);
    expect(root.language).toHaveLength(languagesMax);
  });

  it('looks so far for a preview', () => {
    const html = (tags: number) => parse(`Content-Type: text/html\n\n${'<b></b>'.repeat(tags)}end\n`).preview;
    expect(html(previewSourceBytesMax / 7 - 10)).toBe('end');
    expect(html(previewSourceBytesMax / 7 + 10)).not.toContain('end');
  });

  it('notes long lines', () => {
    expect(parse(`\r\n${'x'.repeat(lineBytesMax)}\r\n`).defects).toEqual([]);
    expect(parse(`\r\n${'x'.repeat(lineBytesMax + 1)}\r\n`).defects).toEqual(['long-line']);
    expect(parse(`\r\n${'x'.repeat(lineBytesMax + 1)}`).defects).toEqual(['long-line']);
  });

  // Each of these takes minutes where a line, a header or a stack is gone through again for every byte.
  it.each([
    [
      'dashes',
      `${'Content-Type: multipart/mixed; boundary=b\n\n--b\n'.repeat(49)}${'--\n--x\n'.repeat(300_000)}`,
    ],
    ['dashes in a header', '--x\n'.repeat(250_000)],
    ['empty lines', `\n${'\n'.repeat(2_000_000)}`],
    ['carriage returns', `\n${'\r'.repeat(2_000_000)}`],
    ['one folded field', `Content-Type: a/b\n${' ;a*0*=b\n'.repeat(150_000)}`],
    ['fields', 'a:\n'.repeat(400_000)],
    ['recipients', `To: ${'a@b.c, '.repeat(150_000)}\n\n`],
    ['many To fields', `${'To: a@b.c\n'.repeat(1_900)}\n\n`],
    ['encoded words', `Subject: ${'=?utf-8?q?a?= '.repeat(70_000)}\n\n`],
    ['delimiters', `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n'.repeat(400_000)}`],
    ['alternating closes', `Content-Type: multipart/mixed; boundary=b\n\n${'--b--\n--b\n'.repeat(200_000)}`],
    ['combining marks out of order', `\n${'\u0301\u0327'.repeat(500_000)}`],
    ['NULs', '\0'.repeat(2_000_000)],
  ])('is linear in megabytes of %s', (_, text) => {
    expect(parse(text).size).toBe(Buffer.byteLength(text));
  });

  it('keeps no more of a large message than the limits say', () => {
    const parser = createMimeParser();
    const chunk = Buffer.alloc(65_536, 'some words on a line\r\n');
    const before = process.memoryUsage().arrayBuffers;
    let peak = before;
    for (const start of ['Subject: x\r\nX-Long: ', '\r\n\r\n']) {
      parser.write(Buffer.from(start));
      for (let i = 0; i < 800; i++) {
        parser.write(chunk);
        peak = Math.max(peak, process.memoryUsage().arrayBuffers);
      }
    }
    expect(parser.end().size).toBe(2 * 800 * chunk.length + 24);
    expect(peak - before).toBeLessThan(24 * 1_048_576);
  });
});

describe('the message', () => {
  it('reads the envelope', () => {
    const { envelope, sentAt } = parse(
      lines(
        'Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)',
        'Subject: =?utf-8?Q?=C3=A9?=',
        ' folded',
        'From: Ann <ann@x.org>',
        'Sender:',
        'To: Board: b@x.org, c@x.org;',
        'To: d@x.org',
        'In-Reply-To: <r@x>',
        'Message-ID: <m@x>',
        'References: <q@x>',
        '',
        '',
      ),
    );
    const ann = [{ name: 'Ann', route: null, mailbox: 'ann', host: 'x.org' }];
    const bare = (mailbox: string) => ({ name: null, route: null, mailbox, host: 'x.org' });
    expect(envelope).toEqual({
      date: 'Mon, 7 Feb 1994 21:52:25 -0800 (PST)',
      subject: '=?utf-8?Q?=C3=A9?= folded',
      from: ann,
      sender: ann,
      replyTo: ann,
      to: [
        { name: null, route: null, mailbox: 'Board', host: null },
        bare('b'),
        bare('c'),
        { name: null, route: null, mailbox: null, host: null },
        bare('d'),
      ],
      cc: [],
      bcc: [],
      inReplyTo: '<r@x>',
      messageId: '<m@x>',
    });
    expect(sentAt).toBe(Date.UTC(1994, 1, 8, 5, 52, 25));
  });

  it('gathers subject thread and search text', () => {
    const message = parse(
      lines(
        'From: =?utf-8?Q?Andr=C3=A9?= <a@x.org>',
        'Subject: Re: [list] =?iso-8859-1?Q?caf=E9?=',
        'References: <a@x> <b@x>',
        'In-Reply-To: <b@x>',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/html; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('<style>x</style><p>Bonjour  e\u0301t\u00e9</p>').toString('base64'),
        '--b',
        'Content-Type: application/pdf; name="=?utf-8?Q?r=C3=A9sum=C3=A9.pdf?="',
        '',
        'JVBERi',
        '--b',
        'Content-Disposition: attachment',
        '',
        'attached notes',
        '--b--',
      ),
    );
    expect(message.baseSubject).toBe('café');
    expect(message.references).toEqual(['<a@x>', '<b@x>']);
    expect(message.preview).toBe('Bonjour e\u0301té');
  });

  it('gives the text of a part to who searches it', () => {
    const bytes = Buffer.from(
      'Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: quoted-printable\n\n=F0=D2=C9',
    );
    const { root } = parseMessage(bytes);
    expect(partText(root, bytes.subarray(root.bodyStart, root.bodyEnd))).toBe('При');
    expect(['base64', '7bit', 'x-uue', 'x-gzip', ''].map(canDecode)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('previews the plain text, short and whole', () => {
    const both = (plain: string) =>
      parse(
        `Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<i>html</i>\n--b\n\n${plain}\n--b--`,
      );
    expect(both('plain').preview).toBe('plain');
    expect(both(' \u00ad\u034f \u200b').preview).toBe('html');
    const { preview } = both('\u{1f600}'.repeat(previewCharsMax));
    expect(preview).toHaveLength(previewCharsMax);
    expect(both(`x${'\u{1f600}'.repeat(previewCharsMax)}`).preview).toHaveLength(previewCharsMax - 1);
    expect(both(`${'word '.repeat(100)}`).preview).toBe('word '.repeat(previewCharsMax / 5).trim());
  });

  it.each([
    ['', []],
    ['Subject: x\r\n\r\nbody\r\n', []],
    ['Subject: x\n\r\n', ['bare-lf']],
    ['Subject: x\r\n\r\na\rb\r\n', ['bare-cr']],
    ['Subject: x\r\n\r\na\r', ['bare-cr']],
    ['Subject: x\r\n\r\n\0', ['nul']],
    ['Subject: x\r\n', ['no-header-end']],
    ['Subject: x', ['no-header-end']],
    ['Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n', ['no-close']],
    ['Content-Type: multipart/mixed; boundary=b\r\n--b\r\n\r\nx\r\n--b--', ['no-header-end']],
  ])('names the defects of %j', (text, defects) => {
    expect(parse(text).defects).toEqual(text === '' ? ['no-header-end'] : defects);
  });

  it('is described even where there is none', () => {
    const { root, size, preview } = parseMessage(new Uint8Array(0));
    expect([root.bodyEnd, size, preview, outline(root)]).toEqual([0, 0, '', 'text/plain']);
  });
});

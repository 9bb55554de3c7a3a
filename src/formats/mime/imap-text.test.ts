import { describe, expect, it } from 'vitest';
import {
  bodyStructureText,
  decodeStructure,
  encodeStructure,
  envelopeText,
  type MimePart,
  parseMessage,
} from './index.ts';

const parse = (text: string) => parseMessage(Buffer.from(text));
const envelope = (text: string): string => envelopeText(parse(`${text}\r\n\r\n`).envelope);
const structure = (text: string, extended = true): string => bodyStructureText(parse(text).root, extended);

describe('envelopeText', () => {
  it('is the example of RFC 9051 §8', () => {
    const header = [
      'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
      'From: Terry Gray <gray@cac.washington.edu>',
      'Subject: IMAP4rev2 WG mtg summary and minutes',
      'To: imap@cac.washington.edu',
      'cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>',
      'Message-Id: <B27397-0100000@cac.washington.ed>',
    ].join('\r\n');
    const terry = '(("Terry Gray" NIL "gray" "cac.washington.edu"))';
    expect(envelope(header)).toBe(
      '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" ' +
        `${terry} ${terry} ${terry} ((NIL NIL "imap" "cac.washington.edu")) ` +
        '((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL ' +
        '"<B27397-0100000@cac.washington.ed>")',
    );
  });

  it.each([
    ['Subject: a "b" \\c', '"a \\"b\\" \\\\c"'],
    ['Subject: é', '{2}\r\né'],
    ['Subject: a\0é', '{3}\r\naé'],
    ['Subject: a\rb', '{3}\r\na b'],
    ['Subject: a\u0001', '{2}\r\na\u0001'],
    ['Subject: a\r\n\tb', '"a\tb"'],
    ['Subject:', '""'],
    ['X: y', 'NIL'],
  ])('writes the subject of %j', (header, text) => {
    expect(envelope(header)).toBe(`(NIL ${text} NIL NIL NIL NIL NIL NIL NIL NIL)`);
  });

  it('writes 8-bit bytes that are no UTF-8 as Latin-1', () => {
    const message = parseMessage(Buffer.from('Subject: \xe9\r\n\r\n', 'latin1'));
    expect(envelopeText(message.envelope)).toContain('{2}\r\né');
  });

  it('marks groups, routes and missing hosts', () => {
    expect(envelope('Cc: G: <@r:a@b>;, nobody, "q u"@x')).toBe(
      '(NIL NIL NIL NIL NIL NIL ((NIL NIL "G" NIL)(NIL "@r" "a" "b")(NIL NIL NIL NIL)(NIL NIL "nobody" "")(NIL NIL "q u" "x")) NIL NIL NIL)',
    );
  });
});

describe('bodyStructureText', () => {
  it('writes text with its lines, extended or not', () => {
    const text = 'Content-Type: text/plain; charset=us-ascii\r\n\r\na\r\nb\r\n';
    expect(structure(text, false)).toBe('("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 2)');
    expect(structure(text)).toBe(
      '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 2 NIL NIL NIL NIL)',
    );
  });

  it('writes every extension field', () => {
    const text =
      'Content-Type: image/png\r\nContent-ID: <i>\r\nContent-Description: d\r\nContent-Transfer-Encoding: base64\r\n' +
      'Content-MD5: m\r\nContent-Disposition: attachment; filename=a.png\r\nContent-Language: fr, en\r\nContent-Location: l\r\n\r\nAA==';
    expect(structure(text)).toBe(
      '("image" "png" NIL "<i>" "d" "base64" 4 "m" ("attachment" ("filename" "a.png")) ("fr" "en") "l")',
    );
  });

  it('writes a multipart and a message', () => {
    const text =
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n' +
      'Subject: s\r\n\r\ny\r\n--b--\r\n';
    const inner = '(NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL)';
    expect(structure(text, false)).toBe(
      `(("text" "plain" NIL NIL NIL "7bit" 1 1)("message" "rfc822" NIL NIL NIL "7bit" 15 ${inner} ` +
        '("text" "plain" NIL NIL NIL "7bit" 1 1) 3) "mixed")',
    );
    expect(structure(text)).toBe(
      `(("text" "plain" NIL NIL NIL "7bit" 1 1 NIL NIL NIL NIL)("message" "rfc822" NIL NIL NIL "7bit" 15 ${inner} ` +
        '("text" "plain" NIL NIL NIL "7bit" 1 1 NIL NIL NIL NIL) 3 NIL NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL)',
    );
  });

  it('shows a multipart without parts as text, which part 1 then is', () => {
    expect(structure('Content-Type: multipart/mixed; boundary=b\r\n\r\nhello\r\n', false)).toBe(
      '("text" "plain" NIL NIL NIL "7bit" 7 1)',
    );
  });

  it('gives an encoded message an empty envelope and body', () => {
    expect(
      structure('Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==', false),
    ).toBe(
      '("message" "rfc822" NIL NIL NIL "base64" 4 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 0 0) 1)',
    );
  });

  it('writes file names beyond ASCII as RFC 2231', () => {
    expect(structure('Content-Type: a/b; name="é (1)*\'.txt"\r\n\r\n', false)).toBe(
      '("a" "b" ("name*" "utf-8\'\'%C3%A9%20%281%29%2A%27.txt") NIL NIL "7bit" 0)',
    );
  });
});

describe('the stored structure', () => {
  it('is read back', () => {
    const { root } = parse(
      'Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--',
    );
    expect(decodeStructure(encodeStructure(root))).toEqual(root);
  });

  it.each(['', '{', 'null', '[]', '{"path":""}', '[1,2,3]'])('is refused as %j', (text) => {
    expect(() => decodeStructure(text)).toThrow(/stored message structure/);
  });

  it('is refused with a wrong offset, or nested without end', () => {
    const good = JSON.parse(encodeStructure(parse('a: b\n\nx').root)) as unknown[];
    expect(() => decodeStructure(JSON.stringify(good.with(11, -1)))).toThrow('malformed');
    expect(() => decodeStructure(JSON.stringify(good.with(16, [])))).toThrow('malformed');
    let deep: unknown[] = good;
    for (let i = 0; i < 60; i++) deep = good.with(15, [deep]);
    expect(() => decodeStructure(JSON.stringify(deep))).toThrow('malformed');
    const part: MimePart = decodeStructure(JSON.stringify(good));
    expect(part.bodyEnd).toBe(7);
  });
});

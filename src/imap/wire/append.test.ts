import { describe, expect, test } from 'vitest';
import { AppendLiterals } from './append-literals.ts';
import { SyntaxFault } from './fault.ts';
import { decodeAll, decoderOf } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import { literalAtEnd } from './literals.ts';

const literal = (text: string, binary = false) => ({ kind: 'literal', bytes: Buffer.from(text), binary });

describe('appendMessage', () => {
  test('flags, date and literal', () => {
    const message = decodeAll('(\\Seen) "17-Jul-1996 02:44:25 -0700" {5+}\r\na\0\r\nb', (d) =>
      d.appendMessage(),
    );
    expect(message.flags).toEqual(['\\Seen']);
    expect(message.internalDate).toEqual({ timeMs: Date.UTC(1996, 6, 17, 9, 44, 25), zoneMinutes: -420 });
    expect(message.data).toEqual({ kind: 'message', literal: literal('a\0\r\nb') });
  });

  test('the literal alone, as literal8, within UTF8', () => {
    expect(decodeAll('{0}\r\n', (d) => d.appendMessage())).toMatchObject({ flags: [], internalDate: null });
    const binary = { kind: 'message', literal: literal('x', true) };
    expect(decodeAll('~{1}\r\nx', (d) => d.appendData())).toEqual(binary);
    expect(decodeAll('UTF8 (~{1+}\r\nx)', (d) => d.appendData())).toEqual(binary);
  });

  test('CATENATE of all kinds of parts', () => {
    const wire =
      'catenate (TEXT {1}\r\na URL "/Drafts/;UID=1" url {3+}\r\n/;a text ~{1}\r\nb UTF8 (~{1}\r\nc) URL ;UID=2)';
    expect(decodeAll(wire, (d) => d.appendData())).toEqual({
      kind: 'catenate',
      parts: [
        { kind: 'text', literal: literal('a') },
        { kind: 'url', url: '/Drafts/;UID=1' },
        { kind: 'url', url: '/;a' },
        { kind: 'text', literal: literal('b', true) },
        { kind: 'text', literal: literal('c', true) },
        { kind: 'url', url: ';UID=2' },
      ],
    });
  });

  test('several in a row, as MULTIAPPEND sends them', () => {
    const decoder = decoderOf('{1}\r\na (x) {1}\r\nb CATENATE (TEXT {1}\r\nc) {1}\r\nd');
    decoder.appendMessage();
    decoder.sp();
    expect(decoder.appendMessage().flags).toEqual(['x']);
    decoder.sp();
    expect(decoder.appendMessage().data.kind).toBe('catenate');
    decoder.sp();
    expect(decoder.appendMessage().data.kind).toBe('message');
    decoder.end();
  });

  test.each([
    ['', 'expected a literal'],
    ['"text"', 'date and time'],
    ['(\\Seen)', 'expected a space'],
    ['(\\Seen) x', 'expected a literal'],
    ['"17-Jul-1996 02:44:25 -0700"', 'expected a space'],
    ['UTF8 ({1}\r\nx)', 'UTF8 needs a literal8'],
    ['UTF8 ~{1}\r\nx', "expected '('"],
    ['UTF8 (~{1}\r\nx', "expected ')'"],
    ['{1}\r\nx ', 'expected the end'],
    ['CATENATE', 'expected a space'],
    ['CATENATE TEXT {1}\r\nx', "expected '('"],
    ['CATENATE ()', 'an empty list of CATENATE parts'],
    ['CATENATE (TEXT "x")', 'expected a literal'],
    ['CATENATE (TEXT{1}\r\nx)', 'expected a space'],
    ['CATENATE (URL)', 'expected a space'],
    ['CATENATE (URL ())', 'expected a URL'],
    ['CATENATE ({1}\r\nx)', 'expected TEXT or URL'],
    ['CATENATE (FILE x)', 'expected TEXT or URL'],
    ['CATENATE (TEXT {1}\r\nxTEXT {1}\r\ny)', "a space or ')'"],
    ['CATENATE (URL x', "a space or ')'"],
    ['CATENATE (UTF8 ({1}\r\nx))', 'UTF8 needs a literal8'],
  ])('%j is refused: %s', (wire, why) => {
    expect(() => decodeAll(wire, (d) => d.appendMessage())).toThrow(SyntaxFault);
    expect(() => decodeAll(wire, (d) => d.appendMessage())).toThrow(why);
  });

  test('catenatePartsMax', () => {
    const wire = (parts: number) => `CATENATE (${Array(parts).fill('URL x').join(' ')})`;
    expect(decodeAll(wire(wireLimits.catenatePartsMax), (d) => d.appendData())).toMatchObject({
      kind: 'catenate',
    });
    expect(() => decodeAll(wire(wireLimits.catenatePartsMax + 1), (d) => d.appendData())).toThrow(
      `more than ${wireLimits.catenatePartsMax} CATENATE parts`,
    );
  });

  test('urlBytesMax', () => {
    const wire = (octets: number) => `CATENATE (URL ${'x'.repeat(octets)})`;
    decodeAll(wire(wireLimits.urlBytesMax), (d) => d.appendData());
    expect(() => decodeAll(wire(wireLimits.urlBytesMax + 1), (d) => d.appendData())).toThrow('a URL of more');
  });
});

/** The use of every literal of a command, its lines without their contents. */
function usesOf(...lines: readonly string[]): string[] {
  const literals = AppendLiterals.of(Buffer.from(lines[0] ?? ''));
  if (literals === null) return ['none'];
  return lines.map((line) => {
    const bytes = Buffer.from(line);
    return literals.next(bytes, literalAtEnd(bytes)?.start ?? bytes.length);
  });
}

describe('AppendLiterals', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['a NOOP {1}'], ['none']],
    [['a XAPPEND x {1}'], ['none']],
    [['a APPEND INBOX {1}'], ['message']],
    [
      ['a append {5}', ' {1}'],
      ['string', 'message'],
    ],
    [
      ['a APPEND INBOX (\\Seen) "date" ~{1+}', ' (x) {2}'],
      ['message', 'message'],
    ],
    [['a APPEND INBOX UTF8 (~{1}'], ['message']],
    [
      ['a APPEND INBOX UTF8 (~{1}', ') {1}'],
      ['message', 'message'],
    ],
    [
      ['a APPEND x CATENATE (TEXT {1}', ' URL {1}', ' text {1}', ') {1}'],
      ['piece', 'string', 'piece', 'message'],
    ],
    [
      ['a APPEND x CATENATE (UTF8 (~{1}', ') TEXT {1}', ' URL "(" TEXT {1}', ')'],
      ['piece', 'piece', 'piece', 'message'],
    ],
    [
      ['a APPEND {1}', ' catenate (URL "a\\")" TEXT {1}', ') CATENATE (URL {3}', ')'],
      ['string', 'piece', 'string', 'message'],
    ],
    // Mailboxes that are called like the words of the grammar.
    [['a APPEND TEXT {1}'], ['message']],
    [['a APPEND CATENATE {1}'], ['message']],
    [['a APPEND CATENATE (\\Seen) {1}'], ['message']],
    [['a APPEND "x CATENATE (TEXT" {1}'], ['message']],
    [['a APPEND "x\\" CATENATE (" (\\Seen) {1}'], ['message']],
    [['a REPLACE 4 {6}'], ['string']],
    [['a UID REPLACE * {6+}'], ['string']],
    [['a UID REPLACE 2000 Drafts {6+}'], ['message']],
    [['a REPLACE 1 Drafts CATENATE (TEXT {6+}'], ['piece']],
  ])('%j: %j', (lines, uses) => {
    expect(usesOf(...lines)).toEqual(uses);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { contentLineBytesMax, pathBytesMax, replyLineBytesMax } from '../limits.ts';
import { decodeLine, parseCommand } from './command.ts';
import { DataDecoder } from './data-decoder.ts';
import { LineRules } from './line-rules.ts';
import { decodeXtext, encodeXtext, parseParameters } from './parameters.ts';
import { AddressError, parsePath, splitPath } from './path.ts';
import { encodeReply, parseReplyLine, reply } from './reply.ts';

const seeded = { seed: 20_261_122, numRuns: 400 };

function decode(pieces: readonly Buffer[]) {
  const decoder = new DataDecoder();
  const content: Buffer[] = [];
  let used = 0;
  for (const piece of pieces) {
    used += decoder.write(piece, (part) => content.push(Buffer.from(part)));
    if (decoder.ended) break;
  }
  return { content: Buffer.concat(content), used, ended: decoder.ended, fault: decoder.fault };
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** Octets that matter are frequent. */
const octets = fc
  .array(fc.constantFrom('\r', '\n', '.', 'a', '\r\n', '\r\n.', '\r\n.\r\n', '\0'), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join('')));

/** What RFC 5321 §4.5.2 says, written with no regard for cost. */
function model(bytes: Buffer) {
  const text = bytes.toString('latin1');
  const end = `\r\n${text}`.indexOf('\r\n.\r\n');
  const ended = end >= 0;
  const raw = ended ? text.slice(0, end) : text;
  const content = `\r\n${raw}`.replace(/\r\n\./g, '\r\n').slice(2);
  const body = ended ? raw : '';
  return {
    content,
    ended,
    used: ended ? end + 3 : text.length,
    bare: /\r(?!\n)|(?<!\r)\n/.test(body),
    nul: body.includes('\0'),
  };
}

describe('DataDecoder', () => {
  test('agrees with the definition for any octets in any cutting', () => {
    fc.assert(
      fc.property(octets, fc.array(fc.nat(200), { maxLength: 12 }), (bytes, cuts) => {
        const expected = model(bytes);
        const found = decode(cutAt(bytes, cuts));
        expect(found.ended).toBe(expected.ended);
        expect(found.used).toBe(expected.used);
        if (!expected.ended) return;
        expect(found.content.toString('latin1')).toBe(expected.content);
        expect(found.fault === null).toBe(!expected.bare && !expected.nul);
        if (found.fault === 'nul') expect(expected.nul).toBe(true);
        if (found.fault?.startsWith('bare')) expect(expected.bare).toBe(true);
      }),
      seeded,
    );
  });

  test('a line may be as long as its limit, in any number of chunks, and no longer', () => {
    const block = Buffer.alloc(65_536, 'x');
    const blocks = Array.from({ length: contentLineBytesMax / block.length }, () => block);
    const end = Buffer.from('\r\n.\r\n');
    expect(decode([...blocks, end]).fault).toBe(null);
    expect(decode([...blocks, Buffer.from('x'), end])).toMatchObject({ fault: 'long-line', ended: true });
  });

  test('a chunk of nothing but CRs, or LFs, is read in one pass', () => {
    for (const octet of ['\r', '\n']) {
      const bytes = Buffer.concat([Buffer.alloc(4_194_304, octet), Buffer.from('\r\n.\r\n')]);
      expect(decode([bytes])).toMatchObject({ ended: true, used: bytes.length });
    }
  });
});

describe('LineRules', () => {
  const judge = (pieces: readonly Buffer[]) => {
    const rules = new LineRules();
    for (const piece of pieces) rules.write(piece);
    rules.end();
    return rules.fault;
  };

  test('says the same as the definition for any octets in any cutting', () => {
    fc.assert(
      fc.property(octets, fc.array(fc.nat(200), { maxLength: 12 }), (bytes, cuts) => {
        const text = bytes.toString('latin1');
        const bare = /\r(?!\n)|(?<!\r)\n/.test(text);
        const fault = judge(cutAt(bytes, cuts));
        expect(fault === null).toBe(!bare && !text.includes('\0'));
        if (fault === 'nul') expect(text.includes('\0')).toBe(true);
        if (fault === 'bare-cr') expect(/\r(?!\n)/.test(text)).toBe(true);
        if (fault === 'bare-lf') expect(/(?<!\r)\n/.test(text)).toBe(true);
      }),
      seeded,
    );
  });

  test('a line may be as long as its limit, in any number of chunks, and no longer', () => {
    const block = Buffer.alloc(65_536, 'x');
    const blocks = Array.from({ length: contentLineBytesMax / block.length }, () => block);
    expect(judge([...blocks, Buffer.from('\r'), Buffer.from('\n'), ...blocks])).toBe(null);
    expect(judge([...blocks, Buffer.from('x')])).toBe('long-line');
  });
});

describe('commands', () => {
  test.each([
    ['EHLO x', 'EHLO', 'x'],
    ['mail FROM:<a@b>  ', 'MAIL', 'FROM:<a@b>'],
    ['NOOP', 'NOOP', ''],
    ['', '', ''],
    ['a\tb', 'A', 'b'],
  ])('%j', (line, verb, argument) => expect(parseCommand(line)).toEqual({ verb, argument }));

  test('bytes that are no text are refused', () => {
    expect(decodeLine(Buffer.from('MAIL FROM:<zoé@x>'))).toBe('MAIL FROM:<zoé@x>');
    for (const bytes of [[0xff], [0], [7], [0x1b, 0x5b], [0x7f], [0xc0, 0xaf]]) {
      expect(decodeLine(Buffer.from(bytes))).toBe(null);
    }
  });
});

describe('parameters', () => {
  test('keywords in any case, values as they are', () => {
    expect([...parseParameters(' size=1000  body=8BITMIME\tSMTPUTF8')]).toEqual([
      ['SIZE', '1000'],
      ['BODY', '8BITMIME'],
      ['SMTPUTF8', null],
    ]);
  });

  test.each(['=', 'A=', '-A=1', 'A=b=c', 'A A', 'A_B=1', 'a=1 A=2'])('%j is refused', (text) => {
    expect(() => parseParameters(text)).toThrow(FormatError);
  });

  test('xtext comes back as it went', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)) }),
        (text) => {
          expect(decodeXtext(encodeXtext(text))).toBe(text);
        },
      ),
      seeded,
    );
    for (const bad of ['a+b', 'a+2b', 'a=b', 'é', 'a b', '+'])
      expect(() => decodeXtext(bad)).toThrow(FormatError);
  });
});

describe('paths', () => {
  test.each([
    ['FROM:<>', '', ''],
    ['from:<a@b.c> SIZE=1', 'a@b.c', ' SIZE=1'],
    ['FROM: <a@b.c>', 'a@b.c', ''],
    ['FROM:<"a>\\"b"@b.c>', '"a>\\"b"@b.c', ''],
  ])('%j', (argument, path, rest) => expect(splitPath('FROM', argument)).toEqual({ path, rest }));

  test('an address is normalised, a route dropped, an international one marked', () => {
    expect(parsePath('@x.y,@z.w:"ana"@COOP.example')).toMatchObject({
      address: 'ana@coop.example',
      international: false,
    });
    expect(parsePath('zoé@bücher.example')).toMatchObject({
      address: 'zoé@xn--bcher-kva.example',
      international: true,
    });
    expect(parsePath('')).toMatchObject({ address: '', mailbox: null });
  });

  test('a path may be as long as its limit and no longer', () => {
    const domain = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.`;
    const address = (length: number) => `x@${domain}${'d'.repeat(length - 2 - domain.length)}`;
    expect(parsePath(address(pathBytesMax - 8)).address.length).toBe(pathBytesMax - 8);
    expect(() => parsePath(`@r:${address(pathBytesMax)}`)).toThrow(AddressError);
  });

  test('any text is a path or a FormatError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const read of [() => splitPath('TO', `TO:<${text}`), () => parsePath(text)]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }
      }),
      seeded,
    );
  });
});

describe('replies', () => {
  test('every line carries code and status; the last one a space', () => {
    expect(encodeReply(reply(550, '5.1.1', 'a', 'b'))).toBe('550-5.1.1 a\r\n550 5.1.1 b\r\n');
    expect(encodeReply(reply(354, null, 'go'))).toBe('354 go\r\n');
  });

  test('what a peer sent cannot begin a line, and no line is longer than its limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
        const wire = encodeReply(reply(550, '5.1.1', text));
        expect(wire.slice(0, -2)).not.toMatch(/[\r\n\0]/);
        expect(Buffer.byteLength(wire)).toBeLessThanOrEqual(replyLineBytesMax);
        expect(wire.startsWith('550 5.1.1 ') && wire.endsWith('\r\n')).toBe(true);
      }),
      seeded,
    );
    expect(Buffer.byteLength(encodeReply(reply(250, '2.0.0', 'é'.repeat(400))))).toBeLessThanOrEqual(
      replyLineBytesMax,
    );
  });

  test.each([
    ['250 2.1.0 ok', { code: 250, last: true, enhanced: '2.1.0', text: 'ok' }],
    ['250-SIZE 100', { code: 250, last: false, enhanced: null, text: 'SIZE 100' }],
    ['354', { code: 354, last: true, enhanced: null, text: '' }],
    ['25 x', null],
    ['250x', null],
    ['650 x', null],
  ])('%j is read', (line, expected) => expect(parseReplyLine(line)).toEqual(expected));
});

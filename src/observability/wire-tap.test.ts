import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tapLineBytesMax } from './limits.ts';
import { createWireTap, type TapProtocol } from './wire-tap.ts';

type Step = readonly ['C' | 'S', string];

function record(protocol: TapProtocol, steps: readonly Step[], cut = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  const mark = { in: 'C', out: 'S', note: '#' };
  const tap = createWireTap(({ direction, text }) => lines.push(`${mark[direction]} ${text}`)).open(
    'c1',
    protocol,
  );
  for (const [who, text] of steps) {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length; at += cut) {
      const piece = bytes.subarray(at, at + cut);
      if (who === 'C') tap.received(piece);
      else tap.sent(piece);
    }
  }
  return lines;
}

const cases: [string, TapProtocol, Step[], string[]][] = [
  [
    'IMAP LOGIN and what follows it',
    'imap',
    [
      ['S', '* OK ready\r\n'],
      ['C', 'a LOGIN alice CANARY\r\nb SELECT INBOX\r\n'],
      ['S', 'a OK done\r\n'],
    ],
    ['S * OK ready', 'C a LOGIN [masked]', 'C b SELECT INBOX', 'S a OK done'],
  ],
  [
    'IMAP LOGIN with pipelined literals',
    'imap',
    [['C', 'a login {5+}\r\nalice {6+}\r\nCANARY\r\nb NOOP\r\n']],
    ['C a login [masked]', 'C [5 bytes]', 'C [masked]', 'C [6 bytes]', 'C [masked]', 'C b NOOP'],
  ],
  [
    'IMAP AUTHENTICATE: initial response, challenges, continuations, until its own tag',
    'imap',
    [
      ['C', 'a AUTHENTICATE SCRAM-SHA-256 CANARY\r\n'],
      ['S', '+ CANARY\r\n'],
      ['C', 'CANARY\r\n'],
      ['S', '* CAPABILITY IMAP4rev2\r\n'],
      ['C', 'CANARY\r\n'],
      ['S', 'a OK in\r\n'],
      ['C', 'b NOOP\r\n'],
    ],
    [
      'C a AUTHENTICATE SCRAM-SHA-256 [masked]',
      'S + [masked]',
      'C [masked]',
      'S * CAPABILITY IMAP4rev2',
      'C [masked]',
      'S a OK in',
      'C b NOOP',
    ],
  ],
  [
    'IMAP: the same tag used twice does not end the masking early',
    'imap',
    [
      ['C', 'a NOOP\r\na AUTHENTICATE PLAIN\r\n'],
      ['S', 'a OK noop\r\n+ \r\n'],
      ['C', 'CANARY\r\n'],
      ['S', 'a OK in\r\n'],
    ],
    ['C a NOOP', 'C a AUTHENTICATE PLAIN [masked]', 'S a OK noop', 'S + ', 'C [masked]', 'S a OK in'],
  ],
  [
    'IMAP IDLE and its DONE stay readable',
    'imap',
    [
      ['C', 'a IDLE\r\n'],
      ['S', '+ idling\r\n* 2 EXISTS\r\n'],
      ['C', 'DONE\r\n'],
    ],
    ['C a IDLE', 'S + idling', 'S * 2 EXISTS', 'C DONE'],
  ],
  [
    'IMAP literals and quoted texts, both ways',
    'imap',
    [
      ['C', 'a APPEND INBOX {6}\r\n'],
      ['S', '+ go\r\n'],
      ['C', 'CANARY\r\nb SEARCH SUBJECT "CANARY \\" CANARY" SEEN\r\n'],
      ['S', '* 1 FETCH (BODY[] {6}\r\nCANARY ENVELOPE ("d" "CANARY" NIL))\r\n'],
    ],
    [
      'C a APPEND INBOX {6}',
      'S + go',
      'C [6 bytes]',
      'C ',
      'C b SEARCH SUBJECT "…" SEEN',
      'S * 1 FETCH (BODY[] {6}',
      'S [6 bytes]',
      'S  ENVELOPE ("d" "…" NIL))',
    ],
  ],
  [
    'SMTP AUTH in one line, and by question and answer',
    'smtp',
    [
      ['C', 'AUTH PLAIN CANARY\r\n'],
      ['S', '535 5.7.8 no\r\n'],
      ['C', 'AUTH LOGIN\r\n'],
      ['S', '334 CANARY\r\n'],
      ['C', 'CANARY\r\n'],
      ['S', '334 CANARY\r\n'],
      ['C', 'CANARY\r\n'],
      ['S', '235 2.7.0 ok\r\n'],
      ['C', 'NOOP\r\n'],
    ],
    [
      'C AUTH PLAIN [masked]',
      'S 535 5.7.8 no',
      'C AUTH LOGIN [masked]',
      'S 334 [masked]',
      'C [masked]',
      'S 334 [masked]',
      'C [masked]',
      'S 235 2.7.0 ok',
      'C NOOP',
    ],
  ],
  [
    'SMTP AUTH pipelined behind another command',
    'smtp',
    [
      ['C', 'EHLO x\r\nAUTH LOGIN\r\n'],
      ['S', '250-host\r\n250 SIZE\r\n334 CANARY\r\n'],
      ['C', 'CANARY\r\n'],
    ],
    ['C EHLO x', 'C AUTH LOGIN [masked]', 'S 250-host', 'S 250 SIZE', 'S 334 [masked]', 'C [masked]'],
  ],
  [
    'SMTP message data, by DATA and by BDAT; local parts',
    'smtp',
    [
      ['C', 'MAIL FROM:<CANARY@example.org>\r\nDATA\r\n'],
      ['S', '354 go\r\n'],
      ['C', 'Subject: CANARY\r\n\r\n..\r\n.\r\nBDAT 6 LAST\r\nCANARYQUIT\r\n'],
    ],
    [
      'C MAIL FROM:<…@example.org>',
      'C DATA',
      'S 354 go',
      'C [26 bytes]',
      'C BDAT 6 LAST',
      'C [6 bytes]',
      'C QUIT',
    ],
  ],
  ['a protocol the tap does not know', 'opaque', [['C', 'CANARY']], ['C [6 bytes]']],
];

describe('wire tap', () => {
  test.each(cases)('%s', (_, protocol, steps, expected) => {
    expect(record(protocol, steps)).toEqual(expected);
    if (protocol === 'opaque') return;
    expect(record(protocol, steps, 1)).toEqual(expected);
    expect(record(protocol, steps, 7)).toEqual(expected);
  });

  test('a protocol may ask for the next line to be masked', () => {
    const texts: string[] = [];
    const tap = createWireTap(({ text }) => texts.push(text)).open('c', 'imap');
    tap.mask('line');
    tap.received(Buffer.from('CANARY\r\na NOOP\r\n'));
    tap.note('TLS started');
    expect(texts).toEqual(['[masked]', 'a NOOP', 'TLS started']);
  });

  test('an over-long line is cut, its literal still found and left out', () => {
    const lines = record('imap', [['C', `a X ${'y'.repeat(100_000)} {6}\r\nCANARY\r\nb NOOP\r\n`]], 1000);
    expect(lines.map((line) => line.length)).toEqual([2 + tapLineBytesMax, 11, 2, 8]);
  });

  test('no secret is shown wherever the packets are cut', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.integer({ min: 1, max: 40 }), ([, protocol, steps], cut) => {
        expect(record(protocol, steps, cut).join('\n')).not.toContain('CANARY');
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

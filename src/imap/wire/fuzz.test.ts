import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Decoder } from './decoder.ts';
import { ResponseWriter } from './encoder.ts';
import { SyntaxFault } from './fault.ts';
import { decodeAll, decoderOf } from './fixtures.ts';
import { wireLimits } from './limits.ts';
import { literalAtEnd } from './literals.ts';
import { parseGetMetadata, parseSetMetadata } from './metadata-arguments.ts';
import { parseKnownState } from './qresync.ts';

/** Each production with a valid command to start the mutations from. */
const productions: readonly (readonly [seed: string, read: (decoder: Decoder) => unknown])[] = [
  [
    '{3+}\r\nab" "x\\"y" NIL atom]',
    (d) => [d.astring(), d.sp(), d.string(), d.sp(), d.nstring(), d.sp(), d.astring()],
  ],
  [
    '0 4294967295 9223372036854775807 7',
    (d) => [d.number(), d.sp(), d.nzNumber(), d.sp(), d.number64(), d.sp(), d.modSequenceValue()],
  ],
  ['"&U,BTFw-/&ZeVnLIqe-" &AOk-&-%', (d) => [d.mailbox(), d.sp(), d.listMailbox()]],
  ['(\\Seen $X \\seen) 1:*,5:3', (d) => [d.flagList(), d.sp(), d.sequenceSet()]],
  [
    '1:4,9 "17-Jul-1996 02:44:25 -0700" 1-Feb-1994',
    (d) => [d.uidSet(), d.sp(), d.dateTime(), d.sp(), d.date()],
  ],
  [
    '(FLAGS BODY.PEEK[1.2.HEADER.FIELDS ("Date" {4}\r\nFrom)]<0.100> BINARY[1]<2.3>) (CHANGEDSINCE 5)',
    (d) => [d.fetchItems(), d.fetchModifiers()],
  ],
  [
    'RETURN (MIN SAVE) CHARSET UTF-8 OR (1:5 UID 7:*) NOT FROM {2}\r\nxy SENTSINCE 1-Jan-2020 MODSEQ "/flags/\\\\Seen" all 7',
    (d) => d.searchProgram(),
  ],
  ['RETURN (COUNT) (SUBJECT REVERSE DATE) UTF-8 SINCE 1-Jan-2020', (d) => d.sortProgram()],
  ['REFERENCES UTF-8 TEXT {2}\r\nxy', (d) => d.threadProgram()],
  ['-1:-100', (d) => d.resultRange()],
  [
    '(SUBSCRIBED RECURSIVEMATCH) "" (INBOX a/% "*") RETURN (CHILDREN STATUS (MESSAGES))',
    (d) => d.listArguments(),
  ],
  ['(UNCHANGEDSINCE 12) +FLAGS.SILENT (\\Deleted)', (d) => d.storeArguments()],
  [' (CONDSTORE)', (d) => d.selectParameters()],
  [' (USE (\\Sent \\Drafts))', (d) => d.createParameters()],
  ['("name" "fox" "version" NIL)', (d) => d.idParameters()],
  ['(\\Seen) " 7-Jul-1996 02:44:25 -0700" ~{5}\r\nab\r\nc', (d) => d.appendMessage()],
  [
    'UTF8 (~{3}\r\na:b) CATENATE (URL "/a/;UID=1" TEXT {2+}\r\nab UTF8 (~{1}\r\nc)) {1}\r\nd',
    (d) => [d.appendMessage(), d.sp(), d.appendMessage(), d.sp(), d.appendMessage()],
  ],
  ['{3+}\r\na:b', (d) => d.appendData()],
  ['a.1 NOOP', (d) => [d.tag(), d.sp(), d.lookingAt('NOOP'), d.keyword(), d.crlf()]],
  ['(9 20 1:4,6 (1,3 2,5))', (d) => parseKnownState(d)],
  ['(MAXSIZE 5 DEPTH 1) INBOX (/private/comment /shared/x)', (d) => parseGetMetadata(d)],
  ['INBOX (/private/comment ~{2+}\r\na\0 /shared/x NIL /shared/y "z")', (d) => parseSetMetadata(d)],
  ['(MESSAGES UIDNEXT)', (d) => d.statusItems()],
];

const fragment = fc.constantFrom(
  ...[
    '(',
    ')',
    '[',
    ']',
    '<',
    '>',
    '{',
    '}',
    '{1}\r\n',
    '~{1+}\r\n',
    '"',
    '\\',
    ' ',
    '*',
    '$',
    ',',
    ':',
    '.',
  ],
  ...[
    '0',
    '1',
    '99999999999999999999',
    '\0',
    '\r',
    '\n',
    '\r\n',
    '\x7f',
    '\xc3',
    '\xff',
    '&',
    '-',
    '+',
    'NIL',
  ],
  ...['NOT ', 'OR ', 'ALL', 'BODY[', 'RETURN (', 'CHARSET ', 'é', ''],
);

/** A change: where (a fraction), how many octets go, what comes instead. */
const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4 }), fragment);

function mutate(seed: string, changes: readonly (readonly [number, number, string])[]): Buffer {
  let wire = seed;
  for (const [place, gone, come] of changes) {
    const at = Math.floor(place * wire.length);
    wire = wire.slice(0, at) + come + wire.slice(at + gone);
  }
  return Buffer.from(wire, 'latin1');
}

/** Whether it was read; whatever is thrown must be a SyntaxFault with a place within the command. */
function survives(wire: Buffer, read: (decoder: Decoder) => unknown, utf8: boolean): boolean {
  try {
    decodeAll(wire, read, { utf8 });
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(wire.length);
    expect(error.message).toMatch(/^[ -~…]+$/);
    return false;
  }
}

test('every production of the decoder is among them', () => {
  const prototypes = [Decoder.prototype, Object.getPrototypeOf(Decoder.prototype)] as Decoder[];
  const spies = prototypes.flatMap((prototype) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(
        ([name, { value }]) =>
          typeof value === 'function' && !['constructor', 'fault', 'faultExpected'].includes(name),
      )
      .map(([name]) => [name, vi.spyOn(prototype, name as 'atom')] as const),
  );
  for (const [seed, read] of productions) decodeAll(seed, read);
  const unread = spies.filter(([, spy]) => spy.mock.calls.length === 0).map(([name]) => name);
  vi.restoreAllMocks();
  expect(spies.length).toBeGreaterThan(50);
  expect(unread).toEqual([]);
});

describe('mutated commands throw nothing but SyntaxFault', () => {
  test.each(productions)('%j', (seed, read) => {
    expect(survives(Buffer.from(seed), read, false)).toBe(true);
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.boolean(), (changes, utf8) => {
        if (!survives(mutate(seed, changes), read, utf8)) refused++;
      }),
      { seed: 9051, numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test('any soup of fragments, by every production', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), fc.nat(), (pieces, choice) => {
        const [, read] = productions[choice % productions.length] ?? productions[0] ?? [];
        if (read) survives(Buffer.from(pieces.join(''), 'latin1'), read, false);
      }),
      { seed: 9051, numRuns: 5000 },
    );
  });

  test('literalAtEnd answers for any line', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (pieces) => {
        const line = Buffer.from(pieces.join(''), 'latin1');
        const marker = literalAtEnd(line);
        if (marker === null) return;
        expect(marker.size).toBeGreaterThanOrEqual(0);
        expect(line.toString('latin1', marker.start)).toMatch(/^~?\{\d+\+?\}$/);
      }),
      { seed: 7888, numRuns: 2000 },
    );
  });
});

// A quadratic reader would need hours for these: a line as long as the limit allows, of the worst kind.
describe('one pass over the longest line', () => {
  const bytes = wireLimits.commandLineBytesMax;
  const fill = (text: string) => text.repeat(Math.ceil(bytes / text.length));

  test.each<[string, string, (decoder: Decoder) => unknown]>([
    ['a quoted string of escapes', `"${fill('\\"')}"`, (d) => d.quoted()],
    ['a quoted string that never ends', `"${fill('a')}`, (d) => d.quoted()],
    ['an atom', fill('a'), (d) => d.atom()],
    ['digits', fill('9'), (d) => d.number64()],
    ['zeros', `${fill('0')}1`, (d) => d.number()],
    ['ranges', fill('1:*,'), (d) => d.sequenceSet()],
    ['UTF-7 ampersands', `"${fill('&-')}"`, (d) => d.mailbox()],
    ['UTF-7 runs', `"${fill('&AOk-a')}"`, (d) => d.mailbox()],
    ['an endless UTF-7 run', `"&${fill('AOkA')}"`, (d) => d.mailbox()],
    ['flags', `(${fill('a ')}`, (d) => d.flagList()],
    ['open parentheses', fill('('), (d) => d.searchProgram()],
    ['search keys', fill('ALL '), (d) => d.searchProgram()],
    ['patterns', `"" (${fill('* ')}`, (d) => d.listArguments()],
    ['header fields', `BODY[HEADER.FIELDS (${fill('a ')}`, (d) => d.fetchItems()],
    ['empty literals', `(${fill('{0+}\r\n ')}`, (d) => d.list((e) => e.astring(), { max: bytes, what: 'x' })],
  ])('%s', (_, wire, read) => {
    const decoder = decoderOf(wire);
    try {
      read(decoder);
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxFault);
    }
    expect(decoder.offset).toBeGreaterThan(0);
  });

  test('as many words as fit', () => {
    const decoder = decoderOf(fill('a '));
    let words = 0;
    while (!decoder.atEnd) {
      decoder.atom();
      decoder.sp();
      words++;
    }
    expect(words).toBe(bytes / 2);
  });

  test('a million small writes', () => {
    const writer = new ResponseWriter();
    for (let i = 0; i < 1_000_000; i++) writer.number(i % 10);
    expect(writer.pendingBytes).toBe(1_000_000);
    expect(writer.take().length).toBeLessThan(70);
  });
});

import { describe, expect, test } from 'vitest';
import { Decoder, type SyntaxFault } from './index.ts';
import { wireLimits } from './limits.ts';
import { parseGetMetadata, parseMetadataSelection, parseSetMetadata } from './metadata-arguments.ts';

const of = (text: string) => new Decoder([{ kind: 'text', bytes: Buffer.from(text) }]);
const literal = (before: string, bytes: Buffer, after: string, binary = false) =>
  new Decoder([
    { kind: 'text', bytes: Buffer.from(before) },
    { kind: 'literal', bytes, binary },
    { kind: 'text', bytes: Buffer.from(after) },
  ]);

function fault(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as SyntaxFault).message;
  }
  return 'none';
}

describe('GETMETADATA', () => {
  const comment = { scope: 'shared', path: '/comment' };

  test.each([
    ['"" /shared/comment', '', null, 0],
    ['INBOX (/shared/comment)', 'INBOX', null, 0],
    ['inbox (/SHARED/Comment)', 'INBOX', null, 0],
    ['(MAXSIZE 1024) INBOX /shared/comment', 'INBOX', 1024, 0],
    ['INBOX (MAXSIZE 1024) (/shared/comment)', 'INBOX', 1024, 0],
    ['(DEPTH 1 MAXSIZE 3) INBOX /shared/comment', 'INBOX', 3, 1],
    ['(depth infinity) INBOX "/shared/comment"', 'INBOX', null, 'infinity'],
  ])('%s', (text, mailbox, sizeMax, depth) => {
    const decoder = of(text);
    expect(parseGetMetadata(decoder)).toEqual({ mailbox, entries: [comment], sizeMax, depth });
    decoder.end();
  });

  test('LIST takes the same but for the mailbox; a scope alone is all of it', () => {
    expect(parseMetadataSelection(of('(DEPTH infinity) (/private /shared/comment)'))).toEqual({
      entries: [{ scope: 'private', path: '' }, comment],
      sizeMax: null,
      depth: 'infinity',
    });
  });

  test.each([
    'INBOX ()',
    'INBOX comment',
    'INBOX /private/',
    'INBOX /private//x',
    'INBOX "/private/a*"',
    'INBOX "/private/a%"',
    'INBOX "/priv\u00e4t/a"',
    'INBOX "/private/a\tb"',
    'INBOX /other/x',
    '(DEPTH 2) INBOX /shared/x',
    '(MAXSIZE x) INBOX /shared/x',
    '(DEPTH 1 COLOUR red) INBOX /shared/x',
    'INBOX',
  ])('%j is refused', (text) => expect(fault(() => parseGetMetadata(of(text)))).not.toBe('none'));
});

describe('SETMETADATA', () => {
  test('values are NIL, strings, and any octets as literal8', () => {
    const { mailbox, entries } = parseSetMetadata(
      of('INBOX (/private/comment NIL /shared/comment "a \\"b\\"")'),
    );
    expect(mailbox).toBe('INBOX');
    expect(entries.map(({ value }) => value?.toString() ?? null)).toEqual([null, 'a "b"']);
    const bytes = Buffer.from([0, 255, 13, 10]);
    const binary = literal('INBOX (/private/comment ~{4}', bytes, ')', true);
    expect(parseSetMetadata(binary).entries[0]?.value).toEqual(bytes);
    const plain = literal('INBOX (/private/comment {4}', bytes, ')');
    expect(fault(() => parseSetMetadata(plain))).toContain('NUL');
  });

  test.each([
    'INBOX /private/comment "x"',
    'INBOX ()',
    'INBOX (/private/comment)',
    'INBOX (/private/comment x)',
    'INBOX (/private "x")',
    'INBOX (/shared/vendor/x "x")',
  ])('%j is refused', (text) => expect(fault(() => parseSetMetadata(of(text)))).not.toBe('none'));
});

test('metadataEntriesMax and metadataNameBytesMax', () => {
  const many = (count: number) => of(`INBOX (${Array.from({ length: count }, () => '/shared/x').join(' ')})`);
  expect(parseGetMetadata(many(wireLimits.metadataEntriesMax)).entries).toHaveLength(
    wireLimits.metadataEntriesMax,
  );
  expect(fault(() => parseGetMetadata(many(wireLimits.metadataEntriesMax + 1)))).toContain('more than');
  const long = (bytes: number) => of(`INBOX /shared/${'x'.repeat(bytes - '/shared/'.length)}`);
  expect(parseGetMetadata(long(wireLimits.metadataNameBytesMax)).entries).toHaveLength(1);
  expect(fault(() => parseGetMetadata(long(wireLimits.metadataNameBytesMax + 1)))).toContain('no name');
});

import { expect, test } from 'vitest';
import { bodyStructureText, encodeStructure, envelopeText, parseMessage } from '../../formats/mime/index.ts';
import type { EmailContent } from '../../stores/mail/index.ts';
import { standardFeatures } from '../server.ts';
import type { Session } from '../session/session.ts';
import { Decoder, ResponseWriter } from '../wire/index.ts';
import { planItems } from './items.ts';
import { Fetched } from './plan.ts';
import { filterOf, slice } from './sections.ts';

const crlf = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'));

function fetched(bytes: Buffer): Fetched {
  const parsed = parseMessage(bytes);
  const content: EmailContent = {
    email: 1,
    objectId: 'E1',
    hash: 'h',
    size: bytes.length,
    envelope: envelopeText(parsed.envelope),
    bodyStructure: bodyStructureText(parsed.root, true),
    body: bodyStructureText(parsed.root, false),
    structure: encodeStructure(parsed.root),
    preview: '',
    headerLength: parsed.root.bodyStart,
    sentAt: null,
  };
  const row = { uid: 7, modseq: 9, flags: 0, keywords: '', received: 0, receivedZone: 0, saved: 0, email: 1 };
  return new Fetched(1, { ...row, size: bytes.length }, false, content);
}

/** The value of one item, without a store: the plan is given the bytes it asks for. */
function fetch(bytes: Buffer, item: string): string {
  const session = { services: { features: standardFeatures } } as unknown as Session;
  const items = new Decoder([{ kind: 'text', bytes: Buffer.from(item) }]).fetchItems();
  const message = fetched(bytes);
  const out = new ResponseWriter();
  for (const plan of planItems(session, items, [])) {
    const range = plan.range?.(message) ?? null;
    plan.write(out, message, range && bytes.subarray(range.start, range.end));
  }
  return Buffer.concat(out.take()).toString('latin1').replaceAll('\r\n', '\n');
}

const nested = crlf(`Subject: outer
Content-Type: multipart/mixed; boundary=b

--b

one
--b
Content-Type: message/rfc822
Content-Description: forwarded

Subject: inner
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain

plain
--c
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<b>=C3=A9</b>
--c--
--b--
`);

test.each([
  ['BODY.PEEK[1]', 'BODY[1] {3}\none'],
  ['BODY.PEEK[1.MIME]', 'BODY[1.MIME] {2}\n\n'],
  [
    'BODY.PEEK[2.MIME]',
    'BODY[2.MIME] {64}\nContent-Type: message/rfc822\nContent-Description: forwarded\n\n',
  ],
  [
    'BODY.PEEK[2.HEADER]',
    'BODY[2.HEADER] {67}\nSubject: inner\nContent-Type: multipart/alternative; boundary=c\n\n',
  ],
  ['BODY.PEEK[2.HEADER.FIELDS (SUBJECT)]', 'BODY[2.HEADER.FIELDS (SUBJECT)] {18}\nSubject: inner\n\n'],
  ['BODY.PEEK[2.1]', 'BODY[2.1] {5}\nplain'],
  ['BODY.PEEK[2.2]', 'BODY[2.2] {13}\n<b>=C3=A9</b>'],
  ['BINARY.PEEK[2.2]', 'BINARY[2.2] {9}\n<b>\u00c3\u00a9</b>'],
  ['BINARY.SIZE[2.2]', 'BINARY.SIZE[2.2] 9'],
  ['BINARY.PEEK[2.2]<3.2>', 'BINARY[2.2]<3> {2}\n\u00c3\u00a9'],
  ['BODY.PEEK[2.3]', 'BODY[2.3] NIL'],
  ['BODY.PEEK[3]', 'BODY[3] NIL'],
  ['BODY.PEEK[1.HEADER]', 'BODY[1.HEADER] NIL'],
  ['BINARY.PEEK[9]', 'BINARY[9] NIL'],
  ['BINARY.SIZE[9]', 'BINARY.SIZE[9] 0'],
  ['BODY.PEEK[HEADER]', 'BODY[HEADER] {61}\nSubject: outer\nContent-Type: multipart/mixed; boundary=b\n\n'],
  ['BODY.PEEK[HEADER]<9.5>', 'BODY[HEADER]<9> {5}\nouter'],
  ['BODY.PEEK[HEADER.FIELDS (Subject)]<9.5>', 'BODY[HEADER.FIELDS (Subject)]<9> {5}\nouter'],
  ['BODY.PEEK[HEADER.FIELDS (X)]', 'BODY[HEADER.FIELDS (X)] {2}\n\n'],
  ['BODY.PEEK[]<100000.5>', 'BODY[]<100000> {0}\n'],
  ['UID', 'UID 7'],
])('%s', (item, expected) => {
  expect(fetch(nested, item)).toBe(expected);
});

test('a message that is nothing but a body, and one that is nothing but a header', () => {
  expect(fetch(crlf('\njust text\n'), 'BODY.PEEK[TEXT]')).toBe('BODY[TEXT] {11}\njust text\n');
  expect(fetch(crlf('Subject: no body\n'), 'BODY.PEEK[TEXT]')).toBe('BODY[TEXT] {0}\n');
  expect(fetch(crlf('Subject: no body\n'), 'BODY.PEEK[1]')).toBe('BODY[1] {0}\n');
});

test('NUL goes as literal8', () => {
  const bytes = crlf('Content-Transfer-Encoding: base64\n\nAAEC\n');
  const session = fetch(bytes, 'BINARY.PEEK[1]');
  expect(session).toBe('BINARY[1] ~{3}\n\0\x01\x02');
});

function filterHeader(header: Buffer, fields: readonly string[], keep: boolean): Buffer {
  const text = keep ? 'HEADER.FIELDS' : 'HEADER.FIELDS.NOT';
  return filterOf({ part: [], text, fields })?.(header) ?? Buffer.from('not filtered');
}

test('header fields: folded ones whole, others left out, order and spelling kept', () => {
  const header = crlf('A: 1\nb: 2\n folded\nnot a field\nB: 3\n\n');
  expect(filterHeader(header, ['b'], true).toString()).toBe('b: 2\r\n folded\r\nB: 3\r\n\r\n');
  expect(filterHeader(header, ['b'], false).toString()).toBe('A: 1\r\n\r\n');
  expect(slice(header, { offset: 3, length: 1 }).toString()).toBe('1');
});

test('the empty line is of every subset of a header, but where the message ends without one (RFC 3501 §6.4.5)', () => {
  expect(filterHeader(crlf('A: 1\n\n'), ['x'], true).toString()).toBe('\r\n');
  expect(filterHeader(crlf('\n'), ['x'], true).toString()).toBe('\r\n');
  expect(filterHeader(Buffer.from('A: 1\n\n'), ['a'], true).toString()).toBe('A: 1\n\r\n');
  expect(filterHeader(crlf('A: 1\nB: 2\n'), ['b'], true).toString()).toBe('B: 2\r\n');
  expect(filterHeader(crlf('A: 1\n'), ['x'], true).toString()).toBe('');
  expect(filterHeader(Buffer.alloc(0), ['x'], true).toString()).toBe('');
});

import { describe, expect, test } from 'vitest';
import { indexOf, oneCalendar, parseComponents, readMessage } from '../../../formats/icalendar/index.ts';
import { parseMessage } from '../../../formats/mime/index.ts';
import { calendar } from '../../fixtures.ts';
import { arrivedJob } from './arrived.ts';
import { composeInvitation } from './compose.ts';

const message = (method: string, lines: string) =>
  calendar(`METHOD:${method}
BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Paris:20270101T100000
SUMMARY:Réunion, avec vous
${lines}
END:VEVENT`);

const invitation = 'ORGANIZER:mailto:Ana@far.example\nATTENDEE:mailto:ben@coop.example';
const reply = 'ORGANIZER:mailto:ben@coop.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@far.example';

describe('what came by mail is believed from whom it speaks for', () => {
  test.each([
    ['REQUEST', invitation, 'ana@far.example', 'mailto:ana@far.example'],
    ['CANCEL', invitation, 'ana@far.example', 'mailto:ana@far.example'],
    ['REQUEST', invitation, 'eve@far.example', null],
    ['REQUEST', invitation, 'ben@coop.example', null],
    ['REPLY', reply, 'ana@far.example', 'mailto:ana@far.example'],
    ['REPLY', reply, 'ben@coop.example', null],
    ['REPLY', `${reply}\nATTENDEE:mailto:eve@far.example`, 'ana@far.example', null],
    ['REPLY', 'ORGANIZER:mailto:ben@coop.example', 'ana@far.example', null],
    ['PUBLISH', invitation, 'ana@far.example', null],
    ['toString', invitation, 'ana@far.example', null],
    // At one domain there may be everybody: who says to write for another proves nothing.
    [
      'REQUEST',
      'ORGANIZER;SENT-BY="mailto:desk@far.example":mailto:ana@far.example',
      'desk@far.example',
      null,
    ],
  ])('%s of %j by %s: %s', (method, lines, author, from) => {
    const job = arrivedJob(Buffer.from(message(method, lines)), author);
    expect((job?.payload as { from?: string } | undefined)?.from ?? null).toBe(from);
  });

  test('an answer need not say when it is', () => {
    const bare = message('REPLY', reply).replace(/DTSTART.*\r\n/, '');
    const job = arrivedJob(Buffer.from(bare), 'ana@far.example');
    expect(job).not.toBeNull();
    const { calendar: kept = '' } = (job?.payload ?? {}) as { calendar?: string };
    expect(indexOf(readMessage(kept).object)).toMatchObject({ uid: 'u', component: 'VEVENT' });
  });

  test('what cannot be read is just mail', () => {
    expect(arrivedJob(Buffer.from('BEGIN:VCALENDAR'), 'ana@far.example')).toBeNull();
  });
});

test('a mail is read by people in both languages, and by programs inline and attached', () => {
  const text = message('REQUEST', `${invitation}\nLOCATION:Café`);
  const mail = {
    account: 1,
    from: 'ana@far.example',
    to: ['ben@coop.example', 'cleo@coop.example'],
    method: 'REQUEST',
    calendar: oneCalendar(parseComponents(text)),
    copy: null,
    id: 'job',
  };
  const writer = { name: 'Ana Ünal', domain: 'far.example', language: 'fr', nowMs: 0 };
  const { bytes, headerLength, utf8 } = composeInvitation(mail, writer);
  const { root, envelope, defects } = parseMessage(bytes);
  expect(defects).toEqual([]);
  expect(utf8).toBe(false);
  expect(root.bodyStart).toBe(headerLength);
  expect(envelope.to.map(({ mailbox }) => mailbox)).toEqual(['ben', 'cleo']);
  const [alternative, attached] = root.children;
  const [plain, inline] = alternative?.children ?? [];
  expect(inline?.params).toEqual(
    expect.arrayContaining([
      ['method', 'REQUEST'],
      ['component', 'vevent'],
    ]),
  );
  const decoded = (part: typeof plain) =>
    Buffer.from(bytes.subarray(part?.bodyStart, part?.bodyEnd).toString(), 'base64').toString();
  expect(decoded(plain)).toContain('Ana Ünal vous invite.');
  expect(decoded(plain)).toContain('Ana Ünal invites you.');
  expect(decoded(plain)).toMatch(/Quand: vendredi 1 janvier 2027.*10:00 \(UTC\+01:00\)/);
  expect(decoded(plain)).toContain('Où: Café');
  expect(readMessage(decoded(inline)).method).toBe('REQUEST');
  expect(decoded(attached)).toBe(decoded(inline));
  expect(composeInvitation(mail, { ...writer, nowMs: 5 }).bytes.toString()).toContain(
    envelope.messageId ?? 'none',
  );
  expect(
    bytes
      .toString('latin1')
      .split('\r\n')
      .every((line) => line.length <= 998),
  ).toBe(true);
});

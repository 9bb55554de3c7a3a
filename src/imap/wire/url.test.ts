import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessageUrl } from './url.ts';

const whole = { mailbox: null, uidValidity: null, section: null, partial: null };
const named = (name: string, relative = false) => ({ name, relative });

describe('parseMessageUrl', () => {
  test.each([
    ['/INBOX/;UID=20', { ...whole, mailbox: named('INBOX'), uid: 20 }],
    // RFC 4469 Appendix A writes it with and without the slash before the section.
    [
      '/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER',
      {
        mailbox: named('Drafts'),
        uidValidity: 385759045,
        uid: 20,
        section: { part: [], text: 'HEADER', fields: [] },
        partial: null,
      },
    ],
    [
      '/Drafts;UIDVALIDITY=785799047/;UID=113330;section=1.5.9',
      {
        mailbox: named('Drafts'),
        uidValidity: 785799047,
        uid: 113330,
        section: { part: [1, 5, 9], text: null, fields: [] },
        partial: null,
      },
    ],
    [';UID=4294967295', { ...whole, uid: 4294967295 }],
    ['/;UID=7', { ...whole, uid: 7 }],
    ['a/b/;UID=1', { ...whole, mailbox: named('a/b', true), uid: 1 }],
    ['/a%2Fb%20%C3%A9%3B/;uid=1', { ...whole, mailbox: named('a/b é;'), uid: 1 }],
    [
      ';UID=1/;SECTION=2.HEADER.FIELDS%20(From%20%22To%22)/;PARTIAL=0.1024',
      {
        ...whole,
        uid: 1,
        section: { part: [2], text: 'HEADER.FIELDS', fields: ['From', 'To'] },
        partial: { offset: 0, length: 1024 },
      },
    ],
    [';UID=1;PARTIAL=5', { ...whole, uid: 1, partial: { offset: 5, length: null } }],
  ])('%s', (text, url) => {
    expect(parseMessageUrl(text)).toEqual(url);
  });

  test.each([
    '',
    '/',
    'INBOX',
    '/INBOX',
    '/INBOX;UID=0',
    '/INBOX/;UID=01',
    '/INBOX/;UID=4294967296',
    '/INBOX;UIDVALIDITY=4294967296/;UID=1',
    '/INBOX;UIDVALIDITY=0/;UID=1',
    '/INBOX/;UID=-1',
    '/INBOX/;UID=1:5',
    '/INBOX/;UID=1/;SECTION=',
    '/INBOX/;UID=1/;SECTION=MIME',
    '/INBOX/;UID=1/;SECTION=0',
    '/INBOX/;UID=1/;SECTION=1]x[',
    '/INBOX/;UID=1/;SECTION=TEXT%0d%0a',
    '/INBOX/;UID=1/;SECTION=HEADER.FIELDS%20({3}',
    '/INBOX/;UID=1/;PARTIAL=0.0',
    '/INBOX/;UID=1/;PARTIAL=x',
    '/INBOX/;UID=1?SUBJECT',
    '/INBOX/;UID=1#x',
    '/IN%ffBOX/;UID=1',
    '/IN%BOX/;UID=1',
    '/IN%00BOX/;UID=1',
    '/INBÖX/;UID=1',
    '/IN BOX/;UID=1',
    'imap://mail.example/INBOX/;UID=1',
    'imap://ben@mail.example/INBOX/;UID=1',
    '//mail.example/INBOX/;UID=1',
    'http://mail.example/;UID=1',
    'IMAP:/INBOX/;UID=1',
    '/INBOX/;UID=1;URLAUTH=anonymous:internal:91354a473744909de610943775f92038',
  ])('%s is none', (text) => {
    expect(parseMessageUrl(text)).toBeNull();
  });

  test('whatever is written is a URL or none, in time that grows with its length', () => {
    const piece = fc.constantFrom(
      ';UID=1',
      '/',
      ';',
      '%',
      '%C3',
      'a',
      ';SECTION=',
      '1.',
      ';PARTIAL=0',
      '\0',
      '(',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const url = parseMessageUrl(pieces.join(''));
        if (url !== null) expect(url.uid).toBe(1);
      }),
      { seed: 5092, numRuns: 2_000 },
    );
    for (const unit of ['/', ';UID=1', ';SECTION=1', 'a', '%41', '1/']) {
      expect(parseMessageUrl(`/a/;UID=1/;SECTION=${unit.repeat(100_000)};`)).toBeNull();
    }
  });
});

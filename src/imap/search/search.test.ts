import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagBits, type MessageRow } from '../../stores/mail/index.ts';
import { standardFeatures } from '../server.ts';
import type { Selected } from '../session/selected.ts';
import { MailboxView } from '../session/sequence.ts';
import { Decoder, SequenceSet } from '../wire/index.ts';
import { compile } from './compile.ts';
import { fold } from './fold.ts';
import { dayOf, HeaderText } from './header.ts';
import type { Evidence } from './keys.ts';

const row = (more: Partial<MessageRow> = {}): MessageRow => ({
  uid: 10,
  modseq: 5,
  flags: 0,
  keywords: '',
  received: Date.UTC(2000, 0, 1, 23, 30),
  receivedZone: 0,
  saved: 0,
  size: 100,
  email: 1,
  ...more,
});

const nowMs = Date.UTC(2000, 0, 3);

/** The parts of a selected mailbox that tests look at: uids 10, 20 and 30. */
const selected = {
  account: 7,
  view: new MailboxView([10, 20, 30]),
  saved: SequenceSet.of([20]),
} as unknown as Selected;

const keys = new Map([...standardFeatures.searchKeys].map(([name, { parse }]) => [name, parse]));
const keyOf = (text: string) =>
  new Decoder([{ kind: 'text', bytes: Buffer.from(text) }]).searchProgram({ keys }).key;

const judge = (text: string, evidence: Partial<Evidence> = {}) => {
  const { row: given = row(), ...more } = evidence;
  const full: Evidence = { row: given, seq: 1, recent: false, ...more };
  return { verdict: compile(keyOf(text), selected, standardFeatures, nowMs).test(full), wants: full.wants };
};

const header = (text: string) => new HeaderText(Buffer.from(text.replaceAll('\n', '\r\n')));

describe('keys that look at the row', () => {
  const cases: readonly [string, Partial<MessageRow>, boolean][] = [
    ['ALL', {}, true],
    ['SEEN', { flags: flagBits.seen }, true],
    ['UNSEEN', { flags: flagBits.seen }, false],
    ['KEYWORD $junk', { keywords: '$Junk other' }, true],
    ['KEYWORD $Jun', { keywords: '$Junk other' }, false],
    ['UNKEYWORD other', { keywords: '$Junk other' }, false],
    ['LARGER 99', {}, true],
    ['LARGER 100', {}, false],
    ['SMALLER 101', {}, true],
    ['SMALLER 100', {}, false],
    ['MODSEQ 5', {}, true],
    ['MODSEQ 6', {}, false],
    ['ON 1-Jan-2000', {}, true],
    ['ON 2-Jan-2000', { receivedZone: 60 }, true],
    ['ON 1-Jan-2000', { receivedZone: 60 }, false],
    ['SINCE 1-Jan-2000', {}, true],
    ['BEFORE 1-Jan-2000', {}, false],
    ['BEFORE 2-Jan-2000', {}, true],
    ['SAVEDON 1-Jan-2000', { saved: Date.UTC(2000, 0, 1, 23, 59, 59) }, true],
    ['SAVEDON 1-Jan-2000', { saved: Date.UTC(2000, 0, 2) }, false],
    ['SAVEDBEFORE 2-Jan-2000', { saved: Date.UTC(2000, 0, 1, 23) }, true],
    ['SAVEDBEFORE 1-Jan-2000', { saved: Date.UTC(2000, 0, 1) }, false],
    ['SAVEDSINCE 1-Jan-2000', { saved: Date.UTC(2000, 0, 1) }, true],
    ['SAVEDSINCE 2-Jan-2000', { saved: Date.UTC(2000, 0, 1, 23) }, false],
    ['SAVEDATESUPPORTED', {}, true],
    ['YOUNGER 60', { received: nowMs - 60_000 }, true],
    ['YOUNGER 60', { received: nowMs - 60_001 }, false],
    ['OLDER 60', { received: nowMs - 60_000 }, true],
    ['OLDER 60', { received: nowMs - 59_999 }, false],
    ['NOT OLDER 4294967295', {}, true],
    ['EMAILID E7-1', {}, true],
    ['EMAILID E7-2', {}, false],
    ['EMAILID E8-1', {}, false],
    ['NOT THREADID T1', {}, true],
    ['UID 1:15', {}, true],
    ['UID *', {}, false],
    ['UID 30:*', { uid: 30 }, true],
    ['1', {}, true],
    ['2:*', {}, false],
    ['$', { uid: 20 }, true],
    ['UID $', { uid: 10 }, false],
    ['NOT (UNSEEN SMALLER 200)', {}, false],
    ['OR SEEN SMALLER 200', {}, true],
    ['OLD', {}, true],
    ['NEW', {}, false],
  ];
  test.each(cases)('%s of %j is %s', (text, more, expected) => {
    expect(judge(text, { row: row(more) }).verdict).toBe(expected);
  });
});

test('cheap keys decide before dear ones are asked for, in any order', () => {
  expect(judge('TEXT hello SEEN')).toEqual({ verdict: false, wants: undefined });
  expect(judge('OR TEXT hello UNSEEN')).toEqual({ verdict: true, wants: undefined });
  expect(judge('TEXT hello HEADER x y')).toEqual({ verdict: null, wants: 'header' });
  expect(judge('NOT BODY hello')).toEqual({ verdict: null, wants: 'text' });
});

test('header keys compare decoded text without case; an empty text asks for the field', () => {
  const evidence = {
    header: header(
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nFrom: "M, J" <j@X.example>\nX-Empty:\nDate: 1 Jan 00 23:59 EST\n\n',
    ),
  };
  for (const [text, expected] of [
    ['SUBJECT "GRÜSSE"', false],
    ['SUBJECT "GRÜßE"', true],
    ['FROM j@x.EXAMPLE', true],
    ['TO ""', false],
    ['HEADER x-empty ""', true],
    ['HEADER x-none ""', false],
    ['SENTON 1-Jan-2000', true],
    ['SENTSINCE 2-Jan-2000', false],
    ['NOT SENTBEFORE 2-Jan-2000', false],
  ] as const) {
    expect(judge(text, evidence).verdict, text).toBe(expected);
  }
  expect(judge('SENTBEFORE 1-Jan-2030', { header: header('Subject: no date\n\n') }).verdict).toBe(false);
});

test('SUBJECT and addresses read the header only where the stored text has the words', () => {
  const text = fold('Lunch at noon\nAna Mara ana@x.example\nsoup');
  for (const [key, evidence, expected] of [
    ['SUBJECT lunch', {}, { verdict: null, wants: 'text' }],
    ['SUBJECT dinner', { text }, { verdict: false }],
    ['FROM "ana mara"', { text }, { verdict: null, wants: 'header' }],
    ['SUBJECT soup', { text, header: header('Subject: Lunch\n\n') }, { verdict: false }],
    ['SUBJECT dinner', { text: null }, { verdict: null, wants: 'header' }],
    // Punctuation may have been written anew: the text does not decide.
    ['FROM "<ana"', { text }, { verdict: null, wants: 'header' }],
  ] as const) {
    expect(judge(key, evidence), key).toEqual({ wants: undefined, ...expected });
  }
});

test('BODY believes the stored text only where the header cannot have put the words there', () => {
  const text = fold('Lunch\nana@x.example\nthe soup is ready');
  expect(judge('BODY soup', { text, header: header('Subject: Lunch\n\n') }).verdict).toBe(true);
  expect(judge('BODY lunch', { text, header: header('Subject: Lunch\n\n') })).toEqual({
    verdict: null,
    wants: 'body',
  });
  expect(judge('BODY lunch', { text, header: header('Subject: Lunch\n\n'), body: 'the soup' }).verdict).toBe(
    false,
  );
  expect(judge('BODY dinner', { text }).verdict).toBe(false);
  expect(judge('BODY dinner', { text: null }).wants).toBe('body');
  expect(judge('TEXT x-mailer', { text, header: header('X-Mailer: y\n\n') }).verdict).toBe(true);
  expect(judge('TEXT dinner', { text, header: header('Subject: Lunch\n\n') }).verdict).toBe(false);
  expect(judge('TEXT dinner', { text: null, header: header('\n') }).wants).toBe('body');
  expect(judge('TEXT dinner', { text: null, header: header('\n'), body: 'for dinner' }).verdict).toBe(true);
});

test.each([
  ['fri, 21 nov 1997 09:55:06 -0600', '1997-11-21'],
  ['21 nov 97 09:55 gmt', '1997-11-21'],
  ['1 jan 49 00:00 gmt', '2049-01-01'],
  ['1 jan 100 00:00 gmt', '2000-01-01'],
  ['thu,\t13 feb 1969 23:32 -0330', '1969-02-13'],
  ['31 feb 2000 00:00', null],
  ['yesterday', null],
  ['', null],
])('the day of %j is %s', (text, day) => {
  const ms = dayOf(text);
  expect(ms === null ? null : new Date(ms).toISOString().slice(0, 10)).toBe(day);
});

test('AND, OR and NOT of three values agree with two, once everything is known', () => {
  const leaf = fc.constantFrom('SEEN', 'TEXT a', 'BODY b', 'SUBJECT c', 'LARGER 50', 'UID 10', '2');
  const tree = fc.letrec<{ key: string }>((tie) => ({
    key: fc.oneof(
      { maxDepth: 5 },
      leaf,
      tie('key').map((key) => `NOT ${key}`),
      fc.tuple(tie('key'), tie('key')).map(([a, b]) => `OR ${a} ${b}`),
      fc.tuple(tie('key'), tie('key')).map(([a, b]) => `(${a} ${b})`),
    ),
  })).key;
  const facts = fc.record({ seen: fc.boolean(), a: fc.boolean(), b: fc.boolean(), c: fc.boolean() });
  fc.assert(
    fc.property(tree, facts, (text, { seen, a, b, c }) => {
      const body = `${a ? 'a' : ''}${b ? 'b' : ''}`;
      const evidence: Evidence = { row: row({ flags: seen ? flagBits.seen : 0 }), seq: 1, recent: false };
      const { test: run } = compile(keyOf(text), selected, standardFeatures, nowMs);
      let verdict = run(evidence);
      for (let round = 0; verdict === null; round++) {
        expect(round).toBeLessThan(4);
        if (evidence.wants === 'header') evidence.header = header(`Subject: ${c ? 'c' : ''}\n\n`);
        else if (evidence.wants === 'text') evidence.text = `${c ? 'c' : ''}\n${body}`;
        else evidence.body = body;
        delete evidence.wants;
        verdict = run(evidence);
      }
      // "subject" is a name of the header, so TEXT finds letters of it: none of these is 'a'.
      expect(verdict).toBe(meaning(text, { seen, a, b, c }));
    }),
    { seed: 17, numRuns: 500 },
  );
});

/** The same keys, read by the book. */
function meaning(text: string, facts: { seen: boolean; a: boolean; b: boolean; c: boolean }): boolean {
  let rest = text;
  const take = (word: string) => {
    if (!rest.startsWith(word)) return false;
    rest = rest.slice(word.length);
    return true;
  };
  const read = (): boolean => {
    if (take('NOT ')) return !read();
    if (take('OR ')) {
      const first = read();
      take(' ');
      const second = read();
      return first || second;
    }
    if (take('(')) {
      const first = read();
      take(' ');
      const second = read();
      take(')');
      return first && second;
    }
    if (take('SEEN')) return facts.seen;
    if (take('TEXT a')) return facts.a;
    if (take('BODY b')) return facts.b;
    if (take('SUBJECT c')) return facts.c;
    if (take('LARGER 50') || take('UID 10')) return true;
    take('2');
    return false;
  };
  return read();
}

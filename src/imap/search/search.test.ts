import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagBits, foldedHeader, type MessageRow } from '../../stores/mail/index.ts';
import { standardFeatures } from '../server.ts';
import type { Selected } from '../session/selected.ts';
import { MailboxView } from '../session/sequence.ts';
import { Decoder, SequenceSet } from '../wire/index.ts';
import { compile } from './compile.ts';
import type { Evidence } from './keys.ts';
import { headerOf, type Sought, withinBoth, withinEither } from './needles.ts';

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

type Given = Partial<Evidence> & { readonly kept?: readonly (boolean | null)[] };

/** `kept`: what the texts that are kept say of each text that is sought, in the order of the keys. */
const judge = (text: string, { row: given = row(), kept, ...more }: Given = {}) => {
  const sought: Sought[] = [];
  const { test: run } = compile(keyOf(text), selected, standardFeatures, nowMs, sought);
  const evidence: Evidence = { row: given, seq: 1, recent: false, ...more };
  if (kept) for (const [at, one] of sought.entries()) one.known.set(given.email, kept[at] ?? null);
  const verdict = run(evidence);
  const { wants } = evidence;
  return { verdict, wants: typeof wants === 'object' ? wants.needle.text : wants };
};

const header = (text: string) => headerOf(foldedHeader(Buffer.from(text.replaceAll('\n', '\r\n'))));
const unread = [null, null, null];

test('addresses are looked for as the envelope has them, whatever comments part them', () => {
  const from = header(
    'From: <ana (here)@ (there) b.example>, "(no)" <carl@b.example>\nTo: g: dora (x) @ b.example;\n\n',
  );
  const found = (text: string) => judge(text, { kept: unread, header: from }).verdict;
  for (const text of [
    'FROM ana@b.example',
    'FROM "ana (here)"',
    'FROM carl@b.example',
    'TO dora@b.example',
  ]) {
    expect([text, found(text)]).toEqual([text, true]);
  }
  for (const text of ['FROM dora@b.example', 'TO ana@b.example', 'FROM anna@b.example']) {
    expect([text, found(text)]).toEqual([text, false]);
  }
});

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
  expect(judge('TEXT hello HEADER x y')).toEqual({ verdict: null, wants: 'Y' });
  expect(judge('NOT BODY hello')).toEqual({ verdict: null, wants: 'HELLO' });
  expect(judge('SENTON 1-Jan-2000')).toEqual({ verdict: null, wants: 'day' });
});

test('header keys compare decoded text without case; an empty text asks for the field', () => {
  const evidence = {
    kept: unread,
    sentDay: 'unread' as const,
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
  const undated = { sentDay: 'unread' as const, header: header('Subject: no date\n\n') };
  expect(judge('SENTBEFORE 1-Jan-2030', undated).verdict).toBe(false);
});

test('what is kept decides; the message itself is asked for only where that does not', () => {
  for (const [key, evidence, expected] of [
    ['SUBJECT lunch', {}, { verdict: null, wants: 'LUNCH' }],
    ['SUBJECT lunch', { kept: [true] }, { verdict: true }],
    ['SUBJECT lunch', { kept: [false] }, { verdict: false }],
    ['SUBJECT lunch', { kept: [null] }, { verdict: null, wants: 'header' }],
    ['BODY soup', { kept: [false] }, { verdict: false }],
    ['BODY soup', { kept: [null] }, { verdict: null, wants: 'body' }],
    ['BODY soup', { kept: [null], body: 'THE SOUP' }, { verdict: true }],
    ['TEXT soup', { kept: [null] }, { verdict: null, wants: 'header' }],
    ['TEXT soup', { kept: [null], header: header('Subject: soup\n\n') }, { verdict: true }],
    ['TEXT "subject: so"', { kept: [null], header: header('Subject: soup\n\n') }, { verdict: true }],
    ['TEXT soup', { kept: [null], header: header('\n') }, { verdict: null, wants: 'body' }],
    ['TEXT soup', { kept: [null], header: header('\n'), body: 'FOR DINNER' }, { verdict: false }],
    ['SENTON 1-Jan-2000', { sentDay: Date.UTC(2000, 0, 1) }, { verdict: true }],
    ['SENTON 1-Jan-2000', { sentDay: null }, { verdict: false }],
    ['SENTON 1-Jan-2000', { sentDay: 'unread' }, { verdict: null, wants: 'header' }],
    ['TEXT ""', {}, { verdict: true }],
    ['NOT BODY ""', {}, { verdict: false }],
  ] as const) {
    expect(judge(key, evidence as Given), key).toEqual({ wants: undefined, ...expected });
  }
});

test('what the index excludes does not match, and matches under NOT; of later emails it says nothing', () => {
  const verdictOf = (text: string, email: number) => {
    const sought: Sought[] = [];
    const { test: run } = compile(keyOf(text), selected, standardFeatures, nowMs, sought);
    for (const one of sought) one.narrowed = { upTo: 10, emails: Float64Array.of(2, 5) };
    return run({ row: row({ email }), seq: 1, recent: false });
  };
  expect([1, 2, 3, 5, 6, 10, 11].map((email) => verdictOf('TEXT soup', email))).toEqual([
    false,
    null,
    false,
    null,
    false,
    false,
    null,
  ]);
  expect(verdictOf('NOT TEXT soup', 1)).toBe(true);
  expect(verdictOf('NOT TEXT soup', 2)).toBe(null);
});

describe('what a tree of keys leaves over', () => {
  const leaves: Record<string, readonly number[]> = { AAA: [1, 2, 3], BBB: [2, 3, 4], CCC: [9] };
  const cases: readonly [string, readonly number[] | null][] = [
    ['TEXT aaa', [1, 2, 3]],
    ['TEXT aaa BODY bbb', [2, 3]],
    ['TEXT aaa SEEN', [1, 2, 3]],
    ['OR TEXT aaa SUBJECT ccc', [1, 2, 3, 9]],
    ['OR TEXT aaa SEEN', null],
    ['NOT TEXT aaa', null],
    ['NOT TEXT aaa BODY bbb', [2, 3, 4]],
    ['TEXT bbb (OR BODY aaa FROM ccc)', [2, 3]],
    ['SEEN', null],
    ['OR TEXT aaa NOT TEXT bbb', null],
    ['TEXT aaa TEXT ccc', []],
  ];
  test.each(cases)('%s: %j', (text, expected) => {
    const sought: Sought[] = [];
    const { within } = compile(keyOf(text), selected, standardFeatures, nowMs, sought);
    for (const one of sought)
      one.narrowed = { upTo: 10, emails: Float64Array.from(leaves[one.needle.text] ?? []) };
    const left = within?.() ?? null;
    expect(left && [...left.emails]).toEqual(expected);
    if (left) expect(left.upTo).toBe(10);
  });

  test('of two answers the older one counts: it says nothing of later emails', () => {
    const [old, young] = [
      { upTo: 4, emails: Float64Array.of(1, 3) },
      { upTo: 9, emails: Float64Array.of(3, 8) },
    ];
    expect(withinBoth([old, young, null])).toEqual({ upTo: 4, emails: Float64Array.of(3) });
    expect(withinEither([old, young])).toEqual({ upTo: 4, emails: Float64Array.of(1, 3, 8) });
    expect(withinEither([old, null])).toBe(null);
  });
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
      const body = `${a ? 'A' : ''}${b ? 'B' : ''}`;
      const evidence: Evidence = { row: row({ flags: seen ? flagBits.seen : 0 }), seq: 1, recent: false };
      const { test: run } = compile(keyOf(text), selected, standardFeatures, nowMs);
      let verdict = run(evidence);
      for (let round = 0; verdict === null; round++) {
        expect(round).toBeLessThan(40);
        const { wants } = evidence;
        if (wants === 'header') evidence.header = header(`Subject: ${c ? 'c' : ''}\n\n`);
        else if (wants === 'body') evidence.body = body;
        else if (typeof wants === 'object') {
          wants.known.set(evidence.row.email, null);
        }
        evidence.wants = undefined;
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

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SequenceSet, SyntaxFault } from '../wire/index.ts';
import { MailboxView, mayReportExpunge } from './sequence.ts';

const set = (text: string) => SequenceSet.parse(text);
const view = () => new MailboxView([3, 5, 8, 13, 21]);

describe('numbers and uids', () => {
  test.each([
    [1, 3],
    [3, 8],
    [5, 21],
    [0, undefined],
    [6, undefined],
    [-1, undefined],
    [1.5, undefined],
  ])('uidOf(%d) is %s', (seq, uid) => {
    expect(view().uidOf(seq)).toBe(uid);
  });

  test.each([
    [3, 1],
    [13, 4],
    [21, 5],
    [4, undefined],
    [0, undefined],
    [22, undefined],
  ])('seqOf(%d) is %s', (uid, seq) => {
    expect(view().seqOf(uid)).toBe(seq);
  });

  test('an empty view', () => {
    const empty = new MailboxView();
    expect([empty.count, empty.lastUid, empty.uidOf(1), empty.seqOf(1)]).toEqual([
      0,
      0,
      undefined,
      undefined,
    ]);
    expect(empty.expunge([1])).toEqual([]);
    expect(empty.append([7])).toBe(1);
    expect(empty.uidOf(1)).toBe(7);
  });
});

describe('append', () => {
  test('answers the new EXISTS', () => {
    const mailbox = view();
    expect(mailbox.append([22, 30])).toBe(7);
    expect(mailbox.append([])).toBe(7);
    expect(mailbox.lastUid).toBe(30);
    expect([...mailbox.uids()]).toEqual([3, 5, 8, 13, 21, 22, 30]);
  });

  test.each([[[21]], [[20]], [[22, 22]], [[23, 22]], [[0]], [[2 ** 32]], [[22.5]]])(
    '%j cannot follow',
    (uids) => {
      const mailbox = view();
      expect(() => mailbox.append(uids)).toThrow(RangeError);
      expect(mailbox.count).toBe(5);
    },
  );
});

describe('expunge', () => {
  test.each<[number[], number[], number[]]>([
    [[5], [2], [3, 8, 13, 21]],
    [
      [3, 5],
      [1, 1],
      [8, 13, 21],
    ],
    [
      [21, 3, 13],
      [1, 3, 3],
      [5, 8],
    ],
    [[3, 5, 8, 13, 21], [1, 1, 1, 1, 1], []],
    [[4, 99], [], [3, 5, 8, 13, 21]],
    [[8, 8, 7], [3], [3, 5, 13, 21]],
    [[], [], [3, 5, 8, 13, 21]],
  ])('of %j reports %j', (uids, reported, left) => {
    const mailbox = view();
    expect(mailbox.expunge(uids)).toEqual(reported);
    expect([...mailbox.uids()]).toEqual(left);
    expect(mailbox.count).toBe(left.length);
  });

  test('the uid of an expunged last message does not come back', () => {
    const mailbox = view();
    mailbox.expunge([21]);
    expect(mailbox.append([22])).toBe(5);
    expect(mailbox.uidOf(5)).toBe(22);
  });
});

describe('resolve', () => {
  test.each<[string, number[]]>([
    ['1', [3]],
    ['2:4', [5, 8, 13]],
    ['4:2', [5, 8, 13]],
    ['*', [21]],
    ['4:*', [13, 21]],
    ['*:4', [13, 21]],
    ['5,1,1:2', [3, 5, 21]],
    ['1:*', [3, 5, 8, 13, 21]],
  ])('numbers %s are uids %j', (text, uids) => {
    expect(view().resolve(set(text), false)).toEqual(uids);
  });

  test.each<[string, number[]]>([
    ['3', [3]],
    ['4', []],
    ['4:13', [5, 8, 13]],
    ['13:4', [5, 8, 13]],
    ['*', [21]],
    ['21:*', [21]],
    // RFC 9051 §6.4.9: a first number above the last uid still names the last message.
    ['559:*', [21]],
    ['*:559', [21]],
    ['1:4294967295', [3, 5, 8, 13, 21]],
    ['22:4294967295', []],
    ['8,3,99', [3, 8]],
    ['1:*', [3, 5, 8, 13, 21]],
  ])('uids %s are %j', (text, uids) => {
    expect(view().resolve(set(text), true)).toEqual(uids);
  });

  test.each([
    ['6', 5, 'message 6 does not exist, the mailbox has 5'],
    ['1:6', 5, 'message 6 does not exist'],
    ['6:*', 5, 'message 6 does not exist'],
    ['*', 0, 'message * does not exist, the mailbox has 0'],
    ['1:*', 0, 'message 1 does not exist, the mailbox has 0'],
  ])('number %s of %d messages is refused', (text, count, why) => {
    const mailbox = new MailboxView(Array.from({ length: count }, (_, i) => i + 1));
    expect(() => mailbox.resolve(set(text), false)).toThrow(SyntaxFault);
    expect(() => mailbox.resolve(set(text), false)).toThrow(why);
    // SEARCH only finds nothing there.
    const found = mailbox.resolve(set(text), false, SequenceSet.empty, 'ignore');
    expect(found.every((uid) => uid <= count)).toBe(true);
  });

  test.each(['*', '1:*', '*:5', '1'])('uids %s in an empty mailbox are none', (text) => {
    expect(new MailboxView().resolve(set(text), true)).toEqual([]);
  });

  test("'$' is the saved uids that are still there, in both modes", () => {
    const saved = SequenceSet.of([5, 13, 14]);
    expect(view().resolve(set('$'), false, saved)).toEqual([5, 13]);
    expect(view().resolve(set('$'), true, saved)).toEqual([5, 13]);
    expect(view().resolve(set('$'), true)).toEqual([]);
    expect(view().resolve(set('$'), false)).toEqual([]);
  });

  test('numbersOf', () => {
    expect(view().numbersOf([3, 5, 7, 21]).toString()).toBe('1:2,5');
  });
});

describe('against a plain array', () => {
  const step = fc.oneof(
    fc.record({ expunge: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }) }),
    fc.record({ append: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 }) }),
  );

  test('any history of append and expunge', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const mailbox = new MailboxView();
        let model: number[] = [];
        let uid = 0;
        for (const one of steps) {
          if ('append' in one) {
            const added = one.append.map((gap) => {
              uid += gap;
              return uid;
            });
            model.push(...added);
            expect(mailbox.append(added)).toBe(model.length);
          } else {
            // A client that applies the numbers in order ends with the same messages.
            const client = [...model];
            for (const number of mailbox.expunge(one.expunge)) client.splice(number - 1, 1);
            model = model.filter((known) => !one.expunge.includes(known));
            expect(client).toEqual(model);
          }
          expect([...mailbox.uids()]).toEqual(model);
          model.forEach((known, index) => {
            expect(mailbox.seqOf(known)).toBe(index + 1);
            expect(mailbox.uidOf(index + 1)).toBe(known);
          });
        }
      }),
      { seed: 9051, numRuns: 200 },
    );
  });
});

describe('several chunks against a plain array', () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 0, max: 6000 }));

  test('any expunges and the appends after them', () => {
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        (ranges, step) => {
          let model = Array.from({ length: 20_000 }, (_, i) => i * step + 1);
          const mailbox = new MailboxView(model);
          for (const [first, length] of ranges) {
            const isGone = (uid: number) => uid >= first && uid <= first + length;
            const expected: number[] = [];
            model.forEach((uid, index) => {
              if (isGone(uid)) expected.push(index + 1 - expected.length);
            });
            model = model.filter((uid) => !isGone(uid));
            const uids = Array.from({ length: length + 1 }, (_, i) => first + length - i);
            expect(mailbox.expunge(uids)).toEqual(expected);
            const added = mailbox.lastUid + 100_000;
            model.push(added);
            expect(mailbox.append([added])).toBe(model.length);
            expect([...mailbox.uids()]).toEqual(model);
          }
          for (let index = 0; index < model.length; index += 97) {
            expect(mailbox.uidOf(index + 1)).toBe(model[index]);
            expect(mailbox.seqOf(model[index] ?? 0)).toBe(index + 1);
          }
          const half = Math.ceil(model.length / 2);
          expect(mailbox.resolve(set(`${half}:*`), false)).toEqual(model.slice(half - 1));
          expect(mailbox.resolve(set(`5000:${model.at(-1)}`), true)).toEqual(
            model.filter((uid) => uid >= 5000),
          );
        },
      ),
      { seed: 9051, numRuns: 30 },
    );
  });
});

describe('a million messages', () => {
  const uids = Uint32Array.from({ length: 1_000_000 }, (_, i) => i * 3 + 1);

  test('every lookup is right, ranges across chunks too', () => {
    const mailbox = new MailboxView(uids);
    expect(mailbox.count).toBe(1_000_000);
    for (const seq of [1, 4096, 4097, 8192, 8193, 500_000, 1_000_000]) {
      expect(mailbox.uidOf(seq)).toBe(seq * 3 - 2);
      expect(mailbox.seqOf(seq * 3 - 2)).toBe(seq);
      expect(mailbox.seqOf(seq * 3 - 1)).toBeUndefined();
    }
    expect(mailbox.resolve(set('4095:4098'), false)).toEqual([12_283, 12_286, 12_289, 12_292]);
    expect(mailbox.resolve(set('12284:12292'), true)).toEqual([12_286, 12_289, 12_292]);
    expect(mailbox.resolve(set('1:*'), true)).toHaveLength(1_000_000);
  });

  test('expunging every second message at once', () => {
    const mailbox = new MailboxView(uids);
    const reported = mailbox.expunge(uids.filter((_, i) => i % 2 === 0));
    expect(reported).toHaveLength(500_000);
    expect(reported.slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(mailbox.count).toBe(500_000);
    expect(mailbox.uidOf(250_000)).toBe(uids[499_999]);
  });

  test('expunging one by one, and appending one by one', () => {
    const mailbox = new MailboxView(uids);
    for (let i = 0; i < 2000; i++) expect(mailbox.expunge([uids[i * 500] ?? 0])).toEqual([i * 500 + 1 - i]);
    for (let i = 1; i <= 2000; i++) mailbox.append([3_000_000 + i]);
    expect(mailbox.count).toBe(1_000_000);
    expect(mailbox.uidOf(1_000_000)).toBe(3_002_000);
  });
});

describe('mayReportExpunge (RFC 9051 §7.5.1)', () => {
  test.each<[string | null, boolean]>([
    [null, false],
    ['FETCH', false],
    ['STORE', false],
    ['SEARCH', false],
    ['SORT', false],
    ['THREAD', false],
    ['UID FETCH', true],
    ['UID STORE', true],
    ['UID SEARCH', true],
    ['NOOP', true],
    ['IDLE', true],
    ['COPY', true],
    ['MOVE', true],
    ['EXPUNGE', true],
    ['APPEND', true],
    ['CHECK', true],
  ])('during %s: %s', (command, allowed) => {
    expect(mayReportExpunge(command)).toBe(allowed);
  });
});

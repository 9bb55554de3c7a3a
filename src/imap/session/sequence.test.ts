import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SequenceSet, SyntaxFault } from '../wire/index.ts';
import type { Chunk } from './chunks.ts';
import { MailboxView, mayReportExpunge, type Stretch } from './sequence.ts';

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

/** A mailbox as the store keeps it: who is there, and when the others went. */
class Stored {
  readonly live = new Set<number>();
  readonly gone = new Map<number, number>();
  modseq = 1;
  uidNext = 1;

  append(count: number): number[] {
    this.modseq++;
    const uids = Array.from({ length: count }, () => this.uidNext++);
    for (const uid of uids) this.live.add(uid);
    return uids;
  }

  expunge(uids: Iterable<number>): void {
    this.modseq++;
    for (const uid of uids) if (this.live.delete(uid)) this.gone.set(uid, this.modseq);
  }

  stretches(size: number): Stretch[] {
    const stretches: Stretch[] = [];
    for (let first = 1; first < this.uidNext; first += size) {
      const last = Math.min(first + size, this.uidNext) - 1;
      let gone = 0;
      for (let uid = first; uid <= last; uid++) if (!this.live.has(uid)) gone++;
      if (gone > 0) stretches.push({ first, last, gone });
    }
    return stretches;
  }

  /** What `MailReader.present` answers. */
  present({ first, last }: Chunk, asOf: number): Uint32Array {
    const uids: number[] = [];
    for (let uid = first; uid <= last; uid++) {
      if (this.live.has(uid) || (this.gone.get(uid) ?? 0) > asOf) uids.push(uid);
    }
    return Uint32Array.from(uids);
  }
}

describe('a view that reads what it needs, against a plain array', () => {
  const uids = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 30 })), {
    minLength: 1,
    maxLength: 6,
  });
  const step = fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ expunge: uids }),
    fc.record({ tell: fc.boolean() }),
    fc.record({ ask: uids, uidMode: fc.boolean(), star: fc.boolean() }),
  );
  const spread = (pairs: readonly (readonly [number, number])[]) =>
    pairs.flatMap(([from, length]) => Array.from({ length: length + 1 }, (_, at) => from + at));

  test('numbers are right whatever others do before, between and after', () => {
    let questions = 0;
    const history = fc.record({
      before: fc.array(step, { maxLength: 8 }),
      size: fc.constantFrom(16, 50, 128),
      steps: fc.array(step, { minLength: 3, maxLength: 25 }),
    });
    const run = ({ before, size, steps }: { before: Step[]; size: number; steps: Step[] }) => {
      const stored = new Stored();
      for (const one of before) {
        if ('append' in one) stored.append(one.append);
        if ('expunge' in one) stored.expunge(spread(one.expunge));
      }
      const view = MailboxView.opened(stored.uidNext, stored.stretches(size));
      let client = [...stored.live];
      let asOf = stored.modseq;
      let cursor = stored.modseq;
      const fill = (chunks: readonly Chunk[]) => {
        for (const chunk of chunks) view.fill(chunk, stored.present(chunk, asOf));
      };
      const tell = (expunge: boolean) => {
        const top = view.topUid;
        const vanished = [...stored.gone].filter(([uid, at]) => at > asOf && uid <= top).map(([uid]) => uid);
        if (expunge) {
          vanished.sort((a, b) => a - b);
          fill(view.unreadAt(vanished));
          for (const number of view.expunge(vanished)) client.splice(number - 1, 1);
        }
        cursor = stored.modseq;
        if (expunge || vanished.length === 0) asOf = cursor;
        const fresh = [...stored.live].filter((uid) => uid > top);
        client.push(...fresh);
        view.append(fresh);
        if (asOf === cursor) view.forget();
      };
      for (const one of steps) {
        if ('append' in one) stored.append(one.append);
        if ('expunge' in one) stored.expunge(spread(one.expunge));
        if ('tell' in one) tell(one.tell);
        if ('ask' in one) {
          questions++;
          const ranges = one.ask.map(([from, length]) => `${from}:${from + length}`);
          const asked = set([...ranges, ...(one.star ? ['*'] : [])].join());
          const saved = SequenceSet.empty;
          if (one.uidMode && one.star) fill(view.unreadEnd());
          fill(view.unreadIn(asked, one.uidMode, saved, 'ends'));
          const picked = view.pick(asked, one.uidMode, saved, 'ignore');
          fill(view.unreadIn(asked, one.uidMode, saved, 'all'));
          const found = view.resolve(asked, one.uidMode, saved, 'ignore');
          const wanted = new Set(spread(one.ask));
          if (one.star) wanted.add(one.uidMode ? (client.at(-1) ?? 0) : client.length);
          const expected = client.filter((uid, at) => wanted.has(one.uidMode ? uid : at + 1));
          expect(found).toEqual(expected);
          expect(picked.count).toBe(expected.length);
          const within = (uid: number) => picked.ranges.some(([from, to]) => uid >= from && uid <= to);
          expect(client.filter(within)).toEqual(expected);
          expect(expected.map((uid) => view.seqOf(uid))).toEqual(
            expected.map((uid) => client.indexOf(uid) + 1),
          );
        }
        expect(view.count).toBe(client.length);
      }
      tell(true);
      fill(view.unreadAll());
      client = [...client];
      expect([...view.uids()]).toEqual([...stored.live]);
      expect(client).toEqual([...stored.live]);
    };
    fc.assert(fc.property(history, run), { seed: 9051, numRuns: 100 });
    expect(questions).toBeGreaterThan(150);
  });

  test('a million messages where nothing went are one chunk, and hold no uid', () => {
    const opened = MailboxView.opened(1_000_001, []);
    expect([opened.count, opened.heldUids, opened.lastUid]).toEqual([1_000_000, 0, 1_000_000]);
    expect(opened.unreadAll()).toEqual([]);
    expect(opened.expunge([500_000])).toEqual([500_000]);
    expect([opened.seqOf(500_001), opened.heldUids]).toEqual([500_000, 0]);
    expect(opened.pick(set('1:*'), false)).toEqual({ ranges: [[1, 1_000_000]], count: 999_999 });
  });

  test('only the ends of a range are read', () => {
    const stretches = Array.from({ length: 100 }, (_, at) => ({
      first: at * 10 + 1,
      last: at * 10 + 10,
      gone: 5,
    }));
    const opened = MailboxView.opened(1_001, stretches);
    expect(opened.count).toBe(500);
    const unread = opened.unreadIn(set('3:498'), false, SequenceSet.empty, 'ends');
    expect(unread.map(({ first }) => first)).toEqual([1, 991]);
    expect(opened.unreadIn(set('3:498'), false, SequenceSet.empty, 'all')).toHaveLength(100);
  });

  test('to ask what was not read, and to fill in what was not counted, are mistakes', () => {
    const opened = MailboxView.opened(101, [{ first: 1, last: 100, gone: 50 }]);
    expect(() => opened.seqOf(7)).toThrow('were not read');
    expect(() => opened.lastUid).toThrow('were not read');
    expect(() => [...opened.uids()]).toThrow('were not read');
    const [chunk] = opened.unreadAll();
    if (!chunk) throw new Error('nothing to read');
    expect(() => opened.fill(chunk, Uint32Array.of(1, 2, 3))).toThrow('50 messages were counted');
    expect(() => MailboxView.opened(11, [{ first: 5, last: 11, gone: 1 }])).toThrow(RangeError);
    expect(() => MailboxView.opened(11, [{ first: 5, last: 7, gone: 4 }])).toThrow(RangeError);
  });
});

type Step =
  | { append: number }
  | { expunge: [number, number][] }
  | { tell: boolean }
  | { ask: [number, number][]; uidMode: boolean; star: boolean };

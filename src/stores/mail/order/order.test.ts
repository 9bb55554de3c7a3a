import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import { parseMessage } from '../../../formats/mime/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { createMailStore, type MailReader, type OrderKey } from '../index.ts';
import { limits } from '../limits.ts';
import { mailTables } from '../tables.ts';
import { compareKeys, messageKeyChars, orderKeys } from './order.ts';
import { Gathered } from './scripts.ts';

const keysOf = (...lines: string[]) => orderKeys(parseMessage(Buffer.from([...lines, '', ''].join('\r\n'))));

describe('keys to sort by', () => {
  test('nothing is the empty text', () => {
    expect(keysOf('X: y')).toEqual({
      sentAt: null,
      fromMailbox: '',
      toMailbox: '',
      ccMailbox: '',
      fromDisplay: '',
      toDisplay: '',
      baseSubject: '',
      isReply: 0,
      messageKey: null,
      parentKeys: '',
    });
  });

  test('of addresses the first counts: its local part, its name or the whole of it', () => {
    const keys = keysOf(
      'From: "Zoë" <Ana.B@Example.org>, second@example.org',
      'To: bare@Example.org',
      'Cc: "John \\"J\\" Doe" <"john doe"@example.org>',
    );
    expect(keys).toMatchObject({
      fromMailbox: 'ANA.B',
      fromDisplay: 'ZOE\u0308',
      toMailbox: 'BARE',
      toDisplay: 'BARE@EXAMPLE.ORG',
      ccMailbox: 'JOHN DOE',
    });
  });

  test.each([
    ['=?UTF-8?Q?=C3=A9t=C3=A9?= <a@b>', 'E\u0301TE\u0301'],
    ['"" <a@b>', 'A@B'],
    ['" " <a@b>', 'A@B'],
    ['Friends: a@b, c@d;', 'FRIENDS'],
    ['nobody', 'NOBODY'],
    [`${'x'.repeat(limits.orderKeyCharsMax + 50)} <a@b>`, 'X'.repeat(limits.orderKeyCharsMax)],
  ])('From: %s is shown as %s', (from, shown) => {
    expect(keysOf(`From: ${from}`).fromDisplay).toBe(shown);
  });

  test('subjects', () => {
    expect(keysOf('Subject: Re: [list] Grüße')).toMatchObject({ baseSubject: 'GRU\u0308ßE', isReply: 1 });
    expect(keysOf('Subject: [list] x').isReply).toBe(0);
    const long = keysOf(`Subject: ${'\ufdfa'.repeat(limits.baseSubjectCharsMax)}`);
    expect(long.baseSubject).toHaveLength(limits.baseSubjectCharsMax);
  });

  test('message ids: quoted or not the same, case counts, the first of many', () => {
    const own = (id: string) => keysOf(`Message-ID: ${id}`).messageKey;
    expect(own('<a@b>')).toHaveLength(messageKeyChars);
    expect(own('<"a"@b>')).toBe(own('<a@b>'));
    expect(own('<"\\a"@b>')).toBe(own('<a@b>'));
    expect(own('<A@b>')).not.toBe(own('<a@b>'));
    expect(own('junk <a@b> <c@d>')).toBe(own('<a@b>'));
    expect(own('no id')).toBeNull();
    const { parentKeys } = keysOf('References: <a@b> <c@d>', 'In-Reply-To: <e@f>');
    expect(parentKeys).toBe(`${own('<a@b>')}${own('<c@d>')}`);
  });

  test('order of keys is that of their octets', () => {
    const texts = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(compareKeys(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { seed: 5051 },
    );
    expect(compareKeys('\uffee', '𐐀')).toBe(-1);
  });
});

test('beyond threadIdsMax only the nearest ancestor counts', () => {
  const gathered = new Gathered(3);
  const key = (letter: string) => letter.repeat(messageKeyChars);
  const row = { sent: 5, subject: '', isReply: 0 };
  gathered.add({ ...row, uid: 1, message: key('a'), parents: `${key('b')}${key('c')}` });
  gathered.add({ ...row, uid: 2, message: key('d'), parents: `${key('e')}${key('a')}` });
  gathered.add({ ...row, uid: 3, message: null, parents: '' });
  const { parentStarts, parents, messages, idCount } = gathered.result;
  expect([...messages]).toEqual([0, 3, -1]);
  expect([...parentStarts]).toEqual([0, 2, 3, 3]);
  expect([...parents]).toEqual([1, 2, 0]);
  expect(idCount).toBe(4);
});

const account = 7;
const allKeys: readonly OrderKey[] = [
  'arrival',
  'cc',
  'date',
  'displayFrom',
  'displayTo',
  'from',
  'size',
  'subject',
  'to',
];

describeEngines('order of messages', (engine) => {
  let stores: TestStores;
  let inbox: number;
  const all: number[] = [];

  beforeAll(async () => {
    stores = await openTestStores(engine);
    await stores.mail.provision(account);
    inbox = (await stores.mail.find(account, 'INBOX')).id;
    const made: string[][] = [
      ['Subject: b', 'From: Zoe <m@x>', 'Date: 1 Jan 2020 10:00 +0000', 'Message-ID: <1@x>'],
      ['Subject: RE: B', 'From: ana@x', 'Message-ID: <2@x>', 'References: <0@x> <1@x>'],
      ['Subject: 𐐀', 'To: é@x', 'Date: 1 Jan 1980 10:00 +0000'],
      ['Subject: \uffee', 'To: e@x', 'Cc: x@y'],
      ['Subject: a_b', 'From: Ana <z@x>', 'Date: 1 Jan 2020 12:00 +0200', 'Message-ID: <1@x>'],
      ['Subject: aab', 'X: padded'],
    ];
    for (const [at, lines] of made.entries()) {
      const staged = await stores.mail.stage(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), 10_000);
      const received = Date.UTC(2000, 0, 10 - at);
      all.push((await stores.mail.deliver(account, 'INBOX', { ...staged, received })).uid);
      stores.mail.discard(staged.blob);
    }
  });
  afterAll(() => stores.close());

  /** A store that holds nothing in memory yet. */
  const aside = () =>
    createMailStore({ database: stores.database, blobs: stores.blobs, clock: systemClock, quota: null });

  const groups = async (key: OrderKey, uids: readonly number[] | null, mail: MailReader = stores.mail) => {
    const { uids: sorted, ranks } = await mail.order(account, inbox, key, uids);
    const byRank = new Map<number, number[]>();
    expect([...sorted]).toEqual([...sorted].sort((a, b) => a - b));
    for (const [at, uid] of sorted.entries()) {
      const rank = ranks[at] ?? -1;
      // Where the whole mailbox is held, all of it is answered.
      if (uids !== null && !uids.includes(uid)) continue;
      byRank.set(
        rank,
        [...(byRank.get(rank) ?? []), uid].sort((a, b) => a - b),
      );
    }
    return [...byRank].sort(([a], [b]) => a - b).map(([, group]) => group);
  };

  test('each key', async () => {
    expect(await groups('arrival', null)).toEqual([[6], [5], [4], [3], [2], [1]]);
    expect(await groups('date', null)).toEqual([[3], [6], [4], [2], [1, 5]]);
    expect(await groups('from', null)).toEqual([[3, 4, 6], [2], [1], [5]]);
    expect(await groups('displayFrom', null)).toEqual([[3, 4, 6], [5], [2], [1]]);
    expect(await groups('to', null)).toEqual([[1, 2, 5, 6], [4], [3]]);
    expect(await groups('displayTo', null)).toEqual([[1, 2, 5, 6], [4], [3]]);
    expect(await groups('cc', null)).toEqual([[1, 2, 3, 5, 6], [4]]);
    expect(await groups('subject', null)).toEqual([[6], [5], [1, 2], [4], [3]]);
    expect((await groups('size', null)).flat().sort()).toEqual(all);
  });

  test('of named messages the same as of all', async () => {
    for (const key of allKeys) {
      const whole = await groups(key, null);
      expect(await groups(key, all)).toEqual(whole);
      expect(await groups(key, all, aside())).toEqual(whole);
    }
    for (const mail of [stores.mail, aside()]) {
      expect(await groups('subject', [2, 3, 99], mail)).toEqual([[2], [3]]);
      expect(await groups('subject', [], mail)).toEqual([]);
    }
  });

  test('threading: ids and subjects as numbers', async () => {
    const whole = await stores.mail.threading(account, inbox, null);
    expect(await stores.mail.threading(account, inbox, all)).toBe(whole);
    expect(await aside().threading(account, inbox, all)).toEqual(whole);
    expect([...whole.uids]).toEqual(all);
    const { messages, parents, parentStarts, subjects, replies } = whole;
    expect([...parentStarts]).toEqual([0, 0, 2, 2, 2, 2, 2]);
    expect(parents[1]).toBe(messages[0]);
    expect(messages[4]).toBe(messages[0]);
    expect([messages[2], messages[3], messages[5]]).toEqual([-1, -1, -1]);
    expect(subjects[1]).toBe(subjects[0]);
    expect(new Set(subjects).size).toBe(5);
    expect([...replies]).toEqual([0, 1, 0, 0, 0, 0]);
    expect([...whole.sent]).toEqual([4, 3, 0, 2, 4, 1]);
    const some = await aside().threading(account, inbox, [2, 5]);
    expect([...some.uids]).toEqual([2, 5]);
    expect(some.parents[1]).toBe(some.messages[1]);
  });

  test('keys go with their message', async () => {
    const staged = await stores.mail.stage(Buffer.from('Subject: gone\r\n\r\n'), 1000);
    const { uid } = await stores.mail.deliver(account, 'INBOX', { ...staged, flags: 8 });
    stores.mail.discard(staged.blob);
    expect((await groups('subject', [uid])).flat()).toEqual([uid]);
    await stores.mail.expunge(account, inbox, null);
    expect(await groups('subject', [uid])).toEqual([]);
  });

  test('what is held is never older than the call, whoever changed the mailbox', async () => {
    const { mail } = stores;
    const other = aside();
    await mail.create(account, 'Busy');
    const box = (await mail.find(account, 'Busy')).id;
    const told = async () => {
      const [mine, theirs] = await Promise.all([
        mail.order(account, box, 'arrival', null),
        other.threading(account, box, null),
      ]);
      expect(mine.uids).toEqual(theirs.uids);
      return [...mine.uids];
    };
    expect(await told()).toEqual([]);
    await mail.copy(account, inbox, box, [1, 2]);
    expect(await told()).toEqual([1, 2]);
    await other.copy(account, inbox, box, [3]);
    const held = await mail.order(account, box, 'arrival', null);
    expect([...held.uids]).toEqual([1, 2, 3]);
    await other.storeFlags({ account, mailbox: box, uids: [2], mode: 'add', flags: 8, keywords: [] });
    expect(await mail.order(account, box, 'arrival', null)).toBe(held);
    await other.expunge(account, box, null);
    expect(await told()).toEqual([1, 3]);
    await mail.move(account, box, inbox, [1]);
    expect(await told()).toEqual([3]);
    await mail.expunge(account, inbox, null);
    await mail.remove(account, 'Busy');
    expect(await told()).toEqual([]);
  });

  test('among changes that go on all the time too', async () => {
    const { mail } = stores;
    await mail.create(account, 'Growing');
    const box = (await mail.find(account, 'Growing')).id;
    let there = 0;
    const grow = async () => {
      for (let round = 0; round < 20; round++) {
        await mail.copy(account, inbox, box, [1]);
        there++;
      }
    };
    const look = async () => {
      while (there < 20) {
        const before = there;
        // What is held is answered at once; the changes come from a thread.
        await nextTurn();
        const [{ uids }, threads] = await Promise.all([
          mail.order(account, box, 'subject', null),
          mail.threading(account, box, null),
        ]);
        expect(uids.length).toBeGreaterThanOrEqual(before);
        expect(threads.uids.length).toBeGreaterThanOrEqual(before);
      }
    };
    await Promise.all([grow(), look(), look()]);
    expect((await mail.order(account, box, 'subject', null)).uids).toHaveLength(20);
  });
});

test('the table of keys holds what order.ts makes', () => {
  const columns = Object.keys(mailTables.postgres.email_orders).filter((name) => name !== 'enableRLS');
  expect(columns.sort()).toEqual(['account', 'id', ...Object.keys(keysOf('X: y'))].sort());
});

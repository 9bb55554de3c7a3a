import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Reason, StoreError } from '../../base/index.ts';
import {
  changesSince,
  describeEngines,
  openTestStores,
  refusal,
  type TestStores,
} from '../../testing/index.ts';
import { joinKeywords } from './flags.ts';
import { limits } from './limits.ts';
import { checkedName } from './names.ts';
import { deliver } from './scripts.ts';

function reasonOf(work: () => unknown): Reason | 'accepted' {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
}

describe('limits of names and keywords', () => {
  test('mailboxNameBytesMax counts bytes, not characters', () => {
    const name = 'é'.repeat(limits.mailboxNameBytesMax / 2);
    expect(checkedName(name)).toBe(name);
    expect(reasonOf(() => checkedName(`${name}x`))).toBe('limit');
  });

  test('mailboxDepthMax', () => {
    const levels = Array(limits.mailboxDepthMax).fill('a');
    expect(checkedName(levels.join('/'))).toBe(levels.join('/'));
    expect(reasonOf(() => checkedName([...levels, 'b'].join('/')))).toBe('limit');
  });

  test('keywordsPerMessageMax and keywordBytesMax', () => {
    const many = Array.from({ length: limits.keywordsPerMessageMax }, (_, at) => `k${at}`);
    expect(joinKeywords([...many, ...many]).split(' ')).toHaveLength(limits.keywordsPerMessageMax);
    expect(reasonOf(() => joinKeywords([...many, 'one-more']))).toBe('limit');
    expect(joinKeywords(['k'.repeat(limits.keywordBytesMax)])).toHaveLength(limits.keywordBytesMax);
    expect(reasonOf(() => joinKeywords(['k'.repeat(limits.keywordBytesMax + 1)]))).toBe('limit');
    for (const bad of ['', 'a b', 'a\r\n', 'é', '\0'])
      expect(reasonOf(() => joinKeywords([bad]))).toBe('invalid');
  });
});

describe('scripts at their limits', () => {
  test('beyond uidMax a delivery is refused', () => {
    const names = ['accountTake', 'counterBump', 'mailboxGrowNamed', 'emailInsert'];
    const q = Object.fromEntries(names.map((name) => [name, name])) as never;
    const blob = { hash: 'h', size: 1, place: null };
    const script = deliver(q, { account: 1, name: 'INBOX', message: { blob, flags: 0 } as never });
    const answers: Record<string, unknown> = {
      accountTake: [{ nextEmail: 2 }],
      counterBump: [{ modseq: 1 }],
      mailboxGrowNamed: [{ id: 1, uidNext: limits.uidMax + 2, uidValidity: 1 }],
    };
    const drive = () => {
      let turn = script.next();
      while (!turn.done) {
        const step = turn.value;
        turn = script.next(step.kind === 'query' ? answers[String(step.query)] : undefined);
      }
    };
    expect(reasonOf(drive)).toBe('limit');
  });
});

describeEngines('limits of the mail store', (engine) => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await openTestStores(engine);
    await stores.mail.provision(1);
  });
  afterAll(() => stores.close());
  test('more UIDs or contents than pointReadsMax answer the same, from a reader thread', async () => {
    const { mail } = stores;
    const inbox = await mail.find(1, 'INBOX');
    const count = limits.pointReadsMax + 5;
    const staged = await Promise.all(
      Array.from({ length: count }, (_, at) => mail.stage(Buffer.from(`Subject: ${at}\r\n\r\n`), 1000)),
    );
    await mail.append(1, inbox.id, staged);
    const uids = Array.from({ length: count }, (_, at) => at + 1);
    const rows = await mail.messages(1, inbox.id, uids);
    expect(rows.map((row) => row.uid)).toEqual(uids);
    expect(await mail.messages(1, inbox.id, uids.slice(0, 9))).toEqual(rows.slice(0, 9));
    const contents = await mail.contents(
      1,
      rows.map((row) => row.email),
    );
    expect(contents.size).toBe(count);
    expect((await changesSince(mail, 1, inbox.id, 0))?.changed).toEqual(rows);
  });

  test('hostile text in header and body is stored and served, not refused', async () => {
    const { mail } = stores;
    const inbox = await mail.find(1, 'INBOX');
    const hostile = [
      Buffer.from(
        'Subject: nul \0 here\r\nFrom: "a\0b" <a@b.c>\r\nMessage-ID: <\0@x>\r\n\r\nbody \0 nul\r\n',
      ),
      Buffer.from([
        0x53, 0x75, 0x62, 0x6a, 0x65, 0x63, 0x74, 0x3a, 0x20, 0xff, 0xfe, 0xed, 0xa0, 0x80, 13, 10, 13, 10, 0,
      ]),
      Buffer.from(
        'Subject: =?utf-16?B?2AAA?= =?utf-8?Q?=00=ED=A0=80?=\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\ud800\r\n',
      ),
      Buffer.alloc(0),
      Buffer.from('\0'),
    ];
    for (const bytes of hostile) {
      const staged = await mail.stage(bytes, 10_000).catch((error: unknown) => error as StoreError);
      if (staged instanceof StoreError) {
        // A NUL stands in no header that can be kept (RFC 3516 §4.4).
        expect([staged.reason, bytes.indexOf(0) >= 0]).toEqual(['invalid', true]);
        continue;
      }
      const [appended] = await mail.append(1, inbox.id, [staged]);
      const [row] = await mail.messages(1, inbox.id, [appended?.uid ?? 0]);
      const content = (await mail.contents(1, [row?.email ?? 0])).get(row?.email ?? 0);
      const kept = await mail.bytes(content?.hash ?? '');
      expect(bytes.includes(0) ? !kept.includes(0) : kept.equals(bytes)).toBe(true);
    }
    const { messages } = await mail.byId(1, inbox.id).then((box) => box ?? inbox);
    expect(messages).toBeGreaterThanOrEqual(3);
  });

  test('names that hold what a database cannot keep are refused or not found, never a fault', async () => {
    expect(await refusal(stores.mail.create(1, 'a\0b'))).toBe('invalid');
    expect(['not-found', 'invalid']).toContain(await refusal(stores.mail.find(1, 'a\0b')));
    expect(['not-found', 'invalid']).toContain(await refusal(stores.mail.find(1, "x' or 1=1 --")));
  });

  test.skipIf(engine.name === 'postgres')(
    'mailboxesMax counts parents too',
    { timeout: 120_000 },
    async () => {
      // Ten thousand mailboxes take their time; the script is the same on both engines.
      const { mail } = stores;
      await mail.provision(2);
      const had = (await mail.list(2)).length;
      const left = limits.mailboxesMax - had;
      // Deep trees make many mailboxes by one call.
      const depth = limits.mailboxDepthMax;
      let made = 0;
      while (left - made > depth) {
        await mail.create(2, [`t${made}`, ...Array(depth - 1).fill('x')].join('/'));
        made += depth;
      }
      const rest = left - made;
      expect(await refusal(mail.create(2, [...Array(rest).fill('r'), 'one-more'].join('/')))).toBe('limit');
      await mail.create(2, Array(rest).fill('r').join('/'));
      expect((await mail.list(2)).filter((entry) => entry.mailbox)).toHaveLength(limits.mailboxesMax);
      expect(await refusal(mail.create(2, 'one-more'))).toBe('limit');
      expect(await refusal(mail.rename(2, 't0', 'p/t0'))).toBe('limit');
    },
  );
});

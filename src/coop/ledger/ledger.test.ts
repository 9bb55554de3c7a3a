import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { describeCoops, refused, reversal } from '../fixtures.ts';
import { chainLink, chainStart } from './chain.ts';
import { Ledger } from './ledger.ts';
import {
  accountCharactersMax,
  draftsMax,
  keyCharactersMax,
  kindCharactersMax,
  memoCharactersMax,
  ownRows,
  postingsMax,
  stepRows,
} from './limits.ts';
import type { Draft } from './types.ts';

const secret = async () => Buffer.alloc(32, 7).toString('base64');

const subscription = (n: number, change: Partial<Draft> = {}): Draft => ({
  key: `sub:2026-${n}`,
  date: '2026-03-31',
  kind: 'share.subscription',
  memo: '',
  postings: [
    { account: 'bank:main', asset: 'EUR', amount: 1000 },
    { account: `capital:${n}`, asset: 'EUR', amount: -1000 },
  ],
  ...change,
});

describe('the chain', () => {
  const posting = (account: string, amount: number) => ({ account, asset: 'EUR', amount });

  test('is what COOP.md §4 computes', () => {
    const start = chainStart('myco.example');
    const first = chainLink(start, {
      ...{ seq: 1, date: '2026-03-31', kind: 'share.subscription', key: 'sub:2026-000001', memo: '' },
      postings: [posting('bank:main', 1000), posting('capital:m1', -1000)],
    });
    expect(first.toString('hex')).toBe('a92841548d268d96ea6194233c8af48331721658fce7cfd296d89eb1e64a55ba');
    const second = chainLink(first, {
      ...{ seq: 2, date: '2026-03-31', kind: 'mycoin.payout', key: 'payout:2026-03', memo: '' },
      postings: [
        posting('expense:mycoin', 493_826),
        posting('member:A', -296_295),
        posting('member:B', -185_185),
        posting('member:C', -12_346),
      ],
    });
    expect(second.toString('hex')).toBe('15b20a30371f0700ae485e8c9d1c1e5a20e562d3f67e1e10d9739fe149675b04');
  });
});

describeCoops('the ledger', (engine, rules) => {
  let stores: TestStores;
  let ledger: Ledger;

  beforeEach(async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1));
    stores = await openTestStores(engine, { clock });
    ledger = new Ledger({ database: stores.database, clock, coop: 'coop.example', rules, secret });
  });
  afterEach(() => stores.close());

  test('seals what balances, in order, and knows it again by its key', async () => {
    const [first, second] = await ledger.append([subscription(1), subscription(2)]);
    expect([first?.seq, second?.seq]).toEqual([1, 2]);
    const [again, third] = await ledger.append([subscription(1), subscription(3)]);
    expect(again).toEqual(first);
    expect(third?.seq).toBe(3);
    expect(await ledger.entry(2)).toEqual(second);
    expect(await ledger.balance('bank:main', 'EUR')).toBe(3000);
    expect(await ledger.balance('capital:2', 'EUR')).toBe(-1000);
    const trial = await ledger.trialBalance();
    expect(trial.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
    const seqs: number[] = [];
    for await (const page of ledger.entries({ after: 1 })) seqs.push(...page.map(({ seq }) => seq));
    expect(seqs).toEqual([2, 3]);
  });

  test('another entry under the same key is refused, and nothing of its company is sealed', async () => {
    await ledger.append([subscription(1)]);
    await expect(ledger.append([subscription(2), subscription(1, { memo: 'other' })])).rejects.toEqual(
      refused('E_KEY_REUSED'),
    );
    await expect(ledger.append([subscription(4), subscription(4, { memo: 'x' })])).rejects.toEqual(
      refused('E_KEY_REUSED'),
    );
    expect(await ledger.entry(2)).toBeNull();
    expect(await ledger.balance('bank:main', 'EUR')).toBe(1000);
  });

  test.each<[string, string, Partial<Draft>]>([
    ['one posting', 'E_UNBALANCED', { postings: [{ account: 'bank:main', asset: 'EUR', amount: 1 }] }],
    [
      'assets that only balance together',
      'E_UNBALANCED',
      {
        postings: [
          { account: 'bank:main', asset: 'EUR', amount: 1 },
          { account: 'member:1', asset: 'USD', amount: -1 },
        ],
      },
    ],
    [
      'coins on an account of money',
      'E_ACCOUNT',
      {
        postings: [
          { account: 'bank:main', asset: 'MYC', amount: 1 },
          { account: 'member:1', asset: 'MYC', amount: -1 },
        ],
      },
    ],
    [
      'money on an account of coins',
      'E_ACCOUNT',
      {
        postings: [
          { account: 'mycoin:issued', asset: 'EUR', amount: 1 },
          { account: 'coins:1', asset: 'EUR', amount: -1 },
        ],
      },
    ],
    [
      'half a cent',
      'E_AMOUNT',
      {
        postings: [
          { account: 'bank:main', asset: 'EUR', amount: 0.5 },
          { account: 'member:1', asset: 'EUR', amount: -0.5 },
        ],
      },
    ],
    [
      '2^53',
      'E_AMOUNT',
      {
        postings: [
          { account: 'bank:main', asset: 'EUR', amount: 2 ** 53 },
          { account: 'member:1', asset: 'EUR', amount: -(2 ** 53) },
        ],
      },
    ],
    [
      'an account of no chart',
      'E_ACCOUNT',
      {
        postings: [
          { account: 'constructor:main', asset: 'EUR', amount: 1 },
          { account: 'member:1', asset: 'EUR', amount: -1 },
        ],
      },
    ],
    [
      'a personal account of nobody',
      'E_ACCOUNT',
      {
        postings: [
          { account: 'bank:main', asset: 'EUR', amount: 1 },
          { account: 'member:main', asset: 'EUR', amount: -1 },
        ],
      },
    ],
    ['30 February', 'E_DATE', { date: '2026-02-30' }],
    ['no date', 'E_DATE', { date: '31.3.2026' }],
    ['an empty key', 'E_TEXT', { key: '' }],
  ])('%s is refused: %s', async (_, code, change) => {
    await expect(ledger.append([subscription(1, change)])).rejects.toEqual(refused(code));
    expect(await ledger.entry(1)).toBeNull();
  });

  test.each<[string, Partial<Draft>, Partial<Draft>]>([
    ['key', { key: 'k'.repeat(keyCharactersMax) }, { key: 'k'.repeat(keyCharactersMax + 1) }],
    ['memo', { memo: 'é'.repeat(memoCharactersMax) }, { memo: 'é'.repeat(memoCharactersMax + 1) }],
    ['kind', { kind: 'k'.repeat(kindCharactersMax) }, { kind: 'k'.repeat(kindCharactersMax + 1) }],
  ])('a %s of so many characters and no more', async (_, most, more) => {
    await expect(ledger.append([subscription(1, more)])).rejects.toEqual(refused('E_TEXT'));
    expect(await ledger.append([subscription(1, most)])).toHaveLength(1);
  });

  test('so many entries at once, so many postings in one, and a name of an account so long', async () => {
    const rows = (count: number) => [
      { account: 'bank:main', asset: 'EUR', amount: count },
      ...Array.from({ length: count }, () => ({ account: 'member:1', asset: 'EUR', amount: -1 })),
    ];
    const many = subscription(1, { postings: rows(postingsMax) });
    await expect(ledger.append([many])).rejects.toEqual(refused('E_LIMIT'));
    const drafts = Array.from({ length: draftsMax + 1 }, (__, n) => subscription(n + 1));
    await expect(ledger.append(drafts)).rejects.toEqual(refused('E_LIMIT'));
    expect(await ledger.append(drafts.slice(1))).toHaveLength(draftsMax);
    const named = (characters: number) => [
      { account: `bank:${'a'.repeat(characters - 5)}`, asset: 'EUR', amount: 1 },
      { account: 'member:1', asset: 'EUR', amount: -1 },
    ];
    const long = subscription(9_001, { postings: named(accountCharactersMax + 1) });
    await expect(ledger.append([long])).rejects.toEqual(refused('E_ACCOUNT'));
    const [entry] = await ledger.append([subscription(9_002, { postings: named(accountCharactersMax) })]);
    expect(entry?.seq).toBe(draftsMax + 1);
  });

  test('a month that is closed takes nothing; what was wrong is reversed in an open one', async () => {
    const [wrong] = await ledger.append([subscription(1)]);
    await stores.damage("INSERT INTO ledger_closed (month, closed) VALUES ('2026-03', 0)");
    await expect(ledger.append([subscription(2)])).rejects.toEqual(refused('E_PERIOD_CLOSED'));
    await expect(ledger.append([subscription(2, { date: '2025-12-31' })])).rejects.toEqual(
      refused('E_PERIOD_CLOSED'),
    );
    const how = { key: 'rev:1', date: '2026-04-01', memo: 'entered twice' };
    const [sealed] = await ledger.append([reversal(wrong, how)]);
    expect(sealed).toMatchObject({ seq: 2, reverses: 1 });
    expect(await ledger.trialBalance()).toEqual([]);
    const again = reversal(wrong, { ...how, key: 'rev:1b' });
    await expect(ledger.append([again])).rejects.toEqual(refused('E_REVERSED'));
  });

  test('many at once stand in line, without a gap', async () => {
    const all = await Promise.all(Array.from({ length: 60 }, (_, n) => ledger.append([subscription(n + 1)])));
    const seqs = all.flat().map(({ seq }) => seq);
    expect(new Set(seqs)).toEqual(new Set(Array.from({ length: 60 }, (_, n) => n + 1)));
    expect(await ledger.balance('bank:main', 'EUR')).toBe(60_000);
  });

  test('the order of postings does not tell whose they are, and is no matter to a key', async () => {
    const members = Array.from({ length: 40 }, (_, n) => n + 1);
    const draft = subscription(1, {
      postings: [
        ...members.map((n) => ({ account: `member:${n}`, asset: 'EUR', amount: -n })),
        { account: 'bank:main', asset: 'EUR', amount: 820 },
      ],
    });
    const [entry] = await ledger.append([draft]);
    const [first, ...others] = entry?.postings.map(({ account }) => account) ?? [];
    expect(first).toBe('bank:main');
    expect(new Set(others)).toEqual(new Set(members.map((n) => `member:${n}`)));
    // One order of 40! is that of the numbers.
    expect(others).not.toEqual(members.map((n) => `member:${n}`));
    expect(await ledger.entry(1)).toEqual(entry);
    expect(await ledger.append([draft])).toEqual([entry]);
  });

  test('a trial balance of several pages leaves nothing out, whatever assets an account has', async () => {
    // Three assets of each account: a page of stepRows ends within one.
    const accounts = Math.ceil(stepRows / 3);
    const assets = ['ABC', 'EUR', 'XYZ'];
    const postings = Array.from({ length: accounts }, (_, n) =>
      assets.map((asset) => ({ account: `member:${n + 1}`, asset, amount: -1 })),
    ).flat();
    const bank = assets.map((asset) => ({ account: 'bank:main', asset, amount: accounts }));
    await ledger.append([subscription(1, { postings: [...bank, ...postings] })]);
    const trial = await ledger.trialBalance();
    expect(trial).toHaveLength(3 * (accounts + 1));
    for (const asset of assets)
      expect(trial.filter((row) => row.asset === asset).reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
  });

  test('the database itself refuses what nobody may do', async () => {
    await ledger.append([subscription(1)]);
    await stores.damage("INSERT INTO ledger_closed (month, closed) VALUES ('2026-02', 0)");
    const statements: [string, string][] = [
      [`UPDATE ledger_entries SET memo = 'x'`, 'immutable'],
      ['DELETE FROM ledger_entries', 'immutable'],
      ['UPDATE ledger_postings SET amount = amount * 2', 'immutable'],
      ['DELETE FROM ledger_postings', 'immutable'],
      ["UPDATE ledger_closed SET month = '2020-01'", 'immutable'],
      ['DELETE FROM ledger_closed', 'immutable'],
      [`INSERT INTO ledger_postings (seq, n, account, asset, amount) VALUES (1, 3, 1, 'EUR', 5)`, 'sealed'],
      [
        `INSERT INTO ledger_entries (seq, date, month, kind, key, memo, draft, hash, reverses, sealed, "isSealed") VALUES (3, '2026-03-01', '2026-03', '', 'k', '', '', '', 0, 0, 0)`,
        'gap',
      ],
    ];
    if (engine.name === 'postgres')
      for (const table of ['ledger_entries', 'ledger_postings', 'ledger_closed', 'ledger_checkpoints'])
        statements.push([`TRUNCATE ${table}`, 'immutable']);
    for (const [statement, complaint] of statements)
      await expect(stores.damage(statement), statement).rejects.toThrow(complaint);
    expect(await ledger.balance('bank:main', 'EUR')).toBe(1000);
  });

  test('an amount that no longer can be counted is refused by name', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const huge = (n: number) =>
      subscription(n, {
        postings: [
          { account: 'bank:main', asset: 'EUR', amount: most },
          { account: `capital:${n}`, asset: 'EUR', amount: -most },
        ],
      });
    await ledger.append([huge(1)]);
    await expect(ledger.append([huge(2)])).rejects.toBeInstanceOf(StoreError);
    expect(await ledger.balance('bank:main', 'EUR')).toBe(most);
  });

  test('a person reads the entries that name them, and of these nobody else', async () => {
    const pay = (n: number): Draft => ({
      ...{ key: `pay:${n}`, date: '2026-03-31', kind: 'mycoin.payout', memo: `pay ${n}` },
      postings: [
        { account: 'expense:mycoin', asset: 'EUR', amount: 5 },
        { account: 'member:1', asset: 'EUR', amount: -2 },
        { account: 'member:2', asset: 'EUR', amount: -3 },
      ],
    });
    await ledger.append([subscription(1), subscription(2)]);
    for (let from = 0; from < ownRows; from += draftsMax / 2)
      await ledger.append(Array.from({ length: draftsMax / 2 }, (_, at) => pay(from + at)));
    const first = await ledger.entriesOf(1);
    // A full page ends before the entry that may go on behind it.
    expect(first).toHaveLength(ownRows - 1);
    const capital = { account: 'capital:1', asset: 'EUR', amount: -1000 };
    expect(first.slice(0, 2)).toMatchObject([
      { seq: 1, kind: 'share.subscription', postings: [capital] },
      { seq: 3, memo: 'pay 0', postings: [{ account: 'member:1', asset: 'EUR', amount: -2 }] },
    ]);
    const rest = await ledger.entriesOf(1, { after: first.at(-1)?.seq ?? 0 });
    expect(rest.map(({ seq }) => seq)).toEqual([ownRows + 1, ownRows + 2]);
    const named = [...first, ...rest].flatMap(({ postings }) => postings.map(({ account }) => account));
    expect(new Set(named)).toEqual(new Set(['capital:1', 'member:1']));
    expect([await ledger.entriesOf(9), await ledger.entriesOf(0)]).toEqual([[], []]);
  });
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { bytesOf, type FixtureEntry, statementFile } from '../bank/fixtures.ts';
import { matchItemsMax } from '../bank/limits.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCoops, fr, refused, testHouse } from '../fixtures.ts';
import { coopModule } from '../store/module.ts';

const iban = readIban('FR1420041010050500013M02606');
const ibans = ['DE89370400440532013000', 'BE68539007547034', 'BE71096123456769'];
const treasurer = actor(9, 'treasurer');
const chair = actor(8, 'board');
const second = actor(7, 'treasurer');

describeCoops('what the bank books of a run', (engine, rules) => {
  let stores: TestStores;
  let coop: Coop;
  let keys = 0;
  const key = () => `k${++keys}`;
  const clock = fakeClock(Date.UTC(2026, 3, 2, 10));

  const openCo = (told = rules) => {
    coop = openCoop({ ...testHouse(stores, clock, told), banks: [{ name: 'main', iban, bic: null }] });
  };

  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    openCo();
    const details = { kind: 'natural', address: '', country: 'FR', birth: '', holder: '' } as const;
    for (const [at, each] of ibans.entries())
      await coop.persons.add(treasurer, {
        details: { ...details, name: `P${at + 1}`, iban: each },
        key: `p${at}`,
      });
  });
  afterEach(() => stores.close());

  const owe = (account: string, amount: number) =>
    coop.ledger.append([
      {
        ...{ key: key(), date: '2026-04-01', kind: 'test', memo: '' },
        postings: [
          { account: 'expense:mycoin', asset: 'EUR', amount },
          { account, asset: 'EUR', amount: -amount },
        ],
      },
    ]);
  const prepare = () => coop.payouts.prepare(treasurer, { purpose: 'year', about: '2026', key: key() });
  const exported = async () => {
    const { id } = await prepare();
    await coop.payouts.approve(treasurer, { run: id, key: key() });
    await coop.payouts.approve(chair, { run: id, key: key() });
    return coop.payouts.export(treasurer, { run: id, day: '2026-04-07', key: key() });
  };
  let statements = 0;
  const book = (...entries: readonly FixtureEntry[]) =>
    coop.bank.import(treasurer, {
      body: bytesOf(
        statementFile({
          id: `S${++statements}`,
          iban,
          entries: entries.map((each) => ({ day: '2026-04-08', ...each })),
        }),
      ),
      key: key(),
    });
  const balance = (account: string) => coop.ledger.balance(account, 'EUR');

  test('one by one settles them, and what comes back is owed again until another account is named', async () => {
    await owe('member:1', 5000);
    await owe('interest:1', 50);
    await owe('member:2', 300);
    await exported();
    expect(await book({ ref: 'B1', amount: '-50.50', endToEndId: 'RUN-1-1' })).toMatchObject({ matched: 1 });
    expect((await coop.payouts.run(1))?.state).toBe('exported');
    expect(await book({ ref: 'B2', amount: '-3.00', endToEndId: 'RUN-1-2' })).toMatchObject({ matched: 1 });
    expect((await coop.payouts.run(1))?.state).toBe('settled');
    expect([await balance('transit:run-1'), await balance('bank:main')]).toEqual([0, -5350]);
    const back = { ref: 'B3', amount: '50.50', endToEndId: 'RUN-1-1', returned: 'AC04' };
    expect(await book(back)).toMatchObject({ matched: 1 });
    expect(await coop.payouts.items(1)).toMatchObject([
      { n: 1, settled: '2026-04-08', returned: '2026-04-08', reason: 'AC04' },
      { n: 2, settled: '2026-04-08', returned: '' },
    ]);
    expect([await balance('member:1'), await balance('interest:1')]).toEqual([-5000, -50]);
    await expect(prepare()).rejects.toEqual(refused('E_NOTHING_DUE'));
    expect(await coop.payouts.leftOut({ purpose: 'year', about: '2026' })).toEqual([
      { member: 1, amount: 5050, why: 'came-back' },
    ]);
    await coop.persons.change(treasurer, { number: 1, change: { iban: ibans[2] ?? '' }, key: key() });
    expect(await prepare()).toMatchObject({ total: 5050, count: 1 });
  });

  test('as one sum settles all of it, once', async () => {
    await owe('member:1', 5000);
    await owe('member:2', 300);
    const { file } = await exported();
    expect(await book({ ref: 'B1', amount: '-53.00', payment: file })).toMatchObject({ matched: 1 });
    expect(await coop.payouts.run(1)).toMatchObject({ state: 'settled' });
    expect(await book({ ref: 'B2', amount: '-53.00', payment: file })).toMatchObject({ queued: 1 });
    expect(await balance('transit:run-1')).toBe(0);
  });

  test('as one sum of the file, of as many transfers as there are, settles it; of another number it does not', async () => {
    await owe('member:1', 5000);
    await owe('member:2', 300);
    const { file } = await exported();
    const sum = { amount: '-53.00', file };
    expect(await book({ ref: 'B1', ...sum, count: 3 })).toMatchObject({ queued: 1 });
    expect(await coop.payouts.run(1)).toMatchObject({ state: 'exported' });
    expect(await book({ ref: 'B2', ...sum, count: 2 })).toMatchObject({ matched: 1 });
    expect(await coop.payouts.run(1)).toMatchObject({ state: 'settled' });
    expect(await balance('transit:run-1')).toBe(0);
  });

  describe('without saying what it is', () => {
    const match = (line: number, items: readonly number[], run = 1) =>
      coop.bank.match(treasurer, { line, to: { run, items }, key: key() });
    const waiting = async () => (await coop.bank.waiting()).map(({ id }) => id);
    const owed = async () => [
      await balance('member:1'),
      await balance('member:2'),
      await balance('member:3'),
    ];

    beforeEach(async () => {
      for (const [at, amount] of [5000, 300, 20].entries()) await owe(`member:${at + 1}`, amount);
      await exported();
    });

    test('in parts: a person says of which transfers each is, and what comes back later is owed again', async () => {
      await book({ ref: 'B1', amount: '-50.20' }, { ref: 'B2', amount: '-3.00' });
      const [first = 0, second = 0] = await waiting();
      const many = Array.from({ length: matchItemsMax + 1 }, (_, n) => n + 1);
      for (const [items, code] of [
        [[1], 'E_STATE'],
        [[1, 2], 'E_STATE'],
        [[1, 4], 'E_NOT_FOUND'],
        [[], 'E_STATE'],
        [[1, 0.5], 'E_NOT_FOUND'],
        [many, 'E_LIMIT'],
      ] as const)
        await expect(match(first, items), String(items.length)).rejects.toEqual(refused(code));
      await expect(match(first, [1, 3], 7)).rejects.toEqual(refused('E_NOT_FOUND'));
      expect(await balance('transit:run-1')).toBe(-5320);
      expect(await match(first, [1, 3, 1])).toMatchObject({ state: 'done' });
      expect((await coop.payouts.items(1)).map(({ settled }) => settled !== '')).toEqual([true, false, true]);
      expect(await coop.payouts.run(1)).toMatchObject({ state: 'exported' });
      await expect(match(second, [3])).rejects.toEqual(refused('E_STATE'));
      expect(await match(second, [])).toMatchObject({ state: 'done' });
      expect(await coop.payouts.run(1)).toMatchObject({ state: 'settled' });
      expect([await balance('transit:run-1'), await balance('clearing:unmatched')]).toEqual([0, 0]);
      expect(await owed()).toEqual([0, 0, 0]);
      const back = { ref: 'B3', amount: '0.20', endToEndId: 'RUN-1-3', returned: 'AC04' };
      expect(await book(back)).toMatchObject({ matched: 1 });
      await book({ ref: 'B4', amount: '53.00', returned: 'AC01' });
      const [third = 0] = await waiting();
      for (const items of [[], [1, 2, 3], [1]])
        await expect(match(third, items)).rejects.toEqual(refused('E_STATE'));
      expect(await match(third, [1, 2])).toMatchObject({ state: 'done' });
      expect(await owed()).toEqual([-5000, -300, -20]);
      expect((await coop.payouts.items(1)).map(({ reason }) => reason)).toEqual(['AC01', 'AC01', 'AC04']);
      expect(await waiting()).toEqual([]);
      expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
    });

    test('above what one person may decide: another one confirms, unless the bank says it in the meantime', async () => {
      openCo({ ...fr, approvals: { ...fr.approvals, matchAloneMax: 5319 } });
      await book({ ref: 'B1', amount: '-53.20' });
      const [line = 0] = await waiting();
      const { id, state } = await match(line, []);
      expect(state).toBe('proposed');
      expect(await coop.bank.proposals()).toMatchObject([{ run: 1, items: [], account: 'transit:run-1' }]);
      const confirmed = (by: typeof treasurer) => coop.bank.confirm(by, { match: id, key: key() });
      await expect(confirmed(treasurer)).rejects.toEqual(refused('E_SAME_PERSON'));
      await book({ ref: 'B2', amount: '-0.20', endToEndId: 'RUN-1-3' });
      await expect(confirmed(second)).rejects.toEqual(refused('E_STATE'));
      await coop.bank.refuse(second, { match: id, key: key() });
      await book({ ref: 'B3', amount: '-53.00' });
      expect(await match((await waiting())[1] ?? 0, [2, 1])).toMatchObject({ state: 'done' });
      expect(await coop.payouts.run(1)).toMatchObject({ state: 'settled' });
      expect([await balance('transit:run-1'), await balance('clearing:unmatched')]).toEqual([0, 5320]);
    });

    test('by another one who confirms it, all of it is settled', async () => {
      openCo({ ...fr, approvals: { ...fr.approvals, matchAloneMax: 0 } });
      await book({ ref: 'B1', amount: '-53.20' });
      const { id } = await match((await waiting())[0] ?? 0, [3, 2, 1]);
      expect(await coop.payouts.run(1)).toMatchObject({ state: 'exported' });
      await coop.bank.confirm(second, { match: id, key: key() });
      expect(await coop.payouts.run(1)).toMatchObject({ state: 'settled' });
      expect(await coop.bank.line(1)).toMatchObject({ state: 'matched', matches: [{ items: [3, 2, 1] }] });
    });

    test('of a run without a file, or of one that failed, settles nothing', async () => {
      await coop.payouts.fail(chair, { run: 1, key: key() });
      const { id } = await prepare();
      await book({ ref: 'B1', amount: '-53.20' });
      const [line = 0] = await waiting();
      for (const run of [1, id]) await expect(match(line, [], run)).rejects.toEqual(refused('E_STATE'));
    });
  });

  test('is another amount, another name, or before the file: a person looks at it', async () => {
    await owe('member:1', 5000);
    const { id } = await prepare();
    expect(await book({ ref: 'B1', amount: '-50.00', endToEndId: 'RUN-1-1' })).toMatchObject({ queued: 1 });
    await coop.payouts.approve(treasurer, { run: id, key: key() });
    await coop.payouts.approve(chair, { run: id, key: key() });
    await coop.payouts.export(treasurer, { run: id, day: '2026-04-07', key: key() });
    const odd = await book(
      { ref: 'B2', amount: '-50.01', endToEndId: 'RUN-1-1' },
      { ref: 'B3', amount: '-50.00', endToEndId: 'RUN-9-1' },
      { ref: 'B4', amount: '-50.00', name: 'P1' },
      { ref: 'B5', amount: '49.00', endToEndId: 'RUN-1-1', returned: 'AC04' },
    );
    expect(odd).toMatchObject({ matched: 0, queued: 4 });
    expect(await balance('transit:run-1')).toBe(-5000);
  });

  test('nothing: the run has failed, as another person than who made the file says, and is owed again', async () => {
    await owe('member:1', 5000);
    await owe('member:2', 300);
    await exported();
    const alone = coop.payouts.fail({ ...treasurer, roles: ['board'] }, { run: 1, key: key() });
    await expect(alone).rejects.toEqual(refused('E_APPROVED'));
    expect(await coop.payouts.fail(chair, { run: 1, key: 'f' })).toMatchObject({ state: 'failed' });
    expect(await balance('transit:run-1')).toBe(0);
    expect(await book({ ref: 'B1', amount: '-50.00', endToEndId: 'RUN-1-1' })).toMatchObject({ queued: 1 });
    expect(await exported()).toMatchObject({ id: 2, total: 5300 });
    await book({ ref: 'B2', amount: '-50.00', endToEndId: 'RUN-2-1' });
    await expect(coop.payouts.fail(chair, { run: 2, key: key() })).rejects.toEqual(refused('E_STATE'));
  });

  test('whatever happens in whatever order, with the process ending in between, nobody is paid twice or not at all', async () => {
    type Deed = readonly [
      what: 'owe' | 'prepare' | 'approve' | 'cancel' | 'export' | 'book' | 'back' | 'blind' | 'say' | 'crash',
      n: number,
    ];
    const deed = fc.tuple(
      fc.constantFrom(
        'owe',
        'prepare',
        'approve',
        'approve',
        'cancel',
        'export',
        'export',
        'book',
        'back',
        'blind',
        'say',
        'crash',
      ),
      fc.nat({ max: 5 }),
    ) as fc.Arbitrary<Deed>;
    /** So that there is a file, whatever follows. */
    const opening: readonly Deed[] = [
      ...([
        ['owe', 0],
        ['owe', 1],
        ['prepare', 0],
        ['approve', 0],
        ['approve', 1],
        ['export', 0],
      ] as const),
    ];
    let [owed, said] = [0, 0];
    const run = async ([what, n]: Deed): Promise<void> => {
      const runs = await coop.payouts.runs();
      const wanted = {
        ...{ approve: 'prepared', export: 'approved', book: 'exported', back: 'exported' },
        ...{ blind: 'exported', say: 'exported' },
      } as const;
      const fit = runs.find(({ state }) => state === wanted[what as keyof typeof wanted]);
      const id = (n < 5 ? fit?.id : undefined) ?? runs[n % Math.max(1, runs.length)]?.id ?? 1;
      const item = (await coop.payouts.items(id)).at(n % 2);
      const who = n % 2 === 0 ? treasurer : chair;
      const amount = `${Math.floor((item?.amount ?? 0) / 100)}.${String((item?.amount ?? 0) % 100).padStart(2, '0')}`;
      const booked = { ref: key(), endToEndId: item?.endToEndId ?? 'X' };
      if (what === 'crash') {
        stores = await stores.reopen();
        openCo();
      }
      if (what === 'owe') {
        await owe(`member:${(n % 2) + 1}`, n + 1);
        owed += n + 1;
      }
      if (what === 'prepare') await prepare();
      if (what === 'approve') await coop.payouts.approve(who, { run: id, key: key() });
      if (what === 'cancel') await coop.payouts.cancel(treasurer, { run: id, key: key() });
      if (what === 'export')
        await Promise.allSettled([
          coop.payouts.export(treasurer, { run: id, day: '2026-04-07', key: key() }),
          coop.payouts.export(treasurer, { run: id, day: '2026-04-08', key: key() }),
        ]);
      if (what === 'book' && item) await book({ ...booked, amount: `-${amount}` });
      if (what === 'blind' && item) await book({ ref: key(), amount: `-${amount}` });
      const [line] = await coop.bank.waiting({ max: 1 });
      const to = { run: id, items: item === undefined || n > 3 ? [] : [item.n] };
      if (what === 'say' && line) {
        await coop.bank.match(treasurer, { line: line.id, to, key: key() });
        said++;
      }
      if (what === 'back' && item?.settled) await book({ ...booked, amount, returned: 'AC04' });
    };
    const open = async () => {
      let sent = 0;
      let items = 0;
      const all = await coop.payouts.runs();
      for (const each of all)
        for (const item of await coop.payouts.items(each.id)) {
          if (item.settled !== '' && item.returned === '') items += item.amount;
          if (each.state === 'exported' && item.settled === '') sent += item.amount;
        }
      return { sent, items };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 12, maxLength: 24 }), async (deeds) => {
        for (const each of [...opening, ...deeds])
          await run(each).catch((error: unknown) => expect(error).toHaveProperty('details.code'));
        const { sent, items } = await open();
        const trial = await coop.ledger.trialBalance();
        const sumOf = (start: string) =>
          trial
            .filter(({ account }) => account.startsWith(start))
            .reduce((sum, { amount }) => sum + amount, 0);
        // What is owed, on its way, and paid is what was ever owed.
        expect(0 - sumOf('member:')).toBe(owed - sent - items);
        expect(trial.every(({ account, amount }) => !account.startsWith('member:') || amount <= 0)).toBe(
          true,
        );
      }),
      { seed: 7, numRuns: 6 },
    );
    const files = (await coop.payouts.runs()).filter(({ hash }) => hash !== '');
    expect(files.length).toBeGreaterThan(3);
    expect(said).toBeGreaterThan(0);
  }, 120_000);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCoops, refused, testHouse } from '../fixtures.ts';
import { chart } from '../rules/chart.ts';

const treasurer = actor(7, 'treasurer');

describeCoops('an entry by hand', (engine, rules) => {
  let stores: TestStores;
  let coop: Coop;

  beforeEach(async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1));
    stores = await openTestStores(engine, { clock });
    coop = openCoop(testHouse(stores, clock, rules));
  });
  afterEach(() => stores.close());

  const fee = (debit = 'expense:bank', credit = 'bank:main', asset = 'EUR') => ({
    ...{ date: '2026-03-31', kind: 'fee', memo: 'March' },
    postings: [
      { account: debit, asset, amount: 1250 },
      { account: credit, asset, amount: -1250 },
    ],
  });

  test('is sealed once, with the act that says who wrote it, under a key that nobody thought of', async () => {
    const entry = await coop.books.enter(treasurer, { ...fee(), key: 'payout:2026-04' });
    expect(entry).toMatchObject({ seq: 1, kind: 'hand.fee', key: 'hand:1' });
    expect(await coop.books.enter(treasurer, { ...fee(), key: 'payout:2026-04' })).toEqual(entry);
    await expect(
      coop.books.enter(treasurer, { ...fee('expense:other'), key: 'payout:2026-04' }),
    ).rejects.toEqual(refused('E_KEY_REUSED'));
    const acts = [];
    for await (const page of coop.acts.log()) acts.push(...page);
    expect(acts).toMatchObject([{ account: 7, verb: 'ledger.enter' }]);
    expect(await coop.ledger.entry(2)).toBeNull();
  });

  test.each(Object.keys(chart).filter((kind) => !('byHand' in chart[kind as keyof typeof chart])))(
    'is none on %s, for which a room answers',
    async (kind) => {
      const asset = kind === 'coins' || kind === 'mycoin' ? 'MYC' : 'EUR';
      const other = asset === 'MYC' ? (kind === 'coins' ? 'mycoin:issued' : 'coins:7') : 'expense:other';
      for (const draft of [fee(other, `${kind}:7`, asset), fee(`${kind}:7`, other, asset)])
        await expect(coop.books.enter(treasurer, { ...draft, key: 'k' })).rejects.toEqual(
          refused('E_BY_HAND'),
        );
      expect(await coop.ledger.entry(1)).toBeNull();
    },
  );

  test('is reversed once, and what a room wrote is not', async () => {
    await coop.books.enter(treasurer, { ...fee(), key: 'k' });
    const how = { date: '2026-04-01', memo: 'twice' };
    const reversal = await coop.books.reverse(treasurer, { ...how, seq: 1, key: 'r' });
    expect(reversal).toMatchObject({ seq: 2, reverses: 1 });
    expect(await coop.books.reverse(treasurer, { ...how, seq: 1, key: 'r' })).toEqual(reversal);
    expect(await coop.ledger.trialBalance()).toEqual([]);
    await expect(coop.books.reverse(treasurer, { ...how, seq: 1, key: 'r2' })).rejects.toEqual(
      refused('E_REVERSED'),
    );
    const bySomeRoom = { ...fee('bank:main', 'capital:3'), kind: 'share.subscription', key: 'room' };
    await coop.ledger.append([bySomeRoom]);
    await expect(coop.books.reverse(treasurer, { ...how, seq: 3, key: 'r3' })).rejects.toEqual(
      refused('E_BY_HAND'),
    );
    await expect(coop.books.reverse(treasurer, { ...how, seq: 9, key: 'r4' })).rejects.toEqual(
      refused('E_NOT_FOUND'),
    );
  });

  test('takes the privilege', async () => {
    for (const role of ['member', 'board', 'auditor', 'administrator'] as const) {
      const other = actor(8, role);
      await expect(coop.books.enter(other, { ...fee(), key: 'k' })).rejects.toEqual(refused('E_PRIVILEGE'));
      const how = { seq: 1, key: 'k', date: '2026-04-01', memo: '' };
      await expect(coop.books.reverse(other, how)).rejects.toEqual(refused('E_PRIVILEGE'));
    }
  });
});

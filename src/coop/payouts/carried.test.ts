import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { openTestStores } from '../../testing/index.ts';
import { openCoop } from '../co-op.ts';
import { monthAfter } from '../days.ts';
import { actor, describeCoops, fr, testHouse } from '../fixtures.ts';
import { partOf } from '../rules/decimal.ts';
import { coopOperations as operations } from '../store/module.ts';

const treasurer = actor(9, 'treasurer');

interface Month {
  readonly turnover: number;
  /** Of members 1, 2, 3. */
  readonly coins: readonly [number, number, number];
}

describeCoops('months one after the other', (engine, rules) => {
  test('whatever comes in, each coin is paid for once and each cent of the pools is paid or waits', async () => {
    const clock = fakeClock(Date.UTC(2030, 0, 2));
    const stores = await openTestStores(engine, { clock });
    const coop = openCoop(testHouse(stores, clock, rules));
    const book = async (month: string, { turnover, coins }: Month) => {
      const day = `${month}-15`;
      if (turnover !== 0)
        await stores.database.call(operations.payoutsCountTurnover, {
          ...{ source: `receipt:${month}`, day, amount: turnover },
        });
      for (const [at, amount] of coins.entries())
        if (amount > 0) await coop.ledger.append([coinsOf(at + 1, amount, day)]);
    };
    const balance = (account: string, asset: string) => coop.ledger.balance(account, asset);
    let month = '2024-01';
    let short = 0;
    let pool = 0;
    let paid = 0;
    const held = [0, 0, 0];
    const turn = async (each: Month) => {
      await book(month, each);
      for (const [at, amount] of each.coins.entries()) held[at] = (held[at] ?? 0) + amount;
      const turnover = Math.min(0, short) + each.turnover;
      short = turnover;
      pool += partOf(Math.max(0, turnover), fr.pay.memberShare, 'down');
      const all = held.reduce((sum, amount) => sum + amount, 0);
      const isShared = pool > 0 && all > 0;
      const closed = await coop.payouts.closeMonth(treasurer, { month, key: month });
      expect(closed).toMatchObject({
        ...{ pool, paid: isShared ? pool : 0, coins: isShared ? all : 0, coinsLeft: pool === 0 ? all : 0 },
      });
      if (isShared) {
        paid += pool;
        pool = 0;
        held.fill(0);
      }
      for (const [at, amount] of held.entries())
        expect(0 - (await balance(`coins:${at + 1}`, 'MYC'))).toBe(amount);
      expect(0 - (await balance('pool:carried', 'EUR'))).toBe(pool);
      const owed = await Promise.all([1, 2, 3].map((member) => balance(`member:${member}`, 'EUR')));
      expect(0 - owed.reduce((sum, amount) => sum + amount, 0)).toBe(paid);
      month = monthAfter(month);
    };
    const few = fc.nat({ max: 3 });
    const months = fc.record({
      turnover: fc.oneof(
        fc.constant(0),
        fc.integer({ min: -500, max: 2000 }),
        fc.integer({ min: -2, max: 2 }),
      ),
      coins: fc.tuple(few, few, few),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(months, { minLength: 3, maxLength: 6 }), async (all) => {
        for (const each of all) await turn(each);
      }),
      { seed: 7, numRuns: engine.name === 'sqlite' ? 8 : 4 },
    );
    await stores.close();
  }, 120_000);
});

const coinsOf = (member: number, amount: number, date: string) => ({
  ...{ key: `coins:${date}:${member}`, date, kind: 'mycoin.deposit', memo: '' },
  postings: [
    { account: 'mycoin:issued', asset: 'MYC', amount },
    { account: `coins:${member}`, asset: 'MYC', amount: -amount },
  ],
});

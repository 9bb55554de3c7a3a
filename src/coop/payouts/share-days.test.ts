import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { bytesOf, statementFile } from '../bank/fixtures.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, fr, it, testHouse } from '../fixtures.ts';
import type { CoopHouse } from '../house.ts';
import { board, somebody, withShares } from '../register/fixtures.ts';
import { readPercent } from '../rules/decimal.ts';
import type { Rules } from '../rules/types.ts';

const treasurer = actor(9, 'treasurer');
const iban = readIban('FR1420041010050500013M02606');

/** Shares are given back on any day, so that members of each country may leave within the year. */
const rulesOf = (rules: Rules, fiscalYearEnd: string): Rules => ({
  ...{ ...rules, fiscalYearEnd },
  shares: { ...rules.shares, redemption: { ...rules.shares.redemption, at: 'any', noticeMonths: 0 } },
  interest: { ...rules.interest, capOf: () => readPercent('3.8025') },
});

const countries = [fr, it].map((rules) => [rules.country, rules] as const);

describeEngines('interest by days', (engine) => {
  let stores: TestStores;
  let clock: Clock & { advance(ms: number): void };
  let house: CoopHouse;
  let coop: Coop;
  let keys = 0;
  const key = () => `k${++keys}`;

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 4, 20, 10));
    stores = await openTestStores(engine, { clock });
  });
  afterEach(() => stores.close());

  const under = (rules: Rules, fiscalYearEnd = '12-31') => {
    const banks = [{ name: 'main', iban, bic: null }];
    house = { ...testHouse(stores, clock, rulesOf(rules, fiscalYearEnd)), banks };
    coop = openCoop(house);
  };
  const joins = (shares: number, on: string, member = 0) => withShares(house, shares, key, { on, member });
  const gives = (from: number, to: number, shares: number, on: string) =>
    coop.register.transfer(board, { from, to, shares, decision: 'board:2', on, key: key() });
  const leaves = async (person: number, shares: number, on: string) => {
    await coop.register.request(board, { person, shares, on, key: key() });
    await coop.register.redeem(board, { uncoveredLoss: 0, decision: 'board:3', on, key: key() });
  };
  const monthsOf = async (from: number, until: number) => {
    for (let at = from; at <= until; at++)
      await coop.payouts.closeMonth(treasurer, {
        ...{ month: `2025-${String(at).padStart(2, '0')}`, key: key() },
      });
  };
  const earns = (date: string) =>
    coop.ledger.append([
      {
        ...{ key: key(), date, kind: 'test', memo: '' },
        postings: [
          { account: 'customer:1', asset: 'EUR', amount: 5_000_000 },
          { account: 'income:surveys', asset: 'EUR', amount: -5_000_000 },
        ],
      },
    ]);
  /** Closes the year with 100.00 of interest; answers share-days and interest of each who has some. */
  const interestOf = async (year: string) => {
    const decision = `AG ${year}`;
    await coop.years.close(treasurer, { year, interest: 10_000, decision, key: key() });
    const rows = await coop.years.interest(year);
    expect(rows.reduce((sum, { gross }) => sum + gross, 0)).toBe(10_000);
    const { nominal } = house.rules.shares;
    return rows.map(({ member, weight, gross }) => [member, weight / nominal, gross]);
  };
  const lastMonth = (month: string) => coop.payouts.closeMonth(treasurer, { month, key: key() });

  describe.each(countries)('in %s', (_, rules) => {
    test('is 96.14 and 3.86 of 100.00 for 182,500 and 7,330 share-days (A8)', async () => {
      under(rules);
      await joins(500, '2019-01-01');
      await joins(10, '2019-01-01');
      await joins(20, '2025-07-01', 2);
      await earns('2025-03-01');
      await lastMonth('2025-12');
      expect(await interestOf('2025')).toEqual([
        [1, 182_500, 9614],
        [2, 7330, 386],
      ]);
    });

    test('counts the 29 February of a leap year, and nothing behind the year', async () => {
      under(rules);
      await joins(300, '2024-01-01');
      await joins(300, '2024-02-29');
      await joins(300, '2024-12-31');
      await joins(300, '2025-01-01');
      await earns('2024-03-01');
      await lastMonth('2024-12');
      expect((await coop.years.figures('2024')).capital).toBe(900 * rules.shares.nominal);
      expect(await interestOf('2024')).toEqual([
        [1, 109_800, 5430],
        [2, 92_100, 4555],
        [3, 300, 15],
      ]);
    });

    test('is owed to who left within the year for the days until then', async () => {
      under(rules);
      await joins(100, '2025-01-01');
      await joins(50, '2025-01-01');
      await joins(400, '2025-01-01');
      await gives(1, 2, 100, '2025-07-01');
      await leaves(3, 100, '2025-04-01');
      await leaves(3, 300, '2025-10-01');
      await joins(10, '2025-11-01', 1);
      await joins(400, '2025-12-31');
      await earns('2025-03-01');
      await lastMonth('2025-12');
      expect((await coop.years.figures('2025')).capital).toBe(560 * rules.shares.nominal);
      // 100 x 181 + 10 x 61; 50 x 181 + 150 x 184; 400 x 90 + 300 x 183; 400 x 1.
      expect(await interestOf('2025')).toEqual([
        [1, 18_710, 1276],
        [2, 36_650, 2499],
        [3, 90_900, 6198],
        [4, 400, 27],
      ]);
    });

    test('goes by the day of the movement, and not by that of an entry that is booked late', async () => {
      under(rules);
      await joins(400, '2025-01-01');
      const { number: person } = await coop.persons.add(board, { details: somebody('Late'), key: key() });
      const { id, due, reference } = await coop.register.apply(board, {
        ...{ person, shares: 100, on: '2025-02-01', key: key() },
      });
      const admitted = { application: id, isAdmitted: true, decision: 'board:4', on: '2025-02-03' };
      await coop.register.decide(board, { ...admitted, key: key() });
      await earns('2025-02-01');
      await monthsOf(3, 3);
      const entry = { ref: 'B1', day: '2025-02-10', amount: `${due / 100}.00`, words: reference };
      const body = () => bytesOf(statementFile({ id: 'S1', iban, entries: [entry] }));
      expect(await coop.bank.import(treasurer, { body: body(), key: key() })).toMatchObject({ matched: 1 });
      await joins(100, '2025-03-31', person);
      const movements = await coop.register.movements({ person });
      expect(movements.map(({ effective }) => effective)).toEqual(['2025-02-10', '2025-03-31']);
      for (const movement of movements)
        expect((await coop.ledger.entry(movement.entry))?.date).toBe('2025-04-01');
      await monthsOf(4, 12);
      // 100 x 325 + 100 x 276.
      expect(await interestOf('2025')).toEqual([
        [1, 146_000, 7084],
        [2, 60_100, 2916],
      ]);
    });

    test('counts the days of a fiscal year that ends in June', async () => {
      under(rules, '06-30');
      await joins(400, '2024-06-30');
      await joins(400, '2025-06-30');
      await joins(400, '2025-07-01');
      await earns('2024-08-01');
      await lastMonth('2025-06');
      expect(await interestOf('2025')).toEqual([
        [1, 146_000, 9973],
        [2, 400, 27],
      ]);
    });

    test('is nobody’s where who left is erased: the others get it', async () => {
      under(rules);
      await joins(300, '2025-01-01');
      await joins(100, '2025-01-01');
      await gives(2, 1, 100, '2026-02-01');
      await earns('2025-03-01');
      await coop.privacy.erase(board, { person: 2, key: key() });
      await lastMonth('2025-12');
      expect((await coop.years.figures('2025')).capital).toBe(400 * rules.shares.nominal);
      expect(await interestOf('2025')).toEqual([[1, 109_500, 10_000]]);
    });
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { unguarding, verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { bytesOf, statementFile } from '../bank/fixtures.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, fr, testHouse } from '../fixtures.ts';
import { board, withShares } from '../register/fixtures.ts';
import { readPercent } from '../rules/decimal.ts';
import { coopModule, coopOperations as operations } from '../store/module.ts';
import { payoutsGuards } from './tables.ts';

const iban = readIban('FR1420041010050500013M02606');
const treasurer = actor(9, 'treasurer');
const chair = actor(8, 'board');
const rules = { ...fr, interest: { ...fr.interest, capOf: () => readPercent('3.8025') } };

describeEngines('months, runs and years that are sound', (engine) => {
  let stores: TestStores;
  let coop: Coop;
  let keys = 0;
  const key = () => `k${++keys}`;

  beforeEach(async () => {
    const clock = fakeClock(Date.UTC(2026, 4, 20, 10));
    stores = await openTestStores(engine, { clock });
    const house = { ...testHouse(stores, clock, rules), banks: [{ name: 'main', iban, bic: null }] };
    coop = openCoop(house);
    for (const shares of [500, 100, 1]) await withShares(house, shares, key, { on: '2025-01-01' });
    await coop.ledger.append(
      [1, 2, 3].map((member) => ({
        ...{ key: key(), date: '2025-12-20', kind: 'mycoin.deposit', memo: '' },
        postings: [
          { account: 'mycoin:issued', asset: 'MYC', amount: member },
          { account: `coins:${member}`, asset: 'MYC', amount: -member },
        ],
      })),
    );
    await coop.ledger.append([
      {
        ...{ key: key(), date: '2025-03-01', kind: 'test', memo: '' },
        postings: [
          { account: 'customer:1', asset: 'EUR', amount: 5_000_000 },
          { account: 'income:surveys', asset: 'EUR', amount: -5_000_000 },
        ],
      },
    ]);
    await stores.database.call(operations.payoutsCountTurnover, {
      ...{ source: 'receipt:1', day: '2025-12-20', amount: 100_000 },
    });
    for (const month of ['2025-12', '2026-01'])
      await coop.payouts.closeMonth(treasurer, { month, key: key() });
    const decided = { year: '2025', interest: 19_000, decision: 'AG 2026-05-20 n° 3' };
    await coop.years.close(treasurer, { ...decided, key: key() });
    const { id } = await coop.payouts.prepare(treasurer, { purpose: 'year', about: '2025', key: key() });
    for (const who of [treasurer, chair]) await coop.payouts.approve(who, { run: id, key: key() });
    await coop.payouts.export(treasurer, { run: id, day: '2026-05-21', key: key() });
    const [item] = await coop.payouts.items(id);
    const amount = `-${((item?.amount ?? 0) / 100).toFixed(2)}`;
    const entries = [{ ref: 'B1', day: '2026-05-22', amount, endToEndId: item?.endToEndId ?? '' }];
    const body = bytesOf(statementFile({ id: 'S1', iban, entries }));
    expect(await coop.bank.import(treasurer, { body, key: key() })).toMatchObject({ matched: 1 });
  });
  afterEach(() => stores.close());

  const faults = () => verifyAll({ ...stores, modules: [coopModule] });

  test('each kind of damage is found, and named', async () => {
    expect(await faults()).toEqual([]);
    for (const guard of payoutsGuards)
      for (const statement of unguarding(guard, engine.name)) await stores.damage(statement);
    const shares = 'payouts: the shares of 2025-12 are not what the month came to';
    const tree = 'payouts: the tree of 2025-12 is not that of its shares';
    const owed = 'payouts: the ledger says something else of 2025-12 than its shares';
    const transfers = 'payouts: the transfers of run 1 are not what the run comes to';
    const year = 'payouts: the interest of 2025 is not what the year came to';
    const sealed = 'payouts: the ledger says something else of the year 2025';
    const [item] = await coop.payouts.items(1, { after: 1 });
    const left = (await coop.payouts.items(1, { after: 1 })).reduce((sum, { amount }) => sum + amount, 0);
    const swap = (by: number) =>
      `UPDATE payouts_shares SET paid = paid + CASE member WHEN 1 THEN ${by} ELSE ${-by} END WHERE member < 3`;
    const damages: readonly (readonly [string, string, readonly string[]])[] = [
      [swap(1), swap(-1), [tree, owed]],
      [
        'UPDATE payouts_shares SET paid = paid + 1 WHERE member = 2',
        'UPDATE payouts_shares SET paid = paid - 1 WHERE member = 2',
        [shares, tree, owed],
      ],
      [
        'UPDATE payouts_shares SET coins = coins + 1 WHERE member = 2',
        'UPDATE payouts_shares SET coins = coins - 1 WHERE member = 2',
        [shares, owed],
      ],
      [
        'UPDATE payouts_shares SET place = place + 7 WHERE member = 2',
        'UPDATE payouts_shares SET place = place - 7 WHERE member = 2',
        [tree],
      ],
      [
        'UPDATE payouts_tree SET level = level + 9 WHERE level = 0',
        'UPDATE payouts_tree SET level = 0 WHERE level = 9',
        [tree],
      ],
      [
        `UPDATE payouts_months SET root = 'x' || root WHERE month = '2025-12'`,
        `UPDATE payouts_months SET root = substr(root, 2) WHERE month = '2025-12'`,
        [tree, owed],
      ],
      [
        `UPDATE payouts_items SET settled = '2026-05-22' WHERE n = 2`,
        `UPDATE payouts_items SET settled = '' WHERE n = 2`,
        [`payouts: transit:run-1 holds ${left}, and of run 1 ${left - (item?.amount ?? 0)} is not booked`],
      ],
      [
        `UPDATE payouts_runs SET state = 'settled'`,
        `UPDATE payouts_runs SET state = 'exported'`,
        [`payouts: run 1 is settled, and ${left} of it is not booked`],
      ],
      [
        `UPDATE payouts_runs SET state = 'cancelled'`,
        `UPDATE payouts_runs SET state = 'exported'`,
        [`payouts: transit:run-1 holds ${left}, and of run 1 0 is not booked`],
      ],
      [
        'UPDATE payouts_items SET amount = amount + 1 WHERE n = 1',
        'UPDATE payouts_items SET amount = amount - 1 WHERE n = 1',
        [transfers],
      ],
      [
        'UPDATE payouts_interest SET net = net + 1 WHERE member = 1',
        'UPDATE payouts_interest SET net = net - 1 WHERE member = 1',
        [year, sealed],
      ],
      [
        'UPDATE payouts_interest SET member = 77 WHERE member = 1',
        'UPDATE payouts_interest SET member = 1 WHERE member = 77',
        [sealed],
      ],
      [
        'UPDATE payouts_years SET free = free + 1',
        'UPDATE payouts_years SET free = free - 1',
        [year, sealed],
      ],
      [
        'UPDATE payouts_years SET result = result + 1, free = free + 1',
        'UPDATE payouts_years SET result = result - 1, free = free - 1',
        [sealed],
      ],
      [
        `UPDATE payouts_years SET decision = 'x' || decision`,
        'UPDATE payouts_years SET decision = substr(decision, 2)',
        [sealed],
      ],
    ];
    for (const [harm, mend, complaints] of damages) {
      await stores.damage(harm);
      expect(await faults(), harm).toEqual(complaints);
      await stores.damage(mend);
    }
    expect(await faults()).toEqual([]);
    await stores.damage(`UPDATE payouts_runs SET hash = 'x'`);
    expect(await faults()).toContain('payouts: the ledger names another file of run 1');
  });

  test.runIf(engine.name === 'sqlite')(
    'a row that another program replaces past its guard is found',
    async () => {
      const columns = 'month, member, coins, paid, salt, place';
      const worse = 'month, member, coins, paid - 1, salt, place';
      await stores.damage(
        `INSERT OR REPLACE INTO payouts_shares (${columns}) SELECT ${worse} FROM payouts_shares WHERE member = 2`,
      );
      expect(await faults()).toContain('payouts: the tree of 2025-12 is not that of its shares');
    },
  );

  test('when somebody is erased who was paid they are still sound', async () => {
    await coop.register.transfer(board, { from: 3, to: 2, shares: 1, decision: 'board:2', key: key() });
    await coop.privacy.erase(board, { person: 3, key: key() });
    expect(await coop.ledger.balance('interest:3', 'EUR')).toBe(0);
    expect((await coop.years.interest('2025')).map(({ member }) => member)).toEqual([1, 2, 3]);
    expect(await faults()).toEqual([]);
  });
});

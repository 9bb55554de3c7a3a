import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../base/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { fiscalYear } from '../days.ts';
import { actor, fr, it, refused, testHouse } from '../fixtures.ts';
import type { CoopHouse } from '../house.ts';
import { withShares } from '../register/fixtures.ts';
import { readPercent } from '../rules/decimal.ts';
import type { Rules } from '../rules/types.ts';
import { coopModule } from '../store/module.ts';

const treasurer = actor(9, 'treasurer');

/** With the cap of COOP.md §4, whose rates of later years are not in the file of the country, and for members with many shares. */
const capped = (rules: Rules): Rules => ({
  ...rules,
  shares: { ...rules.shares, maxPerMember: 18_000 },
  interest: { ...rules.interest, capOf: () => readPercent('3.8025') },
});

describeEngines('a year', (engine) => {
  let stores: TestStores;
  let clock: Clock & { advance(ms: number): void };
  let coop: Coop;
  let house: CoopHouse;
  let keys = 0;
  const key = () => `k${++keys}`;

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 4, 20, 10));
    stores = await openTestStores(engine, { clock });
    under(capped(fr));
  });
  afterEach(() => stores.close());

  const under = (rules: Rules) => {
    house = testHouse(stores, clock, rules);
    coop = openCoop(house);
  };
  const entry = (date: string, debit: string, credit: string, amount: number) =>
    coop.ledger.append([
      {
        ...{ key: `${date}:${debit}:${credit}`, date, kind: 'test', memo: '' },
        postings: [
          { account: debit, asset: 'EUR', amount },
          { account: credit, asset: 'EUR', amount: -amount },
        ],
      },
    ]);
  const months = () => coop.payouts.closeMonth(treasurer, { month: '2025-12', key: 'm' });
  const close = (interest: number, key = 'y') =>
    coop.years.close(treasurer, { year: '2025', interest, decision: 'AG 2026-05-20 n° 3', key });
  const balance = (account: string) => coop.ledger.balance(account, 'EUR');
  const members = async (shares: readonly number[], day = '2019-01-01') => {
    for (const count of shares) await withShares(house, count, key, { on: day });
  };

  test('whose rate is not published yet is closed without interest, and not with any', async () => {
    const of2030 = { ...capped(fr).interest, capOf: () => fr.interest.capOf(fiscalYear('2030', '12-31')) };
    under({ ...capped(fr), interest: of2030 });
    await members([100]);
    await entry('2025-03-01', 'customer:1', 'income:surveys', 100_000);
    await months();
    await expect(close(1)).rejects.toEqual(refused('E_RULE'));
    await expect(coop.years.figures('2025')).rejects.toEqual(refused('E_RULE'));
    expect(await close(0)).toMatchObject({ result: 100_000, interest: 0, interestMost: 0, members: 0 });
    expect(await balance('reserve:legal')).toBe(-15_000);
    expect(await balance('result:2025')).toBe(0);
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
  });

  test('is allocated as COOP.md §4 works it out', async () => {
    await members([18_000]);
    await entry('2025-03-01', 'customer:1', 'income:surveys', 6_000_000);
    await entry('2025-04-01', 'expense:other', 'bank:main', 1_000_000);
    await entry('2024-12-31', 'customer:1', 'income:surveys', 7);
    await entry('2026-01-01', 'customer:1', 'income:other', 11);
    await months();
    const figures = await coop.years.figures('2025');
    expect(figures).toMatchObject({
      ...{ result: 5_000_000, covered: 0, distributable: 2_125_000, capital: 18_000_000 },
      ...{ interestMost: 684_450, from: '2025-01-01', until: '2026-01-01' },
    });
    expect(figures.allocated).toEqual([
      { to: 'reserve:legal', amount: 750_000 },
      { to: 'reserve:statutory', amount: 2_125_000 },
    ]);
    await expect(close(684_451)).rejects.toEqual(refused('E_INTEREST_CAP'));
    expect(await balance('result:2025')).toBe(0);
    const year = await close(684_450);
    expect(year).toMatchObject({ interest: 684_450, free: 1_440_550, members: 1, day: '2026-05-20' });
    expect(await close(684_450)).toEqual(year);
    await expect(close(684_450, 'again')).rejects.toEqual(refused('E_YEAR_CLOSED'));
    expect(await balance('reserve:legal')).toBe(-750_000);
    expect(await balance('reserve:statutory')).toBe(-2_125_000);
    expect(await balance('reserve:free')).toBe(-1_440_550);
    expect(await balance('result:2025')).toBe(0);
    expect(await balance('income:surveys')).toBe(-7);
    expect(await balance('income:other')).toBe(-11);
    expect(await coop.years.years()).toEqual([year]);
    await expect(entry('2025-12-31', 'bank:main', 'income:other', 5)).rejects.toEqual(
      refused('E_PERIOD_CLOSED'),
    );
    // What closed 2025 is dated in 2026, and counts for neither.
    expect(await coop.years.figures('2026')).toMatchObject({ result: 11 });
  });

  test.each([
    [5_000_000, 22_853, [19_012, 3803, 38]],
    [40_000, 17_000, [14_143, 2829, 28]],
  ])('of a small co-op with a result of %i pays at most %i: %j', async (result, most, pays) => {
    await members([500, 100, 1]);
    await entry('2025-03-01', 'customer:1', 'income:surveys', result);
    await months();
    expect((await coop.years.figures('2025')).interestMost).toBe(most);
    await close(most);
    expect((await coop.years.interest('2025')).map(({ gross }) => gross)).toEqual(pays);
  });

  test('keeps back of interest what the rates of the day say', async () => {
    await members([500, 20]);
    await entry('2025-03-01', 'customer:1', 'income:surveys', 5_000_000);
    await months();
    const year = await close(10_000);
    const rows = await coop.years.interest('2025');
    expect(rows.map(({ gross }) => gross)).toEqual([9615, 385]);
    expect(rows[0]).toMatchObject({
      ...{
        levied: [
          { to: 'income', amount: 1231 },
          { to: 'social', amount: 1788 },
        ],
        net: 6596,
      },
    });
    expect(await balance('interest:1')).toBe(-6596);
    expect(await balance('levy:social')).toBe(-(1788 + 72));
    expect(year.net + year.levied.reduce((sum, { amount }) => sum + amount, 0)).toBe(10_000);
    expect(await coop.years.interestOf(2)).toEqual(rows.slice(1));
  });

  test('says on slips what was kept back of whom, and no formula', async () => {
    const details = {
      kind: 'natural',
      address: '1 rue\n75001 Paris',
      country: 'FR',
      birth: '1980-02-29',
    } as const;
    const person = { ...details, name: '=1+1', iban: '', holder: '' };
    const { number } = await coop.persons.add(treasurer, { details: person, key: 'p' });
    await withShares(house, 500, key, { on: '2019-01-01', member: number });
    await entry('2025-03-01', 'customer:1', 'income:surveys', 5_000_000);
    await months();
    await close(19_012);
    const lines: string[] = [];
    for await (const each of coop.years.slipLines(treasurer, '2026')) lines.push(each);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('form,year,day,member,kind,name,birth,address,country,gross,income,social,net\n');
    expect(lines[1]).toContain(`IFU-2561,2025,2026-05-20,1,natural,'=1+1,1980-02-29`);
    expect(lines[1]).toContain('19012,2434,3536,13042');
    const none: string[] = [];
    for await (const each of coop.years.slipLines(treasurer, '2025')) none.push(each);
    expect(none).toHaveLength(1);
  });

  test('with a loss keeps it, and the next profit covers it before anything else', async () => {
    await members([18_000]);
    await entry('2025-04-01', 'expense:other', 'bank:main', 30_000);
    await months();
    await expect(close(1)).rejects.toEqual(refused('E_INTEREST_CAP'));
    expect(await close(0)).toMatchObject({ result: -30_000, free: 0, members: 0 });
    expect(await balance('reserve:losses')).toBe(30_000);
    expect(await balance('result:2025')).toBe(0);
    clock.advance(365 * 86_400_000);
    await entry('2026-06-01', 'customer:1', 'income:surveys', 70_000);
    for (let month = 1; month <= 12; month++)
      await coop.payouts.closeMonth(treasurer, {
        ...{ month: `2026-${String(month).padStart(2, '0')}`, key: `m${month}` },
      });
    expect(await coop.years.figures('2026')).toMatchObject({
      result: 70_000,
      covered: 30_000,
      distributable: 17_000,
    });
    const next = { year: '2026', interest: 0, decision: 'AG 2027', key: 'n' };
    await coop.years.close(treasurer, next);
    expect(await balance('reserve:losses')).toBe(0);
  });

  test('fills the legal reserve until reserves are as much as the capital', async () => {
    await members([100]);
    await entry('2019-01-01', 'bank:main', 'reserve:legal', 99_900);
    await entry('2025-03-01', 'customer:1', 'income:surveys', 10_000);
    await months();
    expect((await coop.years.figures('2025')).allocated).toEqual([
      { to: 'reserve:legal', amount: 100 },
      { to: 'reserve:statutory', amount: 4950 },
    ]);
  });

  test('in Italy goes by the rules of Italy', async () => {
    under(it);
    await members([16]);
    await entry('2025-03-01', 'customer:1', 'income:surveys', 10_000);
    await months();
    const figures = await coop.years.figures('2025');
    expect(figures).toMatchObject({ distributable: 6700, interestMost: 2200 });
    expect(figures.allocated).toEqual([
      { to: 'reserve:legal', amount: 3000 },
      { to: 'reserve:mutual', amount: 300 },
    ]);
    expect(await close(2200)).toMatchObject({ net: 1628, free: 4500 });
  });

  test('that is not over, not in its turn, without a decision or a whole amount, is refused', async () => {
    under(capped(fr));
    await members([10]);
    const asked = { year: '2025', interest: 0, decision: 'AG', key: 'k' };
    const closing = (change: Partial<typeof asked>, who = treasurer) =>
      coop.years.close(who, { ...asked, ...change });
    await expect(closing({})).rejects.toEqual(refused('E_YEAR_OPEN'));
    await months();
    await expect(closing({ year: '2026' })).rejects.toEqual(refused('E_YEAR_OPEN'));
    await expect(closing({ year: '26' })).rejects.toEqual(refused('E_DATE'));
    await expect(closing({ decision: '' })).rejects.toEqual(refused('E_TEXT'));
    for (const interest of [-1, 0.5, 2 ** 53])
      await expect(closing({ interest })).rejects.toEqual(refused('E_AMOUNT'));
    await expect(closing({}, actor(3, 'auditor', 'member'))).rejects.toEqual(refused('E_PRIVILEGE'));
    await closing({});
    const slips = coop.years.slips(actor(3, 'auditor'), '2026')[Symbol.asyncIterator]();
    await expect(slips.next()).rejects.toEqual(refused('E_PRIVILEGE'));
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { bytesOf, statementFile } from '../bank/fixtures.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCoops, refused, testHouse } from '../fixtures.ts';
import { reasonCharactersMax } from './limits.ts';

const iban = readIban('FR1420041010050500013M02606');
const treasurer = actor(9, 'treasurer');

describeCoops('lines of the bank that wait for a person', (engine, rules) => {
  let stores: TestStores;
  let coop: Coop;
  const clock = fakeClock(Date.UTC(2026, 4, 2, 10));

  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    // Without a cap: rates of these years are not in the file of the country.
    const told = { ...rules, interest: { ...rules.interest, capOf: () => null } };
    coop = openCoop({ ...testHouse(stores, clock, told), banks: [{ name: 'main', iban, bic: null }] });
    const entries = [
      { ref: 'B1', day: '2025-12-30', amount: '120.00' },
      { ref: 'B2', day: '2026-01-31', amount: '7.00' },
      { ref: 'B3', day: '2026-02-01', amount: '-1.50' },
    ];
    const body = bytesOf(statementFile({ id: 'S1', iban, entries }));
    await coop.bank.import(treasurer, { body, key: 'import' });
  });
  afterEach(() => stores.close());

  const close = (month: string, despite = '', key = `${month}:${despite.slice(0, 40)}`) =>
    coop.payouts.closeMonth(treasurer, { month, despite, key });
  const match = async (at: number) => {
    const line = (await coop.bank.waiting())[at];
    await coop.bank.match(treasurer, { line: line?.id ?? 0, to: { account: 'income:other' }, key: `m${at}` });
  };

  test('keep a month open that they may belong to, and say how many they are', async () => {
    await expect(close('2025-12')).rejects.toEqual(refused('E_LINES_WAIT', { lines: 1 }));
    await match(0);
    expect(await close('2025-12')).toMatchObject({ linesWaiting: 0, despite: '' });
    await expect(close('2026-01')).rejects.toEqual(refused('E_LINES_WAIT', { lines: 1 }));
  });

  test('do not keep it open where somebody says why; that stays written down, under their name', async () => {
    const why = 'the bank does not know whose it is, and members wait';
    const closed = await close('2025-12', why);
    expect(closed).toMatchObject({ linesWaiting: 1, despite: why, by: 9 });
    expect(await close('2025-12', why)).toEqual(closed);
    expect(await coop.payouts.month('2025-12')).toEqual(closed);
    await expect(close('2025-12', 'another reason', `2025-12:${why.slice(0, 40)}`)).rejects.toEqual(
      refused('E_KEY_REUSED'),
    );
    await expect(close('2026-01')).rejects.toEqual(refused('E_LINES_WAIT', { lines: 2 }));
    await expect(close('2026-01', 'x'.repeat(reasonCharactersMax + 1))).rejects.toEqual(refused('E_TEXT'));
    expect(await close('2026-01', 'x'.repeat(reasonCharactersMax))).toMatchObject({ linesWaiting: 2 });
    await expect(stores.damage(`UPDATE payouts_months SET despite = 'x'`)).rejects.toThrow('immutable');
  });

  test('keep a year open in the same way', async () => {
    await close('2025-12', 'members wait');
    const year = (despite: string) =>
      coop.years.close(treasurer, { year: '2025', interest: 0, decision: 'AG', despite, key: `y${despite}` });
    await expect(year('')).rejects.toEqual(refused('E_LINES_WAIT', { lines: 1 }));
    expect(await year('the assembly was told')).toMatchObject({
      linesWaiting: 1,
      despite: 'the assembly was told',
    });
    expect(await coop.years.year('2025')).toMatchObject({ despite: 'the assembly was told' });
  });

  test('do not keep a year open that was over before they came', async () => {
    await match(0);
    await close('2025-12');
    const year = { year: '2025', interest: 0, decision: 'AG', key: 'y' };
    expect(await coop.years.close(treasurer, year)).toMatchObject({ linesWaiting: 0, despite: '' });
  });
});

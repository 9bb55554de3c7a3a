import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { unguarding, verifyAll } from '../../storage/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCoops, refused, reversal, testHouse } from '../fixtures.ts';
import type { CoopHouse } from '../house.ts';
import { coopModule } from '../store/module.ts';
import { payoutsGuards } from './tables.ts';

const ibans = ['DE89370400440532013000', 'BE68539007547034', 'FR1420041010050500013M02606'];
const treasurer = actor(9, 'treasurer');
const chair = actor(8, 'board');

describeCoops('a payment run', (engine, rules) => {
  let stores: TestStores;
  let clock: Clock & { advance(ms: number): void };
  let coop: Coop;

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 3, 2, 10));
    stores = await openTestStores(engine, { clock });
    coop = openCo();
    await person('Ana Élise', ibans[0]);
    await person('Bo', ibans[1]);
    await person('Cy', '');
  });
  afterEach(() => stores.close());

  const openCo = (more: Partial<CoopHouse> = {}) =>
    openCoop({
      ...testHouse(stores, clock, rules),
      banks: [{ name: 'main', iban: readIban(ibans[2] ?? ''), bic: null }],
      ...more,
    });
  const person = async (name: string, iban = '') => {
    const details = {
      kind: 'natural',
      name,
      address: '',
      country: 'FR',
      birth: '',
      iban,
      holder: '',
    } as const;
    return (await coop.persons.add(treasurer, { details, key: `person:${name}` })).number;
  };
  const owe = (account: string, amount: number, key = `owe:${account}`) =>
    coop.ledger.append([
      {
        ...{ key, date: '2026-04-01', kind: 'test', memo: '' },
        postings: [
          { account: 'expense:mycoin', asset: 'EUR', amount },
          { account, asset: 'EUR', amount: -amount },
        ],
      },
    ]);
  const year = (key: string) => coop.payouts.prepare(treasurer, { purpose: 'year', about: '2026', key });
  const approved = async (key = 'run') => {
    const { id } = await year(key);
    await coop.payouts.approve(treasurer, { run: id, key: `${key}:a` });
    return coop.payouts.approve(chair, { run: id, key: `${key}:b` });
  };
  const exported = async (run: number, key = 'export') =>
    coop.payouts.export(treasurer, { run, day: '2026-04-07', key });
  const file = async (run: number) => {
    const pieces: Buffer[] = [];
    for await (const piece of (await coop.payouts.file(treasurer, run)).content) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  };

  test('takes what is owed, is approved by two persons, and makes one file, the same each time', async () => {
    await owe('member:1', 296_295);
    await owe('interest:1', 5);
    await owe('member:2', 185_185);
    await owe('member:3', 12_346);
    const run = await year('run');
    expect(run).toMatchObject({
      state: 'prepared',
      total: 481_485,
      count: 2,
      preparedBy: 'member:9',
      approvals: [],
    });
    expect(await year('run')).toEqual(run);
    expect(await coop.payouts.leftOut({ purpose: 'year', about: '2026' })).toEqual([
      { member: 3, amount: 12_346, why: 'no-iban' },
    ]);
    await expect(year('other')).rejects.toEqual(refused('E_NOTHING_DUE'));
    await expect(exported(run.id)).rejects.toEqual(refused('E_STATE'));
    await coop.payouts.approve(treasurer, { run: run.id, key: 'a' });
    await expect(exported(run.id)).rejects.toEqual(refused('E_STATE'));
    expect(await coop.payouts.approve(chair, { run: run.id, key: 'b' })).toMatchObject({
      ...{ state: 'approved', approvals: ['member:8', 'member:9'] },
    });
    const done = await exported(run.id);
    expect(done).toMatchObject({ state: 'exported', file: 'PAY-20260402-1', day: '2026-04-07' });
    expect(await exported(run.id)).toEqual(done);
    const octets = await file(run.id);
    expect(createHash('sha256').update(octets).digest('hex')).toBe(done.hash);
    expect(octets.toString()).toContain('<NbOfTxs>2</NbOfTxs><CtrlSum>4814.85</CtrlSum>');
    expect(octets.toString()).toContain('<Nm>Ana Elise</Nm>');
    expect(await file(run.id)).toEqual(octets);
    await expect(exported(run.id, 'second')).rejects.toEqual(refused('E_EXPORTED'));
    expect(await coop.ledger.balance('member:1', 'EUR')).toBe(0);
    expect(await coop.ledger.balance('transit:run-1', 'EUR')).toBe(-481_485);
    expect((await coop.ledger.entry(done.entry))?.memo).toContain(done.hash);
    expect(await coop.payouts.itemsOf(1)).toMatchObject([{ run: run.id, amount: 296_300, settled: '' }]);
  });

  test('two who approve at once are two, and the same one is refused over every account of theirs', async () => {
    await owe('member:1', 5000);
    const { id } = await year('run');
    const both = await Promise.all([
      coop.payouts.approve(treasurer, { run: id, key: 'a' }),
      coop.payouts.approve(chair, { run: id, key: 'b' }),
    ]);
    expect(both.map(({ state }) => state)).toContain('approved');
    expect((await coop.payouts.run(id))?.approvals).toHaveLength(2);
    await owe('member:2', 700);
    const second = await year('second');
    const otherAccount = { ...treasurer, account: 77 };
    const same = await Promise.allSettled([
      coop.payouts.approve(treasurer, { run: second.id, key: 'c' }),
      coop.payouts.approve(otherAccount, { run: second.id, key: 'd' }),
    ]);
    expect(same.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await coop.payouts.run(second.id)).toMatchObject({ state: 'prepared', approvals: ['member:9'] });
    const third = coop.payouts.approve(actor(7, 'board'), { run: id, key: 'e' });
    await expect(third).rejects.toEqual(refused('E_STATE'));
  });

  test('who may not, may not', async () => {
    await owe('member:1', 5000);
    const member = actor(1, 'member', 'auditor', 'administrator');
    const { payouts } = coop;
    const month = payouts.closeMonth(member, { month: '2026-03', key: 'm' });
    await expect(month).rejects.toEqual(refused('E_PRIVILEGE'));
    const run = payouts.prepare(member, { purpose: 'year', about: '2026', key: 'k' });
    await expect(run).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(payouts.approve(member, { run: 1, key: 'k' })).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(payouts.cancel(member, { run: 1, key: 'k' })).rejects.toEqual(refused('E_PRIVILEGE'));
    const file = payouts.export(member, { run: 1, day: '2026-04-07', key: 'k' });
    await expect(file).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(payouts.file(member, 1)).rejects.toEqual(refused('E_PRIVILEGE'));
  });

  test('what is less than the least payment waits, except at the end of the year, on request, and of shares', async () => {
    await owe('member:1', 99);
    await owe('member:2', 60);
    await coop.payouts.closeMonth(treasurer, { month: '2026-03', key: 'm' });
    const month = { purpose: 'month', about: '2026-03' } as const;
    await expect(coop.payouts.prepare(treasurer, { ...month, key: 'k' })).rejects.toEqual(
      refused('E_NOTHING_DUE'),
    );
    expect(await coop.payouts.leftOut(month)).toEqual([
      { member: 1, amount: 99, why: 'least-payment' },
      { member: 2, amount: 60, why: 'least-payment' },
    ]);
    await owe('interest:1', 1);
    await owe('redemption:2', 1);
    expect(await coop.payouts.prepare(treasurer, { ...month, key: 'l' })).toMatchObject({
      total: 161,
      count: 2,
    });
    await owe('member:2', 3, 'later');
    await owe('deposit:2', 4);
    const exit = await coop.payouts.prepare(treasurer, { purpose: 'exit', about: '2', key: 'x' });
    expect(exit).toMatchObject({ total: 7, count: 1, about: '2' });
    const unknown = coop.payouts.prepare(treasurer, { purpose: 'month', about: '2026-04', key: 'n' });
    await expect(unknown).rejects.toEqual(refused('E_NOT_FOUND'));
  });

  test('in the last month of the fiscal year nothing waits', async () => {
    clock.advance(275 * 86_400_000);
    await owe('member:1', 1);
    await coop.payouts.closeMonth(treasurer, { month: '2026-12', key: 'm' });
    const last = { purpose: 'month', about: '2026-12', key: 'k' } as const;
    expect(await coop.payouts.prepare(treasurer, last)).toMatchObject({ total: 1, count: 1 });
  });

  test('that is given up pays nobody, and what it had is owed as before', async () => {
    await owe('member:1', 5000);
    const { id } = await approved();
    expect(await coop.payouts.cancel(treasurer, { run: id, key: 'c' })).toMatchObject({ state: 'cancelled' });
    await expect(exported(id)).rejects.toEqual(refused('E_STATE'));
    expect(await year('again')).toMatchObject({ total: 5000 });
    const { id: second } = await coop.payouts.approve(chair, { run: 2, key: 'x' });
    await coop.payouts.approve(treasurer, { run: second, key: 'y' });
    await exported(second);
    const late = coop.payouts.cancel(treasurer, { run: second, key: 'd' });
    await expect(late).rejects.toEqual(refused('E_STATE'));
  });

  test('pays nobody what was reversed since it was prepared', async () => {
    const [entry] = await owe('member:1', 5000);
    const { id } = await approved();
    await coop.ledger.append([reversal(entry, { key: 'r', date: '2026-04-02', memo: '' })]);
    await expect(exported(id)).rejects.toEqual(refused('E_NOT_OWED'));
    expect(await coop.ledger.balance('transit:run-1', 'EUR')).toBe(0);
  });

  test('a file on a day that is over, without a bank account, or of no run, is refused', async () => {
    await owe('member:1', 5000);
    const { id } = await approved();
    const late = coop.payouts.export(treasurer, { run: id, day: '2026-04-01', key: 'e' });
    await expect(late).rejects.toEqual(refused('E_DATE'));
    await expect(exported(99)).rejects.toEqual(refused('E_NOT_FOUND'));
    await expect(coop.payouts.file(treasurer, id)).rejects.toEqual(refused('E_NOT_FOUND'));
    const none = openCoop({ ...testHouse(stores, clock, rules), banks: [] });
    const file = none.payouts.export(treasurer, { run: id, day: '2026-04-07', key: 'e' });
    await expect(file).rejects.toEqual(refused('E_NO_BANK'));
  });

  test('no file is for a day on which no bank pays', async () => {
    await owe('member:1', 5000);
    const { id } = await approved();
    for (const day of ['2026-04-03', '2026-04-04', '2026-04-06']) {
      const closed = coop.payouts.export(treasurer, { run: id, day, key: day });
      await expect(closed).rejects.toMatchObject({ details: { code: 'E_DATE', next: '2026-04-07' } });
    }
    expect(await exported(id)).toMatchObject({ state: 'exported', day: '2026-04-07' });
  });

  test('where the bank takes no larger file the rest waits for the next run, and each is booked as the bank is asked', async () => {
    coop = openCo({ transfers: { perFile: 1, isBatch: false } });
    await owe('member:1', 5000);
    await owe('member:2', 700);
    const about = { purpose: 'year', about: '2026' } as const;
    expect(await coop.payouts.leftOut(about)).toEqual([{ member: 2, amount: 700, why: 'next-run' }]);
    const first = await approved('first');
    const second = await approved('second');
    expect([first.total, second.total]).toEqual([5000, 700]);
    await expect(year('third')).rejects.toEqual(refused('E_NOTHING_DUE'));
    await exported(second.id);
    expect((await file(second.id)).toString()).toContain(
      '<BtchBookg>false</BtchBookg><NbOfTxs>1</NbOfTxs><CtrlSum>7.00</CtrlSum>',
    );
  });

  test('whose name no bank can write is paid under the name of who holds the account', async () => {
    const member = await person('李小龙', ibans[0]);
    await person('Γεωργία', ibans[1]);
    await owe(`member:${member}`, 5000);
    await owe(`member:${member + 1}`, 700);
    const about = { purpose: 'year', about: '2026' } as const;
    expect(await coop.payouts.leftOut(about)).toEqual([{ member, amount: 5000, why: 'no-name' }]);
    const { id } = await approved();
    await exported(id);
    expect((await file(id)).toString()).toContain('<Nm>Georgia</Nm>');
    await coop.persons.change(treasurer, { number: member, change: { holder: 'Li Xiaolong' }, key: 'named' });
    expect(await year('paid')).toMatchObject({ total: 5000, count: 1 });
  });

  test('two files at once are one', async () => {
    await owe('member:1', 5000);
    const { id } = await approved();
    const both = await Promise.allSettled([exported(id, 'a'), exported(id, 'b'), exported(id, 'a')]);
    const hashes = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value.hash] : []));
    expect(new Set(hashes).size).toBe(1);
    expect(await coop.ledger.balance('transit:run-1', 'EUR')).toBe(-5000);
    stores = await stores.reopen();
    coop = openCo();
    expect(
      createHash('sha256')
        .update(await file(id))
        .digest('hex'),
    ).toBe(hashes[0]);
  });

  test('that does not add up is found', async () => {
    await owe('member:1', 5000);
    await approved();
    // Another run with other sums: each is compared with its own transfers.
    await owe('member:2', 300);
    await approved('second');
    await coop.payouts.closeMonth(treasurer, { month: '2026-03', key: 'm' });
    const faults = () => verifyAll({ ...stores, modules: [coopModule] });
    expect(await faults()).toEqual([]);
    for (const guard of payoutsGuards)
      for (const statement of unguarding(guard, engine.name)) await stores.damage(statement);
    await stores.damage('UPDATE payouts_items SET amount = 4999 WHERE run = 1');
    await stores.damage('UPDATE payouts_months SET paid = 1');
    expect(await faults()).toEqual([
      'payouts: the shares of 2026-03 are not what the month came to',
      'payouts: the transfers of run 1 are not what the run comes to',
    ]);
  });

  test('is not changed behind the back', async () => {
    await owe('member:1', 5000);
    const { id } = await approved();
    await exported(id);
    const statements: readonly (readonly [string, string])[] = [
      [`UPDATE payouts_runs SET total = 1`, 'immutable'],
      [`UPDATE payouts_runs SET hash = 'x'`, 'exported'],
      ['DELETE FROM payouts_runs', 'immutable'],
      [`UPDATE payouts_items SET iban = 'x'`, 'immutable'],
      ['DELETE FROM payouts_items', 'immutable'],
      ['UPDATE payouts_parts SET amount = 1', 'immutable'],
      ['DELETE FROM payouts_approvals', 'immutable'],
      [`INSERT INTO payouts_parts (run, n, account, amount) VALUES (1, 1, 'interest', 5)`, 'prepared'],
    ];
    for (const [statement, words] of statements)
      await expect(stores.damage(statement), statement).rejects.toThrow(words);
  });
});

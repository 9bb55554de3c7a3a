import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { bytesOf, statementFile } from '../bank/fixtures.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, fr, refused, testHouse } from '../fixtures.ts';
import { coopModule } from '../store/module.ts';
import type { Actor, Role } from './types.ts';

const iban = readIban('FR1420041010050500013M02606');

describeEngines('two persons', (engine) => {
  let stores: TestStores;
  let coop: Coop;
  let clock: Clock;
  let keys = 0;
  const key = () => `k${++keys}`;
  /** Somebody whom the register does not know. */
  const stranger = (account: number, ...roles: readonly Role[]): Actor => ({
    ...actor(account, ...roles),
    member: 0,
  });
  const treasurer = actor(9, 'treasurer');
  const boss = stranger(50, 'administrator');
  const other = stranger(51, 'administrator');

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 3, 2, 10));
    stores = await openTestStores(engine, { clock });
    const approvals = { ...fr.approvals, matchAloneMax: 0 };
    coop = openCoop({
      ...testHouse(stores, clock, { ...fr, approvals }),
      banks: [{ name: 'main', iban, bic: null }],
    });
    const first = { account: 50, role: 'administrator', give: true, key: key() } as const;
    await coop.acts.changeRole({ ...boss, via: 'cli' }, first);
    await coop.acts.changeRole(boss, { ...first, account: 51, key: key() });
    await written(iban, 0);
  });
  afterEach(() => stores.close());

  const written = async (to: string, account: number) => {
    const person = { kind: 'natural', name: `P${account}`, address: '', country: 'FR', birth: '' } as const;
    const details = { ...person, iban: to, holder: '' };
    return (await coop.persons.add(treasurer, { details, account, key: key() })).number;
  };
  const prepared = async () => {
    await coop.ledger.append([
      {
        ...{ key: key(), date: '2026-04-01', kind: 'test', memo: '' },
        postings: [
          { account: 'expense:mycoin', asset: 'EUR', amount: 500 },
          { account: 'member:1', asset: 'EUR', amount: -500 },
        ],
      },
    ]);
    return (await coop.payouts.prepare(treasurer, { purpose: 'year', about: '2026', key: key() })).id;
  };
  const approve = (by: Actor, run: number) => coop.payouts.approve(by, { run, key: key() });
  const same = (by: Actor, account: number, with_: number) =>
    coop.acts.declareSame(by, { account, other: with_, key: key() });

  test('are not one who was written down between two approvals', async () => {
    const run = await prepared();
    await approve(stranger(9, 'treasurer'), run);
    const number = await written('', 9);
    const now = await coop.actor(9, 'api');
    expect(now.member).toBe(number);
    await expect(approve({ ...now, roles: ['treasurer'] }, run)).rejects.toEqual(refused('E_APPROVED'));
    // Nor who is the same member over another account meanwhile.
    await coop.persons.change(treasurer, { number, change: { account: 33 }, key: key() });
    const moved = { ...(await coop.actor(33, 'api')), roles: ['board'] as const };
    expect(moved.member).toBe(number);
    await approve(moved, run);
    const again = await prepared();
    await approve(moved, again);
    await expect(approve({ ...stranger(9, 'board'), member: number }, again)).rejects.toEqual(
      refused('E_APPROVED'),
    );
  });

  test('are not two accounts that an administrator said are one', async () => {
    const run = await prepared();
    await same(boss, 9, 33);
    await same(boss, 34, 33);
    await approve(treasurer, run);
    for (const account of [33, 34])
      await expect(approve(stranger(account, 'board'), run)).rejects.toEqual(refused('E_APPROVED'));
    expect((await approve(stranger(35, 'board'), run)).state).toBe('approved');
    await coop.payouts.export(treasurer, { run, day: '2026-04-07', key: key() });
    const fail = (account: number) => coop.payouts.fail(stranger(account, 'board'), { run, key: key() });
    await expect(fail(34)).rejects.toEqual(refused('E_APPROVED'));
    expect((await fail(35)).state).toBe('failed');
    const body = bytesOf(statementFile({ id: 'S', iban, entries: [{ ref: 'B1', amount: '12.00' }] }));
    await coop.bank.import(treasurer, { body, key: key() });
    const [line] = await coop.bank.waiting();
    const to = { account: 'income:other' };
    const { id } = await coop.bank.match(treasurer, { line: line?.id ?? 0, to, key: key() });
    const confirm = (account: number) =>
      coop.bank.confirm(stranger(account, 'board'), { match: id, key: key() });
    await expect(confirm(33)).rejects.toEqual(refused('E_SAME_PERSON'));
    expect(await confirm(35)).toMatchObject({ state: 'done' });
  });

  test('are said by administrators alone, and what one says of their own accounts another one takes back', async () => {
    await expect(same(treasurer, 9, 33)).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(same(boss, 9, 9)).rejects.toEqual(refused('E_ROLE'));
    await expect(same(boss, 9, 0)).rejects.toEqual(refused('E_NOT_FOUND'));
    const k = key();
    await coop.acts.declareSame(boss, { account: 50, other: 33, key: k });
    await coop.acts.declareSame(boss, { account: 50, other: 33, key: k });
    await same(boss, 9, 34);
    await same(other, 34, 33);
    const groups = (await coop.acts.same()).map(({ account }) => account);
    expect(groups.sort((a, b) => a - b)).toEqual([9, 33, 34, 50]);
    expect(new Set((await coop.acts.same()).map(({ person }) => person)).size).toBe(1);
    await expect(same(boss, 33, 0)).rejects.toEqual(refused('E_ROLE'));
    await same(other, 33, 0);
    const run = await prepared();
    await approve(treasurer, run);
    expect((await approve(stranger(33, 'board'), run)).state).toBe('approved');
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
    await stores.damage('DELETE FROM acts_same WHERE account = 9');
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([
      expect.stringMatching(/^account 9: act \d+ said whose else it is$/),
    ]);
  });
});

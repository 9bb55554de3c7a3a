import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import type { Actor } from '../acts/types.ts';
import { refused, reversal, testHouse } from '../fixtures.ts';
import type { CoopHouse } from '../house.ts';
import { Ledger } from '../ledger/ledger.ts';
import { fraction } from '../rules/decimal.ts';
import { board, somebody, testRules, withShares } from './fixtures.ts';
import { redemptionsMax } from './limits.ts';
import { Persons } from './persons.ts';
import { Register } from './register.ts';
import type { PersonDetails } from './types.ts';

describeEngines('movements', (engine) => {
  const clock = fakeClock(0);
  let stores: TestStores;
  let house: CoopHouse;
  let persons: Persons;
  let register: Register;
  let ledger: Ledger;
  let keys = 0;
  const key = () => `k${++keys}`;

  const open = (shares: Parameters<typeof testRules>[0] = {}) => {
    house = testHouse(stores, clock, testRules(shares));
    persons = new Persons(house);
    register = new Register(house);
    ledger = new Ledger(house);
  };
  beforeEach(async () => {
    clock.set(Date.UTC(2026, 3, 1, 12));
    stores = await openTestStores(engine, { clock });
    open();
  });
  afterEach(() => stores.close());

  const member = (shares: number) => withShares(house, shares, key);
  const decision = 'board:9';
  const credit = async (account: string) => 0 - (await ledger.balance(account, 'EUR'));

  /** A1: the shares held are what the accounts of capital say. */
  const expectA1 = async () => {
    const held = await register.totals('9999-12-31');
    const trial = await ledger.trialBalance();
    const capital = trial.filter(({ account }) => /^(capital|uncalled):/.test(account));
    expect(capital.reduce((sum, { amount }) => sum - amount, 0)).toBe(held.capital);
  };

  test('a transfer to a member, and to somebody who is one by it', async () => {
    const [a, b] = [await member(10), await member(1)];
    const to = async (other: number, shares: number, of = key()) =>
      register.transfer(board, { from: a, to: other, shares, decision, key: of });
    const moved = await to(b, 4, 'once');
    expect(moved).toMatchObject({ seq: 3, kind: 'transfer', person: a, other: b, shares: 4, amount: 4000 });
    expect(await to(b, 4, 'once')).toEqual(moved);
    await expect(to(b, 5, 'once')).rejects.toEqual(refused('E_KEY_REUSED'));
    const heir = (await persons.add(board, { details: somebody('Heir'), key: key() })).number;
    await expect(to(heir, 7)).rejects.toEqual(refused('E_SHARES'));
    await expect(to(a, 1)).rejects.toEqual(refused('E_PERSON'));
    await to(heir, 6);
    expect(await persons.demand(a)).toMatchObject({ standing: 'left', shares: 0 });
    expect(await persons.demand(heir)).toMatchObject({ standing: 'active', shares: 6, admission: decision });
    expect(await credit(`capital:${heir}`)).toBe(6000);
    expect(await register.totals('2026-04-01')).toMatchObject({ shares: 11, members: 2 });
    expect((await register.memberships(3)).map(({ person, isMember }) => [person, isMember])).toEqual([
      [a, false],
      [heir, true],
    ]);
    await expectA1();
  });

  test('nobody is given more than they may hold, with what they asked for', async () => {
    const [a, b] = [await member(20), await member(485)];
    await register.apply(board, { person: b, shares: 10, key: key() });
    const give = (shares: number) =>
      register.transfer(board, { from: a, to: b, shares, decision, key: key() });
    await expect(give(6)).rejects.toEqual(refused('E_SHARE_CAP'));
    await give(5);
    expect(await persons.demand(b)).toMatchObject({ shares: 490 });
  });

  test('redemption stops at the floor: the second in line is paid in part (A6)', async () => {
    open({ maxPerMember: 10_000 });
    const [big, a, b] = [await member(9_960), await member(20), await member(20)];
    const ask = (person: number, shares: number) => register.request(board, { person, shares, key: key() });
    await ask(big, 7_470);
    expect(await register.redeem(board, { uncoveredLoss: 0, decision, key: key() })).toMatchObject({
      ...{ requests: 1, shares: 7_470, capital: 2_530_000, floor: 2_500_000 },
    });
    await ask(a, 20);
    await ask(b, 20);
    const run = { uncoveredLoss: 0, decision, key: 'run' };
    expect(await register.redeem(board, run)).toMatchObject({
      ...{ requests: 2, shares: 30, amount: 30_000, capital: 2_500_000, worth: 1000 },
    });
    await register.redeem(board, run);
    expect([await credit(`redemption:${a}`), await credit(`redemption:${b}`)]).toEqual([20_000, 10_000]);
    expect(await persons.demand(a)).toMatchObject({ standing: 'left', shares: 0, queued: 0 });
    expect(await persons.demand(b)).toMatchObject({ standing: 'leaving', shares: 10, queued: 10 });
    expect(await register.queue()).toMatchObject([{ person: b, shares: 20, left: 10, state: 'queued' }]);
    await expectA1();
  });

  test('a loss that nothing covers is taken off what is given back (A7)', async () => {
    open({ maxPerMember: 20_000, floor: null });
    const [all, one] = [await member(17_990), await member(10)];
    await register.request(board, { person: one, shares: 10, key: key() });
    const paid = await register.redeem(board, { uncoveredLoss: 900_000, decision, key: key() });
    expect(paid).toMatchObject({ worth: 950, amount: 9_500, shares: 10 });
    expect(await credit(`redemption:${one}`)).toBe(9_500);
    expect(await credit('reserve:losses')).toBe(500);
    expect(await credit(`capital:${all}`)).toBe(17_990_000);
    await expectA1();
  });

  test('a loss is not taken off where the rules do not say so', async () => {
    open({ redemption: { ...house.rules.shares.redemption, deductLosses: false } });
    await expect(register.redeem(board, { uncoveredLoss: 1, decision, key: key() })).rejects.toEqual(
      refused('E_STATE'),
    );
  });

  test('a vote lasts until the notice is over; what is asked back can be taken back', async () => {
    open({ redemption: { ...house.rules.shares.redemption, noticeMonths: 3, at: 'fiscal_year_end' } });
    const [a] = [await member(5), await member(100)];
    const asked = await register.request(board, { person: a, shares: 5, on: '2026-03-31', key: key() });
    expect(asked).toMatchObject({ due: '2026-12-31', latest: '2031-12-31', left: 5 });
    expect(await persons.demand(a)).toMatchObject({ standing: 'leaving', queued: 5 });
    const votes = async (day: string) => (await register.holding(a, day)).votes;
    expect([await votes('2026-12-30'), await votes('2026-12-31')]).toEqual([1, 0]);
    expect(await register.redeem(board, { uncoveredLoss: 0, decision, key: key() })).toMatchObject({
      shares: 0,
    });
    await register.withdrawRequest(board, { request: asked.id, key: key() });
    expect(await persons.demand(a)).toMatchObject({ standing: 'active', queued: 0 });
    expect(await votes('2027-01-01')).toBe(1);
    await register.request(board, { person: a, shares: 5, key: key() });
    await register.exclude(board, { person: a, decision, key: key() });
    expect([await votes('2026-03-31'), await votes('2026-04-01'), await votes('2027-01-01')]).toEqual([
      1, 0, 0,
    ]);
    expect(await persons.demand(a)).toMatchObject({ standing: 'excluded', shares: 5, queued: 5 });
  });

  test('where the law says so shares are asked back in the first half of the year alone, and leave with it', async () => {
    open({ redemption: { ...house.rules.shares.redemption, delayMonthsMax: 12, at: 'first_half' } });
    const a = await member(5);
    const ask = (on: string) => register.request(board, { person: a, shares: 1, on, key: key() });
    expect(await ask('2026-03-31')).toMatchObject({ due: '2026-06-30', latest: '2027-06-30' });
    clock.set(Date.UTC(2026, 6, 1, 12));
    await expect(ask('2026-07-01')).rejects.toEqual(refused('E_DATE'));
    expect(await ask('2026-06-30')).toMatchObject({ due: '2026-06-30' });
    clock.set(Date.UTC(2027, 0, 1, 12));
    expect(await ask('2027-01-01')).toMatchObject({ due: '2027-06-30' });
  });

  test('nobody is given shares of whom less is known than the law asks', async () => {
    house = testHouse(stores, clock, {
      ...testRules(),
      identity: { natural: ['address', 'birth'], legal: ['country'] },
    });
    [persons, register] = [new Persons(house), new Register(house)];
    const a = await member(5);
    const add = async (change: Partial<PersonDetails>) =>
      (await persons.add(board, { details: somebody('Heir', change), key: key() })).number;
    const give = (to: number) => register.transfer(board, { from: a, to, shares: 1, decision, key: key() });
    const apply = (person: number) => register.apply(board, { person, shares: 1, key: key() });
    const unborn = await add({ birth: '' });
    await expect(give(unborn)).rejects.toEqual(refused('E_PERSON'));
    await expect(apply(unborn)).rejects.toEqual(refused('E_PERSON'));
    const nowhere = await add({ address: '', country: '' });
    await expect(apply(nowhere)).rejects.toEqual(refused('E_PERSON'));
    const company = { kind: 'legal', birth: '', address: '' } as const;
    await expect(apply(await add({ ...company, country: '' }))).rejects.toEqual(refused('E_PERSON'));
    await apply(await add(company));
    await persons.change(board, { number: unborn, change: { birth: '1999-12-31' }, key: key() });
    expect(await give(unborn)).toMatchObject({ other: unborn, shares: 1 });
  });

  test('a member asks shares back and takes the request back, their own alone', async () => {
    open();
    const [a, b] = [await member(5), await member(7)];
    const self = (number: number): Actor => ({ account: number, member: number, roles: [], via: 'page' });
    const { id } = await register.request(self(a), { person: a, shares: 2, key: key() });
    await expect(register.withdrawRequest(self(b), { request: id, key: key() })).rejects.toEqual(
      refused('E_PRIVILEGE'),
    );
    await expect(register.withdrawRequest(self(b), { request: id + 99, key: key() })).rejects.toEqual(
      refused('E_PRIVILEGE'),
    );
    expect(await register.redemptionRequest(id)).toMatchObject({ person: a, state: 'queued', left: 2 });
    expect(await register.redemptionRequest(id + 99)).toBeNull();
    const again = { request: id, key: key() };
    for (const _ of [1, 2])
      expect(await register.withdrawRequest(self(a), again)).toMatchObject({ state: 'withdrawn', left: 0 });
    const { id: ended } = (await register.exclude(board, { person: a, decision, key: key() })) ?? { id: 0 };
    await expect(register.withdrawRequest(self(a), { request: ended, key: key() })).rejects.toEqual(
      refused('E_STATE'),
    );
    expect(await register.applicationsOf(b)).toMatchObject([{ person: b, shares: 7, state: 'effective' }]);
  });

  test('what is kept is none, or what a member holds at least', async () => {
    open({ minPerMember: 3 });
    const a = await member(5);
    const ask = (shares: number) => register.request(board, { person: a, shares, key: key() });
    await expect(ask(3)).rejects.toEqual(refused('E_SHARE_MIN'));
    await expect(ask(6)).rejects.toEqual(refused('E_SHARES'));
    await ask(2);
    expect(await persons.demand(a)).toMatchObject({ standing: 'active', queued: 2 });
    const b = (await persons.add(board, { details: somebody('B'), key: key() })).number;
    await expect(register.apply(board, { person: b, shares: 2, key: key() })).rejects.toEqual(
      refused('E_SHARE_MIN'),
    );
  });

  test('who dies has no vote; shares go to heirs, and the rest waits', async () => {
    const [a, b] = [await member(6), await member(100)];
    const request = await register.death(board, { person: a, decision, on: '2026-03-31', key: key() });
    expect(request).toMatchObject({ cause: 'death', left: 6, due: '2026-03-31' });
    expect(await register.holding(a, '2026-03-31')).toMatchObject({ shares: 6, votes: 0 });
    await register.transfer(board, { from: a, to: b, shares: 4, decision, key: key() });
    expect(await register.queue()).toMatchObject([{ person: a, left: 2 }]);
    await register.redeem(board, { uncoveredLoss: 0, decision, key: key() });
    expect(await credit(`redemption:${a}`)).toBe(2_000);
    expect(await persons.demand(a)).toMatchObject({ standing: 'dead', shares: 0 });
    await expect(register.apply(board, { person: a, shares: 1, key: key() })).rejects.toEqual(
      refused('E_STATE'),
    );
    await expectA1();
  });

  test('capital that is not paid at once is called, and paid up', async () => {
    open({ paidAtOnce: fraction(1, 4) });
    const a = await member(10);
    expect(await persons.demand(a)).toMatchObject({ shares: 10, uncalled: 7_500 });
    expect(await credit(`uncalled:${a}`)).toBe(-7_500);
    const called = (amount: number) =>
      register.call(board, { person: a, amount, decision, on: '2026-04-01', key: key() });
    const call = await called(5_000);
    expect(call.reference).toMatch(/^RF\d\dCAL000001$/);
    await expect(called(2_501)).rejects.toEqual(refused('E_SHARES'));
    expect(await register.totals('2026-04-01')).toMatchObject({ capital: 2_500, uncalled: 7_500 });
    const half = await register.transfer(board, {
      ...{ from: a, to: await member(1), shares: 5, decision, key: key() },
    });
    expect(half.amount).toBe(5_000);
    expect(await persons.demand(a)).toMatchObject({ shares: 5, uncalled: 3_750 });
    await expectA1();
  });

  test('a movement that should not have been is undone by another one', async () => {
    const [a, b] = [await member(10), await member(10)];
    const moved = await register.transfer(board, { from: a, to: b, shares: 10, decision, key: key() });
    expect(await persons.demand(a)).toMatchObject({ standing: 'left' });
    const undo = (seq: number) => register.cancel(board, { seq, decision, key: key() });
    await expect(undo(1)).rejects.toEqual(refused('E_STATE'));
    expect(await undo(moved.seq)).toMatchObject({ kind: 'cancellation', cancels: moved.seq });
    expect(await persons.demand(a)).toMatchObject({ standing: 'active', shares: 10 });
    expect(await register.totals('2026-04-01')).toMatchObject({ shares: 20, members: 2 });
    await expect(undo(moved.seq)).rejects.toEqual(refused('E_STATE'));
    await expect(undo(99)).rejects.toEqual(refused('E_NOT_FOUND'));
    await expectA1();
  });

  test('a redemption is undone while nobody was paid it', async () => {
    const [a] = [await member(10), await member(100)];
    await register.request(board, { person: a, shares: 10, key: key() });
    await register.redeem(board, { uncoveredLoss: 0, decision, key: key() });
    const [, , , redeemed] = await register.movements();
    expect(redeemed).toMatchObject({ kind: 'redemption', amount: 10_000 });
    const undo = { seq: redeemed?.seq ?? 0, decision, key: key() };
    await ledger.append([
      {
        ...{ key: 'paid', date: '2026-04-01', kind: 'bank', memo: '' },
        postings: [
          { account: `redemption:${a}`, asset: 'EUR', amount: 10_000 },
          { account: 'bank:main', asset: 'EUR', amount: -10_000 },
        ],
      },
    ]);
    await expect(register.cancel(board, undo)).rejects.toEqual(refused('E_STATE'));
    const back = { key: 'back', date: '2026-04-01', memo: '' };
    await ledger.append([reversal(await ledger.entry(6), back)]);
    await register.cancel(board, undo);
    expect(await register.queue()).toMatchObject([{ person: a, left: 10 }]);
    expect(await persons.demand(a)).toMatchObject({ standing: 'leaving', shares: 10, queued: 10 });
    await expectA1();
  });

  test('the database itself refuses what nobody may do', async () => {
    await member(1);
    const row = `VALUES (5, 'call', '2026-04-01', 0, '', 1, 0, 0, 0, 0, 0, 0, '')`;
    const statements: [string, string][] = [
      ['UPDATE register_movements SET shares = 2', 'immutable'],
      ['DELETE FROM register_movements', 'immutable'],
      ['UPDATE register_lines SET shares = 2', 'immutable'],
      ['DELETE FROM register_lines', 'immutable'],
      [`INSERT INTO register_lines VALUES (1, '2026-04-01', 0, 5, 0, 0, 0)`, 'immutable'],
      [`INSERT INTO register_movements ${row}`, 'gap'],
    ];
    for (const [statement, complaint] of statements)
      await expect(stores.damage(statement), statement).rejects.toThrow(complaint);
  });

  test('nobody does it without the right to; a member asks for themselves', async () => {
    const a = await member(5);
    const nobody = { account: 7, member: 0, roles: [], via: 'api' } as const;
    const self = { account: 8, member: a, roles: ['member'], via: 'api' } as const;
    const ask = (actor: typeof nobody | typeof self) =>
      register.request(actor, { person: a, shares: 1, key: key() });
    await expect(ask(nobody)).rejects.toEqual(refused('E_PRIVILEGE'));
    expect(await ask(self)).toMatchObject({ left: 1 });
    const redeem = { uncoveredLoss: 0, decision, key: key() };
    await expect(register.redeem(self, redeem)).rejects.toEqual(refused('E_PRIVILEGE'));
    await expect(register.exclude(self, { person: a, decision, key: key() })).rejects.toEqual(
      refused('E_PRIVILEGE'),
    );
  });

  test('a member changes where they live and are paid, and not who they are', async () => {
    const number = await member(5);
    const self = { account: 8, member: number, roles: ['member'], via: 'api' } as const;
    const change = (what: Parameters<Persons['change']>[1]['change']) =>
      persons.change(self, { number, change: what, key: key() });
    expect(await change({ address: '2 rue Basse', country: 'BE', holder: 'Somebody' })).toMatchObject({
      ...{ address: '2 rue Basse', country: 'BE', holder: 'Somebody' },
    });
    const others = [{ kind: 'legal' as const }, { name: 'Other' }, { birth: '1990-01-01' }, { account: 8 }];
    for (const other of others)
      await expect(change({ ...other, address: '3 rue Basse' })).rejects.toEqual(refused('E_PRIVILEGE'));
    expect(await persons.demand(number)).toMatchObject({ address: '2 rue Basse', account: 0 });
  });

  test('two who redeem at once pay once', async () => {
    const [a] = [await member(10), await member(100)];
    await register.request(board, { person: a, shares: 10, key: key() });
    const runs = await Promise.all(
      [key(), key()].map((of) => register.redeem(board, { uncoveredLoss: 0, decision, key: of })),
    );
    expect(runs.map(({ amount }) => amount).sort((x, y) => x - y)).toEqual([0, 10_000]);
    expect(await credit(`redemption:${a}`)).toBe(10_000);
  });

  test('so many requests are redeemed at once, and then the rest', async () => {
    open({ floor: null });
    const a = await member(redemptionsMax + 2);
    for (let n = 0; n <= redemptionsMax; n++)
      await register.request(board, { person: a, shares: 1, key: key() });
    const redeem = () => register.redeem(board, { uncoveredLoss: 0, decision, key: key() });
    expect(await redeem()).toMatchObject({ requests: redemptionsMax, more: true });
    expect(await redeem()).toMatchObject({ requests: 1, more: false });
    expect(await redeem()).toMatchObject({ requests: 0, more: false });
  });
});

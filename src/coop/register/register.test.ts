import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { describeCoops, refused, testHouse } from '../fixtures.ts';
import { Ledger } from '../ledger/ledger.ts';
import { board, somebody } from './fixtures.ts';
import {
  addressCharactersMax,
  decisionCharactersMax,
  holderCharactersMax,
  keyCharactersMax,
  nameCharactersMax,
} from './limits.ts';
import { Persons } from './persons.ts';
import { Register } from './register.ts';

describeCoops('a membership', (engine, rules) => {
  let stores: TestStores;
  let persons: Persons;
  let register: Register;
  let ledger: Ledger;
  const { nominal, maxPerMember } = rules.shares;
  let keys = 0;
  const key = () => `k${++keys}`;

  beforeEach(async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1, 12));
    stores = await openTestStores(engine, { clock });
    const house = testHouse(stores, clock, rules);
    persons = new Persons(house);
    register = new Register(house);
    ledger = new Ledger(house);
  });
  afterEach(() => stores.close());

  const person = async (name = 'Anna') =>
    (await persons.add(board, { details: somebody(name), key: key() })).number;
  const received = (amount: number, on = '2026-03-20', payment = key()) => ({
    ...{ amount, on, from: 'bank:main', key: payment },
  });
  const member = async (shares: number, name?: string) => {
    const number = await person(name);
    const { id, due } = await register.apply(board, { person: number, shares, on: '2026-03-01', key: key() });
    const admitted = { application: id, isAdmitted: true, decision: 'board:1', on: '2026-03-10' };
    await register.decide(board, { ...admitted, key: key() });
    await register.receive(board, id, received(due));
    return number;
  };

  test.each(['the decision', 'the payment'])('begins when both are there, %s first (A4)', async (first) => {
    const number = await person();
    const application = await register.apply(board, {
      ...{ person: number, shares: 3, on: '2026-03-01', key: key() },
    });
    expect(application).toMatchObject({ due: 3 * nominal, state: 'open', reference: 'RF78SUB000001' });
    expect(await persons.demand(number)).toMatchObject({ standing: 'requested', shares: 0 });
    const payment = received(3 * nominal);
    const decide = () =>
      register.decide(board, {
        ...{ application: application.id, isAdmitted: true, decision: 'board:1', on: '2026-03-10' },
        key: 'admission',
      });
    const pay = () => register.receive(board, application.id, payment);
    const [one, other] = first === 'the payment' ? [pay, decide] : [decide, pay];
    expect(await one()).toMatchObject({ state: 'open' });
    expect((await persons.demand(number)).standing).not.toBe('active');
    expect(await register.movements()).toEqual([]);
    expect(await other()).toMatchObject({ state: 'effective' });
    // The same line of the bank again, and the same decision: nothing more.
    await pay();
    await decide();
    expect(await persons.demand(number)).toMatchObject({
      standing: 'active',
      shares: 3,
      admission: 'board:1',
    });
    expect(await register.movements()).toMatchObject([
      {
        seq: 1,
        kind: 'subscription',
        effective: '2026-03-20',
        shares: 3,
        amount: 3 * nominal,
        decision: 'board:1',
      },
    ]);
    expect(await ledger.balance(`capital:${number}`, 'EUR')).toBe(-3 * nominal);
    expect(await ledger.balance(`deposit:${number}`, 'EUR')).toBe(0);
    expect(await ledger.balance('bank:main', 'EUR')).toBe(3 * nominal);
    expect(await register.holding(number, '2026-03-19')).toMatchObject({ shares: 0, votes: 0 });
    expect(await register.holding(number, '2026-03-20')).toMatchObject({ shares: 3, votes: 1 });
    expect(await register.totals('2026-04-01')).toEqual({
      shares: 3,
      uncalled: 0,
      capital: 3 * nominal,
      members: 1,
    });
  });

  test('one vote each, whatever the shares (A2)', async () => {
    const few = await member(1, 'Few');
    const many = await member(500, 'Many');
    expect(await register.holdings('2026-03-31')).toMatchObject([
      { person: few, shares: 1, votes: 1 },
      { person: many, shares: 500, votes: 1 },
    ]);
  });

  test('the register of a day is a line for each who held shares, in the order of their numbers', async () => {
    const lines = async (day: string) => {
      const all: string[] = [];
      for await (const line of register.lines(day)) all.push(line);
      return all.slice(1);
    };
    await person('Nobody yet');
    const few = await member(1, '=1+1');
    await person('Nobody either');
    const many = await member(7, 'Many');
    expect(await lines('2026-03-19')).toEqual([]);
    expect(await lines('2026-03-31')).toEqual([
      `${few},natural,'=1+1,"1 rue Haute, 75001 Paris",FR,board:1,1,${nominal},0,${nominal},1\n`,
      `${many},natural,Many,"1 rue Haute, 75001 Paris",FR,board:1,7,${7 * nominal},0,${7 * nominal},1\n`,
    ]);
    await expect(lines('2026-02-30')).rejects.toEqual(refused('E_DATE'));
  });

  test('nobody holds more than the most: ten less and 11 are refused, ten less and 10 are not (A5)', async () => {
    const number = await member(maxPerMember - 10);
    const ask = (shares: number) => register.apply(board, { person: number, shares, key: key() });
    await expect(ask(11)).rejects.toEqual(refused('E_SHARE_CAP'));
    const more = await ask(10);
    await expect(ask(1)).rejects.toEqual(refused('E_SHARE_CAP'));
    expect(await register.receive(board, more.id, received(10 * nominal, '2026-04-01'))).toMatchObject({
      state: 'effective',
      decision: 'board:1',
    });
    expect(await persons.demand(number)).toMatchObject({ shares: maxPerMember });
    await expect(ask(1)).rejects.toEqual(refused('E_SHARE_CAP'));
  });

  test('what is refused stays owed', async () => {
    const number = await person();
    const { id } = await register.apply(board, { person: number, shares: 2, on: '2026-03-01', key: key() });
    await register.receive(board, id, received(2000));
    const no = { application: id, isAdmitted: false, decision: 'board:2', key: key() };
    expect(await register.decide(board, no)).toMatchObject({ state: 'refused' });
    expect(await persons.demand(number)).toMatchObject({ standing: 'refused', shares: 0 });
    expect(await ledger.balance(`deposit:${number}`, 'EUR')).toBe(-2000);
    await expect(register.decide(board, { ...no, key: key() })).rejects.toEqual(refused('E_STATE'));
  });

  test('who left in the meantime is not let in again by paying, and keeps what they paid', async () => {
    const number = await member(1);
    const more = await register.apply(board, { person: number, shares: 2, key: key() });
    await stores.damage(
      `UPDATE register_persons SET standing = 'excluded', shares = 0 WHERE number = ${number}`,
    );
    expect(await register.receive(board, more.id, received(2000))).toMatchObject({
      state: 'open',
      paid: 2000,
    });
    expect(await persons.demand(number)).toMatchObject({ standing: 'excluded', shares: 0 });
    expect(await ledger.balance(`deposit:${number}`, 'EUR')).toBe(-2000);
  });

  test('a payment for more shares than somebody may hold by now is kept for them, and refuses no bank file', async () => {
    const number = await member(maxPerMember - 10);
    const more = await register.apply(board, { person: number, shares: 10, key: key() });
    await stores.damage(`UPDATE register_persons SET shares = ${maxPerMember - 9} WHERE number = ${number}`);
    expect(await register.receive(board, more.id, received(10 * nominal))).toMatchObject({ state: 'open' });
    expect(await ledger.balance(`deposit:${number}`, 'EUR')).toBe(-10 * nominal);
  });

  test('money is taken from a bank and from nobody else, under a key that says nothing', async () => {
    const number = await person();
    const { id } = await register.apply(board, { person: number, shares: 1, on: '2026-03-01', key: key() });
    for (const from of ['member:1', 'capital:1', 'bankrupt:1', 'bank:'])
      await expect(register.receive(board, id, { ...received(nominal), from }), from).rejects.toEqual(
        refused('E_ACCOUNT'),
      );
    await register.receive(board, id, { ...received(nominal), key: 'payout:2026-04 Anna' });
    expect((await ledger.entry(1))?.key).toMatch(/^receipt:[0-9a-f]{64}$/);
  });

  test('who becomes a member is told, in order', async () => {
    const [first, second] = [await member(1, 'A'), await member(2, 'B')];
    const [one, two] = await register.memberships(0);
    expect([one, two]).toMatchObject([
      { seq: 1, person: first, isMember: true },
      { seq: 2, person: second, isMember: true },
    ]);
    expect(await register.memberships(one?.seq ?? 0)).toEqual([two]);
  });

  test.each([
    ['name', nameCharactersMax],
    ['address', addressCharactersMax],
    ['holder', holderCharactersMax],
  ])('a %s of so many characters and no more', async (what, max) => {
    const add = (length: number) =>
      persons.add(board, { details: somebody('Anna', { [what]: 'é'.repeat(length) }), key: key() });
    await expect(add(max + 1)).rejects.toEqual(refused('E_TEXT'));
    expect(await add(max)).toMatchObject({ number: 1 });
  });

  test('a key and the reference of a decision of so many characters and no more', async () => {
    const number = await person();
    const ask = (characters: number) =>
      register.apply(board, { person: number, shares: 1, key: 'k'.repeat(characters) });
    await expect(ask(keyCharactersMax + 1)).rejects.toEqual(refused('E_TEXT'));
    const { id } = await ask(keyCharactersMax);
    const admit = (characters: number) =>
      register.decide(board, {
        ...{ application: id, isAdmitted: true, decision: 'd'.repeat(characters), key: key() },
      });
    await expect(admit(decisionCharactersMax + 1)).rejects.toEqual(refused('E_TEXT'));
    expect(await admit(decisionCharactersMax)).toMatchObject({ state: 'open' });
  });
});

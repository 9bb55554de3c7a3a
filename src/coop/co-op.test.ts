import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../base/index.ts';
import { readIban } from '../formats/iban/index.ts';
import { engines, openTestStores, type TestStores } from '../testing/index.ts';
import { type Coop, openCoop } from './co-op.ts';
import { actor, fr, testHouse } from './fixtures.ts';

let stores: TestStores;
let coop: Coop;
let clock: Clock;

const [engine] = engines();
if (engine === undefined) throw new Error('there is an engine');

beforeEach(async () => {
  // 00:30 on 1 April in Paris.
  clock = fakeClock(Date.UTC(2026, 2, 31, 22, 30));
  stores = await openTestStores(engine, { clock });
  coop = openCoop(testHouse(stores, clock, fr));
});
afterEach(() => stores.close());

test('it is tomorrow at home before UTC says so, and March can be shared out', async () => {
  expect(coop.today()).toBe('2026-04-01');
  const close = { month: '2026-03', key: 'close' };
  expect(await coop.payouts.closeMonth(actor(7, 'treasurer'), close)).toMatchObject({ month: '2026-03' });
});

test('who asks to be a member acts as themselves, and who is in no register as nobody', async () => {
  const details = { name: 'Anna', address: '', country: 'FR', birth: '', iban: '', holder: '' };
  const person = await coop.persons.add(actor(2, 'board'), {
    ...{ details: { ...details, kind: 'natural' }, account: 5, key: 'anna' },
  });
  expect(await coop.actor(5, 'page')).toEqual({ account: 5, member: person.number, roles: [], via: 'page' });
  expect(await coop.actor(6, 'page')).toMatchObject({ member: 0 });
  await stores.damage("UPDATE register_persons SET standing = 'dead'");
  expect(await coop.actor(5, 'page')).toMatchObject({ member: 0 });
});

test('whom members pay is the first account under the name of the co-op in law; none is nobody', async () => {
  expect(coop.payee).toBeNull();
  const house = testHouse(stores, clock, fr);
  const main = { name: 'main', iban: readIban('FR14 2004 1010 0505 0001 3M02 606'), bic: null };
  const { payee } = openCoop({ ...house, banks: [main, { ...main, name: 'other' }] });
  expect(payee).toEqual({ ...main, holder: house.legal.name });
});

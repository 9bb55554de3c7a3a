import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCountries, refused, testHouse } from '../fixtures.ts';
import type { CoopMail } from '../house.ts';
import { ibanEndCharactersMax } from './limits.ts';
import { noticeWords } from './notice-words.ts';

const treasurer = actor(9, 'treasurer');
const chair = actor(8, 'board');
const member = actor(1, 'member');
const old = 'FR1420041010050500013M02606';
const other = 'DE89370400440532013000';
const third = 'BE68539007547034';

describeCountries('where a member is paid', (rules) => {
  describeEngines('is theirs to say', (engine) => {
    let stores: TestStores;
    let clock: Clock & { advance(ms: number): void };
    let coop: Coop;
    let mails: CoopMail[];
    let isDown: boolean;
    let keys = 0;
    const key = () => `k${++keys}`;

    beforeEach(async () => {
      clock = fakeClock(Date.UTC(2026, 3, 2, 10));
      stores = await openTestStores(engine, { clock });
      mails = [];
      isDown = false;
      coop = openCoop({
        ...testHouse(stores, clock, rules),
        async mail(mail) {
          if (isDown) throw new Error('the outbox is down');
          mails.push(mail);
        },
      });
      await coop.persons.add(treasurer, { details: detailsOf('Ana', old), account: 1, key: key() });
    });
    afterEach(() => stores.close());

    const detailsOf = (name: string, iban: string) =>
      ({
        ...({ kind: 'natural' } as const),
        ...{ name, address: '1 rue', country: rules.country, birth: '1980-02-29' },
        ...{ iban, holder: '' },
      }) as const;
    const asks = (shares = 1) => coop.register.apply(treasurer, { person: 1, shares, key: key() });
    const admit = async (application: number, by = chair) =>
      coop.register.decide(by, { application, isAdmitted: true, decision: 'board:1', key: key() });
    const admitted = async () => admit((await asks()).id);
    const change = (by: typeof treasurer, change: object, number = 1) =>
      coop.persons.change(by, { number, change, key: key() });
    const confirm = (by: typeof treasurer, id: number) => coop.payees.confirm(by, { change: id, key: key() });
    const told = () => mails.map(({ account, text }) => `${account} ${/\d{4}(?=\.)/.exec(text)?.[0] ?? ''}`);

    test('a member says so: it counts, and they are told where they were told before', async () => {
      await admitted();
      expect(await change(member, { iban: other })).toMatchObject({ iban: other, waiting: 0 });
      expect(await coop.payees.of(1)).toMatchObject([
        { state: 'done', iban: other, ibanBefore: old, by: 1, second: 0 },
      ]);
      expect(told()).toEqual(['1 3000']);
      expect(mails[0]).toMatchObject({ id: 'notice-1', subject: expect.stringContaining('Exemple') });
      // Word by word in each language of the co-op, and no whole IBAN in a mail.
      expect(mails[0]?.text).toContain('Ceci compte désormais');
      expect(mails[0]?.text).toContain('This counts');
      expect(mails[0]?.text).not.toContain(other);
      expect((await change(member, { address: '2 rue' })).ibanChanged).toBeGreaterThan(0);
      expect(mails).toHaveLength(1);
    });

    test('somebody else says so: it waits for a second person, and counts by them alone', async () => {
      await admitted();
      const asked = await change(treasurer, { iban: other, holder: 'A. Na', address: '2 rue' });
      expect(asked).toMatchObject({ iban: old, holder: '', address: '2 rue', waiting: 1 });
      expect(await coop.payees.waiting()).toMatchObject([{ id: 1, person: 1, iban: other, by: 9 }]);
      expect(told()).toEqual(['1 3000']);
      await expect(confirm(treasurer, 1)).rejects.toEqual(refused('E_SAME_PERSON'));
      await expect(confirm({ ...actor(77, 'board'), member: 9 }, 1)).rejects.toEqual(
        refused('E_SAME_PERSON'),
      );
      await expect(confirm(actor(7, 'auditor', 'administrator'), 1)).rejects.toEqual(refused('E_PRIVILEGE'));
      expect(await confirm(chair, 1)).toMatchObject({ state: 'done', second: 8 });
      expect(await coop.persons.demand(1)).toMatchObject({ iban: other, holder: 'A. Na', waiting: 0 });
      expect(told()).toEqual(['1 3000', '1 3000']);
      await expect(confirm(chair, 1)).rejects.toEqual(refused('E_STATE'));
      await expect(confirm(chair, 99)).rejects.toEqual(refused('E_NOT_FOUND'));
    });

    test('the member agrees, or does not', async () => {
      await admitted();
      await change(treasurer, { iban: other });
      expect(await confirm(member, 1)).toMatchObject({ state: 'done', second: 1 });
      await change(treasurer, { iban: third });
      expect(await coop.payees.refuse(member, { change: 2, key: key() })).toMatchObject({ state: 'refused' });
      expect(await coop.persons.demand(1)).toMatchObject({ iban: other, waiting: 0 });
      const stranger = coop.payees.refuse(actor(5, 'member'), { change: 2, key: key() });
      await expect(stranger).rejects.toEqual(refused('E_PRIVILEGE'));
    });

    test('what is asked for once more, or said by the member meanwhile, takes the place of what waits', async () => {
      await admitted();
      await change(treasurer, { iban: other });
      await change(chair, { iban: third });
      await expect(confirm(chair, 1)).rejects.toEqual(refused('E_STATE'));
      await expect(confirm(chair, 2)).rejects.toEqual(refused('E_SAME_PERSON'));
      await change(member, { iban: other });
      await expect(confirm(treasurer, 2)).rejects.toEqual(refused('E_STATE'));
      expect((await coop.payees.of(1)).map(({ id, state }) => `${id} ${state}`)).toEqual([
        '3 done',
        '2 dropped',
        '1 replaced',
      ]);
    });

    test('it waits for as many days as the rules say', async () => {
      await admitted();
      await change(treasurer, { iban: other });
      clock.advance(rules.approvals.payeeChangeDays * 86_400_000);
      expect(await coop.payees.waiting()).toHaveLength(1);
      clock.advance(86_400_000);
      expect(await coop.payees.waiting()).toEqual([]);
      await expect(confirm(chair, 1)).rejects.toEqual(refused('E_STATE'));
      expect(await coop.persons.demand(1)).toMatchObject({ iban: old });
    });

    test('the account that is theirs waits always; who had it is told', async () => {
      await admitted();
      await coop.persons.add(treasurer, { details: detailsOf('Bo', ''), account: 2, key: key() });
      await expect(change(treasurer, { account: 2 })).rejects.toEqual(refused('E_PERSON'));
      expect(await change(treasurer, { account: 33, iban: other })).toMatchObject({ account: 1, iban: old });
      expect((await coop.actor(33, 'api')).member).toBe(0);
      await confirm(chair, 1);
      expect(await coop.persons.demand(1)).toMatchObject({ account: 33, iban: other });
      expect(mails.map(({ account }) => account)).toEqual([1, 1]);
      expect(mails[1]?.text).toContain('another account of this server');
      // Somebody who is treasurer and member: their IBAN is theirs to say, their account is not.
      const both = { ...actor(33, 'treasurer'), member: 1 };
      expect(await change(both, { account: 34, iban: third })).toMatchObject({ account: 33, iban: third });
      await expect(confirm(both, 3)).rejects.toEqual(refused('E_SAME_PERSON'));
    });

    test('a first IBAN counts with the admission, by another person than who told it', async () => {
      await coop.persons.add(treasurer, { details: detailsOf('Bo', ''), key: key() });
      const apply = (person: number) => coop.register.apply(treasurer, { person, shares: 1, key: key() });
      const bo = await apply(2);
      expect(await change(treasurer, { iban: other }, 2)).toMatchObject({ iban: '', waiting: 1 });
      await admit(bo.id);
      expect(await coop.persons.demand(2)).toMatchObject({ iban: other, waiting: 0, ibanChanged: 0 });
      await coop.persons.add(treasurer, { details: detailsOf('Cy', ''), key: key() });
      const cy = await apply(3);
      await change(chair, { iban: third }, 3);
      await admit(cy.id);
      expect(await coop.persons.demand(3)).toMatchObject({ iban: '' });
      const ana = await asks();
      await change(treasurer, { iban: third });
      await admit(ana.id);
      expect(await coop.persons.demand(1)).toMatchObject({ iban: old });
    });

    test('a mail that cannot be sent now is sent later, once, also after the process ended', async () => {
      await admitted();
      isDown = true;
      await change(treasurer, { iban: other });
      expect(await coop.payees.waiting()).toHaveLength(1);
      await expect(coop.notices.deliverAll()).rejects.toThrow('down');
      isDown = false;
      await Promise.all([coop.notices.deliverAll(), coop.notices.deliverAll()]);
      await coop.notices.deliverAll();
      expect(mails.map(({ id }) => id)).toEqual(['notice-1']);
    });

    test('what was asked for is not changed behind the back, and goes with the person', async () => {
      await admitted();
      await change(treasurer, { iban: other });
      for (const [column, value] of [
        ['iban', `'x'`],
        ['by', '8'],
        ['until', `'2099-01-01'`],
      ])
        await expect(
          stores.damage(`UPDATE register_payee_changes SET "${column}" = ${value}`),
          column,
        ).rejects.toThrow('immutable');
      const { payeeChanges } = await coop.privacy.file(member, 1);
      expect(payeeChanges).toMatchObject([{ iban: other, state: 'waiting' }]);
      await coop.persons.add(treasurer, { details: detailsOf('Bo', old), account: 2, key: key() });
      await change(treasurer, { iban: other }, 2);
      expect(await coop.payees.of(2)).toHaveLength(1);
      await coop.privacy.erase(treasurer, { person: 2, key: key() });
      expect(await coop.payees.of(2)).toEqual([]);
      expect(await coop.payees.of(1)).toHaveLength(1);
    });
  });
});

test('a mail names the end of an IBAN, in the languages that there are words for', () => {
  const notice = {
    ...({ id: 1, kind: 'asked', to: 1, account: 2, accountBefore: 1 } as const),
    ...{ iban: other, ibanBefore: old },
  };
  const { text, subject } = noticeWords(notice, 'Exemple', ['it']);
  expect(subject).toBe('Exemple: where you are paid');
  expect(text).toContain(`ends in ${other.slice(-ibanEndCharactersMax)} and another account of this server`);
  expect(noticeWords({ ...notice, iban: '' }, 'Exemple', ['fr']).text).toContain('plus de compte bancaire');
});

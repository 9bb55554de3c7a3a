import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores } from '../../testing/index.ts';
import { openCoop } from '../co-op.ts';
import { actor, refused, testHouse } from '../fixtures.ts';
import { coopModule, coopOperations as operations } from '../store/module.ts';
import { board, somebody, testRules, withShares } from './fixtures.ts';
import { purposeCharactersMax } from './limits.ts';

describeEngines('what is kept of a person', (engine) => {
  test('is theirs to have, and goes when nothing is owed; the accounts stay, and are sound', async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1, 12));
    const stores = await openTestStores(engine, { clock });
    const house = testHouse(stores, clock, testRules());
    const { privacy, register, persons, certificates, ledger } = openCoop(house);
    let keys = 0;
    const key = () => `k${++keys}`;
    const [a] = [await withShares(house, 3, key), await withShares(house, 20, key)];
    const text = 'ab'.repeat(32);
    const agree = (purpose: string, isGiven: boolean, by = board) =>
      privacy.consent(by, { person: a, purpose, text, version: '1', isGiven, key: key() });
    await agree('surveys', true);
    await agree('surveys', true);
    await agree('surveys', false);
    await agree('p'.repeat(purposeCharactersMax), true);
    await expect(agree('p'.repeat(purposeCharactersMax + 1), true)).rejects.toEqual(refused('E_TEXT'));
    const self = { account: 9, member: a, roles: [], via: 'api' } as const;
    const other = { ...self, member: a + 1 };
    await expect(privacy.file(other, a)).rejects.toEqual(refused('E_PRIVILEGE'));
    const file = await privacy.file(self, a);
    expect(file).toMatchObject({ person: { number: a, name: 'Member 3' }, movements: [{ shares: 3 }] });
    expect(file.consents.map(({ purpose, withdrawn }) => [purpose.length, withdrawn > 0])).toEqual([
      [7, true],
      [7, true],
      [purposeCharactersMax, false],
    ]);
    expect(await privacy.consents(self, a)).toEqual(file.consents);
    await expect(privacy.consents(other, a)).rejects.toEqual(refused('E_PRIVILEGE'));
    expect(file.postings.map(({ account }) => account)).toContain(`capital:${a}`);
    const pieces: Buffer[] = [];
    for await (const piece of privacy.archive(self, a)) pieces.push(piece);
    const zip = Buffer.concat(pieces);
    expect(zip.subarray(0, 2).toString()).toBe('PK');
    for (const name of ['person.json', 'movements.csv', 'consents.csv', 'postings.csv'])
      expect(zip.includes(name), name).toBe(true);

    const { code } = await certificates.issue(board, { person: a, day: '2026-04-01' });
    const erase = () => privacy.erase(board, { person: a, key: key() });
    await expect(erase()).rejects.toEqual(refused('E_STATE'));
    await register.request(board, { person: a, shares: 3, key: key() });
    await register.redeem(board, { uncoveredLoss: 0, decision: 'board:2', key: key() });
    await expect(erase()).rejects.toEqual(refused('E_OWED'));
    const paid = { key: 'paid', date: '2026-04-01', kind: 'bank', memo: '' };
    const asset = 'EUR';
    const postings = [
      { account: `redemption:${a}`, asset, amount: 3000 },
      { account: 'bank:main', asset, amount: -3000 },
    ];
    await ledger.append([{ ...paid, postings }]);
    await erase();
    expect(await persons.demand(a)).toMatchObject({ name: '', iban: '', address: '', birth: '' });
    expect(await certificates.verify(code)).toBeNull();
    expect(JSON.stringify(await privacy.file(board, a))).not.toContain('Member 3');
    await expect(persons.change(board, { number: a, change: somebody('X'), key: key() })).rejects.toEqual(
      refused('E_STATE'),
    );
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
    await stores.close();
  });

  test('holds what they were paid each month and where to', async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 2, 12));
    const stores = await openTestStores(engine, { clock });
    const { privacy, persons, ledger, payouts } = openCoop(testHouse(stores, clock));
    const iban = 'DE89370400440532013000';
    const { number } = await persons.add(board, { details: { ...somebody('Ana'), iban }, key: 'ana' });
    const postings = [
      { account: 'mycoin:issued', asset: 'MYC', amount: 5 },
      { account: `coins:${number}`, asset: 'MYC', amount: -5 },
    ];
    await ledger.append([{ key: 'c', date: '2026-03-20', kind: 'mycoin.deposit', memo: '', postings }]);
    const sold = { source: 'receipt:1', day: '2026-03-10', amount: 10_000 };
    await stores.database.call(operations.payoutsCountTurnover, sold);
    const treasurer = actor(9, 'treasurer');
    await payouts.closeMonth(treasurer, { month: '2026-03', key: 'close' });
    const { id } = await payouts.prepare(treasurer, { purpose: 'month', about: '2026-03', key: 'run' });
    const file = await privacy.file(board, number);
    const proof = await payouts.proof('2026-03', number);
    expect(file.pays).toMatchObject([{ month: '2026-03', coins: 5, paid: 4_000, salt: proof?.salt }]);
    expect(file.transfers).toMatchObject([{ run: id, amount: 4_000, name: 'Ana', iban, settled: '' }]);
    expect(file.interest).toEqual([]);

    await payouts.cancel(treasurer, { run: id, key: 'not so' });
    const erase = () => privacy.erase(board, { person: number, key: 'erase' });
    await expect(erase()).rejects.toEqual(refused('E_OWED'));
    const given = [
      { account: `member:${number}`, asset: 'EUR', amount: 4_000 },
      { account: 'bank:main', asset: 'EUR', amount: -4_000 },
    ];
    await ledger.append([{ key: 'given', date: '2026-04-02', kind: 'bank', memo: '', postings: given }]);
    await erase();
    // Who looks at the accounts sees somebody's, and the salts that would tell whose are gone.
    expect((await privacy.file(board, number)).accounts).toEqual([]);
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
    await stores.close();
  });
});

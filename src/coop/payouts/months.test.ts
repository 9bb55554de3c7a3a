import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../../base/index.ts';
import { verifySumProof } from '../../formats/merkle/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { monthAfter } from '../days.ts';
import { actor, describeCoops, refused, reversal, testHouse } from '../fixtures.ts';
import { coopModule, coopOperations as operations } from '../store/module.ts';
import { chunkRows } from './limits.ts';
import type { PayProof } from './types.ts';

const treasurer = actor(9, 'treasurer');

/** Whether a proof, as a member is given it, leads to the sum that was published. */
function leads({ salt, id, paid, steps, root }: PayProof, amount = paid): boolean {
  return verifySumProof(
    { salt: Buffer.from(salt, 'hex'), id, amount },
    steps.map((step) => ({ ...step, hash: Buffer.from(step.hash, 'hex') })),
    { sum: root.sum, hash: Buffer.from(root.hash, 'hex') },
  );
}

describeCoops('a month', (engine, rules) => {
  let stores: TestStores;
  let clock: Clock & { advance(ms: number): void };
  let coop: Coop;

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 3, 1));
    stores = await openTestStores(engine, { clock });
    coop = openCoop(testHouse(stores, clock, rules));
  });
  afterEach(() => stores.close());

  const turnover = (source: string, day: string, amount: number) =>
    stores.database.call(operations.payoutsCountTurnover, { source, day, amount });
  const coins = (day: string, owned: Readonly<Record<number, number>>) =>
    coop.ledger.append(
      Object.entries(owned).map(([member, amount]) => ({
        ...{ key: `coins:${day}:${member}`, date: day, kind: 'mycoin.deposit', memo: '' },
        postings: [
          { account: 'mycoin:issued', asset: 'MYC', amount },
          { account: `coins:${member}`, asset: 'MYC', amount: -amount },
        ],
      })),
    );
  const close = (month: string, key = `close:${month}`) => coop.payouts.closeMonth(treasurer, { month, key });

  test('is shared out as COOP.md §4 works it out, and everybody can see that theirs is in it', async () => {
    await turnover('receipt:1', '2026-03-10', 1_334_567);
    await turnover('credit:1', '2026-03-12', -100_000);
    await coins('2026-03-20', { 11: 120, 12: 75, 13: 5 });
    const preview = await coop.payouts.preview();
    expect(preview).toMatchObject({ month: '2026-03', pool: 493_826, paid: 493_826, members: 3 });
    const month = await close('2026-03');
    expect(month).toMatchObject(preview);
    expect(month).toMatchObject({
      ...{ received: 1_334_567, credited: 100_000, turnover: 1_234_567, pool: 493_826, paid: 493_826 },
      ...{ coins: 200, members: 3, entry: 4, by: treasurer.account },
    });
    const shares = await coop.payouts.shares('2026-03');
    expect(shares.map(({ paid }) => paid)).toEqual([296_295, 185_185, 12_346]);
    const entry = await coop.ledger.entry(month.entry);
    expect(entry).toMatchObject({ kind: 'mycoin.payout', key: 'payout:2026-03', date: '2026-03-31' });
    expect(entry?.memo).toContain(month.root);
    expect(await coop.ledger.balance('member:12', 'EUR')).toBe(-185_185);
    expect(await coop.ledger.balance('coins:12', 'MYC')).toBe(0);
    expect(await coop.ledger.balance('mycoin:converted', 'MYC')).toBe(-200);
    for (const member of [11, 12, 13]) {
      const proof = await coop.payouts.proof('2026-03', member);
      if (proof === null) throw new Error('there is a proof');
      expect(proof.root).toEqual({ sum: 493_826, hash: month.root });
      expect(leads(proof)).toBe(true);
      expect(leads(proof, proof.paid + 1)).toBe(false);
    }
    expect(await coop.payouts.proof('2026-03', 14)).toBeNull();
    expect(await coop.payouts.proof('2026-04', 11)).toBeNull();
    await expect(coop.ledger.append([])).resolves.toEqual([]);
  });

  test('twice is once; another time is refused, and so is what comes late', async () => {
    await turnover('receipt:1', '2026-03-10', 10_000);
    await coins('2026-03-20', { 11: 1 });
    const once = await close('2026-03');
    expect(await close('2026-03')).toEqual(once);
    await expect(close('2026-03', 'again')).rejects.toEqual(refused('E_MONTH_CLOSED'));
    await expect(coins('2026-03-31', { 12: 1 })).rejects.toEqual(refused('E_PERIOD_CLOSED'));
    await expect(turnover('receipt:2', '2026-03-31', 1)).rejects.toEqual(refused('E_PERIOD_CLOSED'));
    expect(await coop.payouts.months()).toEqual([once]);
  });

  test('by two at once is once', async () => {
    await turnover('receipt:1', '2026-03-10', 10_000);
    await coins('2026-03-20', { 11: 1 });
    const both = await Promise.allSettled([close('2026-03', 'a'), close('2026-03', 'b')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await coop.ledger.balance('member:11', 'EUR')).toBe(-4000);
  });

  test('waits until it is over at home, and for its turn', async () => {
    await expect(close('2026-04')).rejects.toEqual(refused('E_MONTH_OPEN'));
    await expect(close('2026-13')).rejects.toEqual(refused('E_DATE'));
    await close('2026-02');
    clock.advance(61 * 86_400_000);
    await expect(close('2026-04')).rejects.toEqual(refused('E_MONTH_ORDER'));
    await close('2026-03');
    expect(await close('2026-04')).toMatchObject({ pool: 0, paid: 0, entry: 0 });
  });

  test('without coins leaves its pool to the next, and never to the co-op', async () => {
    await turnover('receipt:1', '2026-02-10', 10_000);
    expect(await close('2026-02')).toMatchObject({ pool: 4000, paid: 0, root: '', entry: 1 });
    expect(await coop.ledger.balance('pool:carried', 'EUR')).toBe(-4000);
    await turnover('receipt:2', '2026-03-10', 2500);
    await coins('2026-03-20', { 11: 1, 12: 1 });
    expect(await coop.payouts.preview()).toMatchObject({ month: '2026-03', poolBefore: 4000, paid: 5000 });
    expect(await close('2026-03')).toMatchObject({ poolBefore: 4000, pool: 5000, paid: 5000 });
    expect(await coop.ledger.balance('pool:carried', 'EUR')).toBe(0);
    expect(await coop.ledger.balance('expense:mycoin', 'EUR')).toBe(5000);
    expect(await coop.ledger.balance('member:11', 'EUR')).toBe(-2500);
  });

  test('that credits more than it receives leaves that to the next', async () => {
    await turnover('credit:1', '2026-02-10', -1000);
    await coins('2026-02-20', { 11: 3 });
    expect(await close('2026-02')).toMatchObject({ turnover: -1000, pool: 0, paid: 0 });
    await turnover('receipt:1', '2026-03-10', 3500);
    await coins('2026-03-20', { 11: 1 });
    expect(await close('2026-03')).toMatchObject({ turnoverBefore: -1000, turnover: 2500, paid: 1000 });
  });

  test('sets coins off that are taken back after they were converted, in as many months as it takes', async () => {
    const [taken] = await coins('2026-02-20', { 11: 100, 12: 100 });
    await turnover('receipt:1', '2026-02-10', 10_000);
    expect(await close('2026-02')).toMatchObject({ coins: 200, members: 2, paid: 4000 });
    clock.advance(65 * 86_400_000);
    const back = { key: 'wrong', date: '2026-03-02', memo: 'a wrong survey' };
    await coop.ledger.append([reversal(taken, back)]);
    await coins('2026-03-20', { 11: 40, 12: 10 });
    await coins('2026-04-20', { 11: 70, 12: 30 });
    await coins('2026-05-20', { 11: 5 });
    await turnover('receipt:2', '2026-03-10', 10_000);
    await turnover('receipt:3', '2026-04-10', 10_000);
    expect(await close('2026-03')).toMatchObject({ coins: 10, members: 1, paid: 4000 });
    expect(await coop.payouts.proof('2026-03', 11)).toBeNull();
    expect(await coop.ledger.balance('coins:11', 'MYC')).toBe(-15);
    // 40 and 70 less the 100 that were paid for in February.
    expect(await close('2026-04')).toMatchObject({ coins: 40, members: 2, paid: 4000 });
    expect((await coop.payouts.shares('2026-04')).map((share) => [share.coins, share.paid])).toEqual([
      [10, 1000],
      [30, 3000],
    ]);
    expect(await coop.ledger.balance('coins:11', 'MYC')).toBe(-5);
  });

  test('counts coins as a plain model does, whatever is deposited and taken back before and after it', async () => {
    type Deed = readonly [what: 'deposit' | 'reverse' | 'close', n: number];
    const deed = fc.tuple(
      fc.constantFrom('deposit', 'deposit', 'deposit', 'reverse', 'reverse', 'close'),
      fc.nat({ max: 40 }),
    ) as fc.Arbitrary<Deed>;
    let month = '2020-01';
    const held = new Map<number, number>();
    const deposits: { seq: number; member: number; amount: number }[] = [];
    const change = (member: number, amount: number) => held.set(member, (held.get(member) ?? 0) + amount);
    let deeds = 0;
    const run = async ([what, n]: Deed): Promise<void> => {
      const [member, date, key] = [(n % 3) + 1, `${month}-15`, `deed:${++deeds}`];
      const wrong = deposits[n % Math.max(1, deposits.length)];
      if (what === 'deposit') {
        const postings = [
          { account: 'mycoin:issued', asset: 'MYC', amount: n + 1 },
          { account: `coins:${member}`, asset: 'MYC', amount: -n - 1 },
        ];
        const [entry] = await coop.ledger.append([{ key, date, kind: 'mycoin.deposit', memo: '', postings }]);
        deposits.push({ seq: entry?.seq ?? 0, member, amount: n + 1 });
        change(member, n + 1);
      } else if (what === 'reverse' && wrong !== undefined) {
        deposits.splice(deposits.indexOf(wrong), 1);
        const back = await coop.ledger.entry(wrong.seq);
        await coop.ledger.append([reversal(back, { key, date, memo: '' })]);
        change(wrong.member, -wrong.amount);
      } else if (what === 'close') {
        await turnover(key, date, 250);
        await close(month);
        const expected = [...held].filter(([, coins]) => coins > 0).sort(([a], [b]) => a - b);
        const shares = await coop.payouts.shares(month);
        expect(shares.map((share) => [share.member, share.coins])).toEqual(expected);
        for (const [id] of expected) held.set(id, 0);
        month = monthAfter(month);
      }
      for (const [id, coins] of held) expect(await coop.ledger.balance(`coins:${id}`, 'MYC')).toBe(0 - coins);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 30 }), async (all) => {
        for (const each of all) await run(each);
      }),
      { seed: 11, numRuns: engine.name === 'sqlite' ? 8 : 4 },
    );
    expect(month > '2020-06').toBe(true);
    expect(await coop.ledger.verify()).toMatchObject({ faults: [] });
  }, 60_000);

  test('that earned nothing leaves the coins where they are, and the next month pays for them', async () => {
    await coins('2026-01-20', { 11: 3, 12: 1 });
    expect(await close('2026-01')).toMatchObject({ ...{ coins: 0, coinsLeft: 4, members: 0 }, root: '' });
    await coins('2026-02-20', { 12: 1 });
    expect(await close('2026-02')).toMatchObject({ coins: 0, coinsLeft: 5 });
    expect(await coop.ledger.balance('coins:11', 'MYC')).toBe(-3);
    expect(await coop.payouts.shares('2026-02')).toEqual([]);
    await turnover('receipt:1', '2026-03-10', 2500);
    await coins('2026-03-20', { 13: 5 });
    expect(await close('2026-03')).toMatchObject({ coins: 10, coinsLeft: 0, members: 3, paid: 1000 });
    expect((await coop.payouts.shares('2026-03')).map(({ coins, paid }) => [coins, paid])).toEqual([
      [3, 300],
      [2, 200],
      [5, 500],
    ]);
    expect(await coop.ledger.balance('mycoin:converted', 'MYC')).toBe(-10);
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
  });

  test('of more members than one row of the tree keeps is proved to each of them', async () => {
    await turnover('receipt:1', '2026-03-10', 9_999_999);
    const owned = Object.fromEntries(Array.from({ length: chunkRows + 45 }, (_, at) => [at + 1, at + 1]));
    await coins('2026-03-20', owned);
    const { root, members } = await close('2026-03');
    expect(members).toBe(chunkRows + 45);
    for (const member of [1, 2, chunkRows, chunkRows + 1, members]) {
      const proof = await coop.payouts.proof('2026-03', member);
      expect(proof?.root.hash).toBe(root);
      expect(proof && leads(proof)).toBe(true);
    }
  });

  test('that was shared out is not changed behind the back', async () => {
    await turnover('receipt:1', '2026-03-10', 10_000);
    await coins('2026-03-20', { 11: 1 });
    await close('2026-03');
    for (const table of ['payouts_months', 'payouts_shares', 'payouts_tree', 'payouts_turnover']) {
      await expect(stores.damage(`DELETE FROM ${table}`), table).rejects.toThrow('immutable');
      await expect(stores.damage(`UPDATE ${table} SET month = '2026-04'`), table).rejects.toThrow(
        'immutable',
      );
    }
    const late = `INSERT INTO payouts_turnover (source, month, day, amount) VALUES ('x', '2026-03', '2026-03-01', 1)`;
    await expect(stores.damage(late)).rejects.toThrow('closed');
  });
});

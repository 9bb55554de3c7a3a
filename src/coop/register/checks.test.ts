import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { unguarding, verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { testHouse } from '../fixtures.ts';
import type { CoopHouse } from '../house.ts';
import { fraction } from '../rules/decimal.ts';
import { coopModule } from '../store/module.ts';
import { board, testRules, withShares } from './fixtures.ts';
import { Register } from './register.ts';
import { registerGuards } from './tables.ts';

describeEngines('a register that is sound', (engine) => {
  const clock = fakeClock(0);
  let stores: TestStores;
  let house: CoopHouse;
  let register: Register;
  let keys = 0;
  const key = () => `k${++keys}`;
  const decision = 'board:9';
  const faults = () => verifyAll({ ...stores, modules: [coopModule] });

  beforeEach(async () => {
    clock.set(Date.UTC(2026, 3, 1, 12));
    stores = await openTestStores(engine, { clock });
    house = testHouse(stores, clock, testRules({ maxPerMember: 40, paidAtOnce: fraction(1, 2) }));
    register = new Register(house);
  });
  afterEach(() => stores.close());

  test('each kind of damage is found, and named', async () => {
    const [a, b] = [await withShares(house, 5, key), await withShares(house, 6, key)];
    await register.transfer(board, { from: a, to: b, shares: 2, decision, key: key() });
    await register.request(board, { person: b, shares: 1, key: key() });
    expect(await faults()).toEqual([]);
    for (const guard of registerGuards.filter(({ table }) => table === 'register_lines'))
      for (const statement of unguarding(guard, engine.name)) await stores.damage(statement);
    const damages: [string, string, string][] = [
      [
        `UPDATE register_persons SET shares = 9 WHERE number = ${a}`,
        `UPDATE register_persons SET shares = 3 WHERE number = ${a}`,
        `person ${a}: has 9 shares, and movements come to 3`,
      ],
      [
        `UPDATE register_persons SET uncalled = 0 WHERE number = ${b}`,
        `UPDATE register_persons SET uncalled = 4000 WHERE number = ${b}`,
        `person ${b}: has 0 uncalled`,
      ],
      [
        `UPDATE register_persons SET standing = 'left' WHERE number = ${a}`,
        `UPDATE register_persons SET standing = 'active' WHERE number = ${a}`,
        `person ${a}: is left and has 1 votes`,
      ],
      [
        `UPDATE register_persons SET shown = 'x' WHERE number = ${a}`,
        '',
        `person ${a}: is not who the chain says`,
      ],
      [
        `UPDATE register_requests SET "left" = 2`,
        `UPDATE register_requests SET "left" = 1`,
        `person ${b}: has 1 shares in the queue, and it says other`,
      ],
      [
        `UPDATE register_head SET highest = 1`,
        `UPDATE register_head SET highest = 5500`,
        'register: the head says the highest capital 1, and it is 5500',
      ],
      [
        `UPDATE register_head SET shares = 1`,
        `UPDATE register_head SET shares = 11`,
        'register: the head says shares 1, and it is 11',
      ],
      [
        `UPDATE register_lines SET "on" = '2026-01-01' WHERE seq = 1`,
        `UPDATE register_lines SET "on" = '2026-03-20' WHERE seq = 1`,
        'register movement 1: its lines say something else',
      ],
      [
        `UPDATE register_lines SET shares = shares + 1 WHERE seq = 2 AND shares > 0`,
        `UPDATE register_lines SET shares = shares - 1 WHERE seq = 2 AND shares > 0`,
        'register movement 2: its lines say something else',
      ],
      [`UPDATE register_head SET hash = 'x'`, '', 'register: the head says movement 4, the last one is 4'],
    ];
    for (const [harm, mend, complaint] of damages) {
      await stores.damage(harm);
      expect((await faults()).join('\n'), harm).toContain(complaint);
      if (mend !== '') await stores.damage(mend);
    }
  });

  test('whatever is done in whatever order: nothing is lost, nobody holds too much, and the ledger says the same', async () => {
    const step = fc.record({
      kind: fc.constantFrom(
        'subscribe',
        'transfer',
        'request',
        'withdraw',
        'redeem',
        'exclude',
        'death',
        'cancel',
      ),
      who: fc.nat({ max: 3 }),
      other: fc.nat({ max: 3 }),
      shares: fc.integer({ min: 1, max: 25 }),
    });
    const members: number[] = [];
    for (const shares of [5, 10, 20, 39]) members.push(await withShares(house, shares, key));
    const person = (at: number) => members[at] ?? 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
        for (const { kind, who, other, shares } of steps) {
          try {
            await act(kind, person(who), { other: person(other), shares });
          } catch (error) {
            expect(error).toBeInstanceOf(StoreError);
            expect((error as StoreError).details).toHaveProperty('code');
          }
        }
        const all = await register.holdings('9999-12-31');
        const totals = await register.totals('9999-12-31');
        expect(all.reduce((sum, row) => sum + row.shares, 0)).toBe(totals.shares);
        for (const row of all) {
          expect(row.shares).toBeLessThanOrEqual(40);
          expect([0, 1]).toContain(row.votes);
        }
        expect(await faults()).toEqual([]);
      }),
      { seed: 7, numRuns: 8 },
    );

    async function act(kind: string, of: number, { other, shares }: { other: number; shares: number }) {
      switch (kind) {
        case 'subscribe': {
          const { id, due } = await register.apply(board, { person: of, shares, key: key() });
          await register.receive(board, id, { amount: due, on: '2026-04-01', from: 'bank:main', key: key() });
          const admitted = { application: id, isAdmitted: true, decision };
          return register.decide(board, { ...admitted, key: key() });
        }
        case 'transfer':
          return register.transfer(board, { from: of, to: other, shares, decision, key: key() });
        case 'request':
          return register.request(board, { person: of, shares, key: key() });
        case 'withdraw': {
          const [first] = await register.queue();
          return register.withdrawRequest(board, { request: first?.id ?? 0, key: key() });
        }
        case 'redeem':
          return register.redeem(board, { uncoveredLoss: shares * 100, decision, key: key() });
        case 'exclude':
          return register.exclude(board, { person: of, decision, key: key() });
        case 'death':
          return shares > 20 ? register.death(board, { person: of, decision, key: key() }) : null;
        default: {
          const own = await register.movements({ person: of });
          return register.cancel(board, { seq: own.at(-1)?.seq ?? 0, decision, key: key() });
        }
      }
    }
  });
});

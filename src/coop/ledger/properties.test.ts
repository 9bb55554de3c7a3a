import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { describeEngines, openTestStores } from '../../testing/index.ts';
import { chart } from '../rules/chart.ts';
import { Ledger } from './ledger.ts';
import type { Draft } from './types.ts';

const amount = fc.integer({ min: 1, max: 1_000_000 });
const member = fc.integer({ min: 1, max: 4 });
/** Few keys, so that the same one is used for the same thing, and for others. */
const key = fc.integer({ min: 1, max: 12 });

/** What somebody asks for. */
const wish = fc.oneof(
  fc.record({ what: fc.constant('pay' as const), key, member, amount }),
  fc.record({ what: fc.constant('move' as const), key, member, amount }),
  fc.record({ what: fc.constant('coins' as const), key, member, amount }),
  fc.record({ what: fc.constant('wrong' as const), key, member, amount }),
);
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

const euros = (account: string, sum: number) => ({ account, asset: 'EUR', amount: sum });

function draftOf(run: number, { what, key: number, member: of, amount: sum }: Wish): Draft {
  const postings = [euros('expense:mycoin', sum), euros(`member:${of}`, -sum)];
  const moved = [
    euros(`member:${of}`, sum),
    euros(`member:${(of % 4) + 1}`, -sum + 1),
    euros('income:other', -1),
  ];
  return {
    ...{ key: `${run}:${number}`, date: '2026-03-31', kind: what, memo: '' },
    postings:
      what === 'wrong'
        ? [euros('bank:main', sum), euros('income:other', sum)]
        : what === 'move'
          ? moved
          : postings,
  };
}

describeEngines('the ledger, whatever is asked of it at once', (engine) => {
  const numRuns = engine.name === 'sqlite' ? 25 : 8;
  test('money is neither made nor lost, and each key is used once', async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1));
    const stores = await openTestStores(engine, { clock });
    const rules = { chart, plan: {}, currency: 'EUR', timeZone: 'Europe/Paris' };
    const secret = async () => Buffer.alloc(32, 7).toString('base64');
    const house = { database: stores.database, clock, coop: 'coop.example', rules, secret };
    // Two of them, as two requests are served: they know nothing of each other.
    const ledgers = [new Ledger(house), new Ledger(house)];
    const [ledger] = ledgers;
    if (ledger === undefined) throw new Error('there are two');
    const expected = new Map<string, number>();
    const own = (account: string, asset: string, sum: number) => {
      const name = `${account} ${asset}`;
      expected.set(name, (expected.get(name) ?? 0) + sum);
    };
    let [run, entries] = [0, 0];

    const ask = async (each: Ledger, one: Wish) => {
      const asked =
        one.what === 'coins'
          ? each.depositCoins({ member: one.member, coins: one.amount, key: `${run}:${one.key}` })
          : each.append([draftOf(run, one)]).then(([entry]) => entry);
      return asked.catch((error: unknown) => {
        if (
          error instanceof StoreError &&
          ['E_KEY_REUSED', 'E_UNBALANCED'].includes(String(error.details.code))
        )
          return null;
        throw error;
      });
    };

    try {
      await fc.assert(
        fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 25 }), async (wishes) => {
          run++;
          const sealed = await Promise.all(wishes.map((one, at) => ask(ledgers[at % 2] ?? ledger, one)));
          // In another order, and once more: what was sealed is answered, nothing is sealed again.
          const again = await Promise.all([...wishes].reverse().map((one) => ask(ledger, one)));
          expect(again.reverse().map((entry) => entry?.seq)).toEqual(sealed.map((entry) => entry?.seq));
          const kept = new Map(sealed.flatMap((entry) => (entry ? [[entry.seq, entry] as const] : [])));
          const keys = new Set(wishes.flatMap((one) => (one.what === 'wrong' ? [] : [one.key])));
          expect(kept.size).toBe(keys.size);
          entries += kept.size;
          for (const { postings } of kept.values())
            for (const row of postings) own(row.account, row.asset, row.amount);
          const trial = new Map(
            (await ledger.trialBalance()).map((row) => [`${row.account} ${row.asset}`, row.amount]),
          );
          expect(Object.fromEntries(trial)).toEqual(
            Object.fromEntries([...expected].filter(([, sum]) => sum !== 0)),
          );
          for (const asset of ['EUR', 'MYC'])
            expect([...trial].reduce((sum, [name, held]) => sum + (name.endsWith(asset) ? held : 0), 0)).toBe(
              0,
            );
          await ledger.checkpoints.sign();
        }),
        { seed: 7, numRuns },
      );
      expect(await ledger.verify()).toMatchObject({ entries, faults: [] });
    } finally {
      await stores.close();
    }
  }, 180_000);
});

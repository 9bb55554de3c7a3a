import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { chart, Ledger } from '../../src/coop/index.ts';
import { engines, openTestStores, temporaryFolder } from '../../src/testing/index.ts';
import { run, withTools } from '../harness/index.ts';

withTools('hledger, on what the ledger exports', ['hledger'], () => {
  test('reads the journal, finds it balanced, and comes to the same balances', async () => {
    const [sqlite] = engines();
    if (sqlite === undefined) throw new Error('there is one');
    const stores = await openTestStores(sqlite);
    try {
      const rules = { chart, plan: {}, currency: 'EUR', timeZone: 'Europe/Paris' };
      const secret = async () => Buffer.alloc(32).toString('base64');
      const house = { database: stores.database, clock: systemClock, coop: 'coop.example', rules, secret };
      const ledger = new Ledger(house);
      const memo = 'tag: value, | ; no comment (x) 1000 EUR';
      const drafts = Array.from({ length: 40 }, (_, n) => ({
        ...{
          key: `k:${n}`,
          date: `2026-0${1 + (n % 9)}-28`,
          kind: 'share.subscription',
          memo: n === 7 ? memo : '',
        },
        postings: [
          { account: 'bank:main', asset: 'EUR', amount: 100_000 + n },
          { account: `capital:${1 + (n % 3)}`, asset: 'EUR', amount: -100_000 },
          { account: 'income:other', asset: 'EUR', amount: n === 0 ? 5 : -n },
          ...(n === 0 ? [{ account: 'expense:other', asset: 'EUR', amount: -5 }] : []),
        ],
      }));
      await ledger.append(drafts);
      await ledger.depositCoins({ member: 2, coins: 12, key: 'coins' });
      const file = join(temporaryFolder(), 'ledger.journal');
      let text = '';
      for await (const piece of ledger.export({ as: 'hledger' })) text += piece;
      writeFileSync(file, text);
      const checked = await run('hledger', ['-f', file, 'check', 'balancednoautoconversion', 'commodities']);
      expect(checked.code, checked.said).toBe(0);
      const balances = await run('hledger', ['-f', file, 'balance', '--flat', '-N', '-O', 'csv']);
      const read = new Map<string, number>();
      for (const line of balances.out.toString('utf8').trim().split('\n').slice(1)) {
        const [, account = '', amount = '', asset = ''] =
          /^"[a-z]+:(.*)","(-?[\d.]+) ([A-Z]+)"$/.exec(line) ?? [];
        read.set(account, Math.round(Number(amount) * (asset === 'MYC' ? 1 : 100)));
      }
      const own = new Map((await ledger.trialBalance()).map(({ account, amount }) => [account, amount]));
      expect(Object.fromEntries(read)).toEqual(Object.fromEntries(own));
      expect(read.size).toBeGreaterThan(5);
    } finally {
      await stores.close();
    }
  });
});

import { mkdirSync } from 'node:fs';
import { systemClock } from '../../src/base/index.ts';
import { chart, type Draft, Ledger } from '../../src/coop/index.ts';
import { modules } from '../../src/modules.ts';
import { openDatabase } from '../../src/storage/index.ts';

/** The ledger of a data folder, for the process that is killed and for the one that looks afterwards. */
export async function openLedger(dir: string, url: string) {
  mkdirSync(dir, { recursive: true });
  const database = await openDatabase({
    ...{ modules, dir, database: url },
    workerUrl: new URL('../../src/worker.ts', import.meta.url),
  });
  const rules = { chart, plan: {}, currency: 'EUR', timeZone: 'Europe/Paris' };
  const secret = async () => Buffer.alloc(32, 3).toString('base64');
  const ledger = new Ledger({ database, clock: systemClock, coop: 'coop.example', rules, secret });
  return { database, ledger };
}

/** The same entry for the same number, whoever asks. */
export const draftOf = (number: number, company = ''): Draft => ({
  ...{ key: `k${number}${company}`, date: '2026-03-31', kind: 'pay', memo: '' },
  postings: [
    { account: 'expense:mycoin', asset: 'EUR', amount: 1 + (number % 100) },
    { account: `member:${1 + (number % 7)}`, asset: 'EUR', amount: -1 - (number % 100) },
  ],
});

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../base/index.ts';
import { modules } from '../modules.ts';
import { type BlobStore, type Database, openDatabase, openLocalBlobs } from '../storage/index.ts';
import {
  findPostgres,
  makeFolder,
  missingTool,
  postgresMissing,
  removeFolder,
  withPostgres,
} from '../testing/index.ts';
import { type Coop, openCoop } from './co-op.ts';
import { actor, fr } from './fixtures.ts';

const treasurer = actor(91, 'treasurer');
const board = actor(92, 'board');

/** What came of asking both at once: how many did it, and the codes of the others. */
async function outcomes(asked: readonly Promise<unknown>[]): Promise<{ done: number; codes: unknown[] }> {
  const all = await Promise.allSettled(asked);
  const codes = all.flatMap((each) =>
    each.status === 'fulfilled'
      ? []
      : [each.reason instanceof StoreError ? each.reason.details.code : String(each.reason)],
  );
  return { done: all.length - codes.length, codes };
}

function twoProcesses(): void {
  const clock = fakeClock(Date.UTC(2026, 3, 10));
  const opened: { dir: string; database: Database; blobs: BlobStore }[] = [];
  let coops: readonly [Coop, Coop];

  beforeAll(async () => {
    const url = await withPostgres();
    const open = async () => {
      const dir = makeFolder();
      const workerUrl = new URL('../worker.ts', import.meta.url);
      const database = await openDatabase({ modules, dir, database: url, workerUrl });
      const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
      opened.push({ dir, database, blobs });
      const legal = { name: 'Exemple', address: [], registration: '', vatNumber: '' };
      const banks = [{ name: 'main', iban: 'FR1420041010050500013M02606', bic: null }];
      const secret = async () => Buffer.alloc(32).toString('base64');
      const transfers = { perFile: 100, isBatch: true };
      const told = { rules: fr, legal, banks: banks as never, transfers };
      const mails = { languages: ['fr'], mail: async () => {} };
      const house = { coop: 'coop.example', name: 'Exemple', ...told, ...mails };
      return openCoop({ ...house, database, blobs, clock, secret });
    };
    coops = [await open(), await open()];
  });
  afterAll(async () => {
    for (const { dir, database, blobs } of opened) {
      await blobs.close();
      await database.close();
      removeFolder(dir);
    }
  });

  const both = (ask: (coop: Coop, at: number) => Promise<unknown>) => outcomes(coops.map(ask));

  test('a member is let in, paid and carried to the bank once, whoever asks whom', async () => {
    const [one, two] = coops;
    const details = {
      ...({
        kind: 'natural',
        name: 'Anna',
        address: '1 rue Haute',
        country: 'FR',
        birth: '1980-02-29',
      } as const),
      holder: 'Anna',
      iban: 'FR1420041010050500013M02606',
    } as const;
    const { number } = await one.persons.add(board, { details, key: 'anna' });
    // 300 and 300 are more than 500.
    const asked = await both((coop, at) =>
      coop.register.apply(board, { person: number, shares: 300, key: `apply-${at}` }),
    );
    expect(asked).toEqual({ done: 1, codes: ['E_SHARE_CAP'] });
    const [application] = await two.register.applications('open');
    if (application === undefined) throw new Error('there is an application');
    const admitted = await both((coop, at) =>
      coop.register.decide(board, {
        ...{ application: application.id, isAdmitted: true, decision: `board:${at}`, key: `decide-${at}` },
      }),
    );
    expect(admitted).toEqual({ done: 1, codes: ['E_STATE'] });

    await one.ledger.append([
      {
        ...{ key: 'pay', date: '2026-03-31', kind: 'mycoin.payout', memo: '' },
        postings: [
          { account: 'expense:mycoin', asset: 'EUR', amount: 5000 },
          { account: `member:${number}`, asset: 'EUR', amount: -5000 },
        ],
      },
    ]);
    const closed = await both((coop, at) =>
      coop.payouts.closeMonth(treasurer, { month: '2026-03', key: `close-${at}` }),
    );
    expect(closed).toEqual({ done: 1, codes: ['E_MONTH_CLOSED'] });
    const prepared = await both((coop, at) =>
      coop.payouts.prepare(treasurer, { purpose: 'month', about: '2026-03', key: `prepare-${at}` }),
    );
    expect(prepared).toEqual({ done: 1, codes: ['E_NOTHING_DUE'] });
    const [run] = await two.payouts.runs();
    if (run === undefined) throw new Error('there is a run');
    // One person over both doors counts once; then another one.
    const same = await both((coop, at) =>
      coop.payouts.approve(treasurer, { run: run.id, key: `same-${at}` }),
    );
    expect(same).toEqual({ done: 1, codes: ['E_APPROVED'] });
    expect(await two.payouts.run(run.id)).toMatchObject({ state: 'prepared' });
    await two.payouts.approve(board, { run: run.id, key: 'other' });
    const exported = await both((coop, at) =>
      coop.payouts.export(treasurer, { run: run.id, day: '2026-04-10', key: `export-${at}` }),
    );
    expect(exported).toEqual({ done: 1, codes: ['E_EXPORTED'] });
    expect(await one.ledger.balance(`member:${number}`, 'EUR')).toBe(0);
    expect(await two.ledger.balance(`transit:run-${run.id}`, 'EUR')).toBe(-5000);
  });

  test('entries of two processes are one chain', async () => {
    const before = (await coops[0].ledger.trialBalance()).length;
    const seal = (coop: Coop, n: number) =>
      coop.books.enter(treasurer, {
        ...{ date: '2026-04-02', kind: 'fee', memo: '', key: `fee-${n}` },
        postings: [
          { account: 'expense:bank', asset: 'EUR', amount: 1 },
          { account: 'bank:main', asset: 'EUR', amount: -1 },
        ],
      });
    // Each key is asked for at both.
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, n) => seal(coops[n % 2 === 0 ? 0 : 1], Math.floor(n / 2))),
    );
    expect(new Set(all.map(({ seq }) => seq)).size).toBe(20);
    expect(await coops[1].ledger.balance('expense:bank', 'EUR')).toBe(20);
    expect((await coops[1].ledger.trialBalance()).length).toBe(before + 2);
  });
}

const title = 'two processes over one database';
if (findPostgres()) describe(title, twoProcesses);
else missingTool(title, postgresMissing);

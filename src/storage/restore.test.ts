import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StoreError, systemClock } from '../base/index.ts';
import { type Chart, Ledger } from '../coop/index.ts';
import { modules } from '../modules.ts';
import { createMailStore } from '../stores/mail/index.ts';
import { damageAt, describeEngines, openTestStores, temporaryFolder } from '../testing/index.ts';
import {
  afterRestore,
  type Database,
  openDatabase,
  openLocalBlobs,
  restoreDatabase,
  verifyAll,
} from './index.ts';

const account = 5;
const workerUrl = new URL('../worker.ts', import.meta.url);

function message(subject: string): Buffer {
  return Buffer.from(`From: ana@x\r\nSubject: ${subject}\r\n\r\nbody of ${subject} \u00e9\r\n`);
}

describeEngines('backup and restore', (engine) => {
  test('what was backed up is there again, and nothing a client remembers comes true twice', async () => {
    const stores = await openTestStores(engine);
    const dir = temporaryFolder();
    try {
      for (const subject of ['one', 'two', 'quoted \'three\' \\ "x"']) {
        const staged = await stores.mail.stage(message(subject), 10_000);
        await stores.mail.deliver(account, 'INBOX', { ...staged, keywords: ['$Work'] });
        stores.mail.discard(staged.blob);
      }
      const before = await stores.mail.find(account, 'INBOX');
      await stores.database.backup(join(dir, 'database'));
      await stores.blobs.backup(join(dir, 'blobs'));

      const target = { dir: temporaryFolder(), database: await engine.database(), modules };
      await restoreDatabase(target, join(dir, 'database'));
      const database = await openDatabase({ ...target, workerUrl });
      const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
      const mail = createMailStore({ database, blobs, clock: systemClock, quota: null });
      try {
        await afterRestore({ database, modules }, Math.floor(Date.now() / 1000));
        expect(await verifyAll({ database, blobs, modules })).toEqual([]);
        const after = await mail.find(account, 'INBOX');
        expect(after.messages).toBe(3);
        expect(after.uidValidity).toBeGreaterThan(before.uidValidity);
        expect(after.highestModseq).toBeGreaterThan(before.highestModseq);
        const rows = await mail.messages(account, after.id, [1, 2, 3]);
        expect(rows.map((row) => row.keywords)).toEqual(['$Work', '$Work', '$Work']);
        const contents = await mail.contents(
          account,
          rows.map((row) => row.email),
        );
        const third = contents.get(rows[2]?.email ?? 0);
        expect(await mail.bytes(third?.hash ?? '')).toEqual(message('quoted \'three\' \\ "x"'));
        // Ids that the database hands out go on where they were.
        const made = await mail.create(account, 'New');
        expect(made.id).toBeGreaterThan(after.id);
      } finally {
        await blobs.close();
        await database.close();
      }
    } finally {
      await stores.close();
    }
  });

  test('what the database guards is restored as it was sealed, and guarded again', async () => {
    const stores = await openTestStores(engine);
    const dir = temporaryFolder();
    const chart: Chart = { bank: { nature: 'asset', personal: false } };
    const rules = { chart, plan: {}, currency: 'EUR', timeZone: 'UTC' };
    const ledgerOf = (database: Database) =>
      new Ledger({ database, clock: systemClock, coop: 'coop.example', rules, secret: async () => '' });
    const draft = (key: string) => ({
      ...{ key, date: '2026-03-31', kind: 'move', memo: '' },
      postings: [
        { account: 'bank:main', asset: 'EUR', amount: 5 },
        { account: 'bank:other', asset: 'EUR', amount: -5 },
      ],
    });
    try {
      const ledger = ledgerOf(stores.database);
      const [entry] = await ledger.append([draft('one'), draft('two')]);
      await stores.damage("INSERT INTO ledger_closed (month, closed) VALUES ('2026-03', 0)");
      await stores.database.backup(dir);
      const target = { dir: temporaryFolder(), database: await engine.database(), modules };
      await restoreDatabase(target, dir);
      const database = await openDatabase({ ...target, workerUrl });
      try {
        const restored = ledgerOf(database);
        expect(await restored.entry(1)).toEqual(entry);
        expect(await restored.balance('bank:main', 'EUR')).toBe(10);
        await expect(restored.append([draft('three')])).rejects.toMatchObject({ reason: 'locked' });
      } finally {
        await database.close();
      }
      const statement = "UPDATE ledger_entries SET memo = 'x'";
      await expect(damageAt({ dir: target.dir, url: target.database }, statement)).rejects.toThrow(
        'immutable',
      );
    } finally {
      await stores.close();
    }
  });

  test('a target that is not empty, and a folder that is no backup, are refused untouched', async () => {
    const stores = await openTestStores(engine);
    const dir = temporaryFolder();
    try {
      await stores.database.backup(dir);
      const url = engine.name === 'sqlite' ? 'sqlite' : await engine.database();
      const target = { dir: temporaryFolder(), database: url, modules };
      await expect(restoreDatabase(target, temporaryFolder())).rejects.toMatchObject({ reason: 'not-found' });
      expect(existsSync(join(target.dir, 'myco.sqlite'))).toBe(false);
      await restoreDatabase(target, dir);
      const again = restoreDatabase(target, dir);
      await expect(again).rejects.toBeInstanceOf(StoreError);
      await expect(again).rejects.toMatchObject({ reason: 'exists' });
    } finally {
      await stores.close();
    }
  });
});

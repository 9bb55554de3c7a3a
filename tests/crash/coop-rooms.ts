/** The co-op of a data folder, by a clock that says what the work needs: for processes that are killed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fakeClock } from '../../src/base/index.ts';
import { openCoop, rulesOf } from '../../src/coop/index.ts';
import { readIban } from '../../src/formats/iban/index.ts';
import { modules } from '../../src/modules.ts';
import { loadCountry } from '../../src/settings/index.ts';
import { openDatabase, openLocalBlobs, verifyAll } from '../../src/storage/index.ts';

export const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');

export async function openCoopRooms(dir: string, url: string, nowMs: number) {
  mkdirSync(dir, { recursive: true });
  const workerUrl = new URL('../../src/worker.ts', import.meta.url);
  const database = await openDatabase({ modules, dir, database: url, workerUrl });
  const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
  const clock = fakeClock(nowMs);
  const coop = openCoop({
    ...{ database, blobs, clock, rules: rulesOf(loadCountry({ country: 'fr.yaml', rules: {} })) },
    ...{ coop: 'coop.example', name: 'Exemple', banks: [{ name: 'main', iban, bic: null }] },
    ...{ languages: ['fr'], mail: async () => {} },
    transfers: { perFile: 100_000, isBatch: true },
    secret: async () => Buffer.alloc(32, 3).toString('base64'),
    legal: { name: 'Exemple', address: ['1 rue Haute'], registration: '', vatNumber: '' },
  });
  const close = async () => {
    await blobs.close();
    await database.close();
  };
  return { coop, clock, database, faults: () => verifyAll({ database, blobs, modules }), close };
}

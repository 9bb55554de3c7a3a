/** The real stores on a data folder, as the whole process opens them. */
import { join } from 'node:path';
import { systemClock } from '../../src/base/index.ts';
import { modules } from '../../src/modules.ts';
import { type BlobStore, type Database, openDatabase, openLocalBlobs } from '../../src/storage/index.ts';
import { createMailStore, type MailWriter } from '../../src/stores/mail/index.ts';

export interface Rooms {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly mail: MailWriter;
  close(): Promise<void>;
}

export async function openRooms(dir: string, url: string, unsafeNoSync = false): Promise<Rooms> {
  const database = await openDatabase({
    modules,
    dir,
    database: url,
    workerUrl: new URL('../../src/worker.ts', import.meta.url),
    unsafeNoSync,
  });
  const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database, unsafeNoSync });
  const mail = createMailStore({ database, blobs, clock: systemClock, quota: null });
  return {
    database,
    blobs,
    mail,
    async close() {
      await blobs.close();
      await database.close();
    },
  };
}

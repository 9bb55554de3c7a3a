import { mkdirSync } from 'node:fs';
import type { Database, DatabaseOptions } from './database.ts';
import { lockFolder } from './lock.ts';
import { openSqlite } from './sqlite/database.ts';

/**
 * Takes the data folder for this process and opens the database it configures, bringing the schema up to date.
 * StoreError 'unavailable': the folder is in use, the server does not answer, or a newer myco made the database.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const lock = lockFolder(options.dir);
  try {
    const database = await openEngine(options);
    const close = database.close.bind(database);
    database.close = async () => {
      await close();
      lock.release();
    };
    return database;
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openEngine(options: DatabaseOptions): Promise<Database> {
  if (options.database === 'sqlite') return openSqlite(options);
  // Loaded only where it is configured: the driver costs memory in every thread.
  const { openPostgres } = await import('./postgres/database.ts');
  return openPostgres(options);
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { StoreError } from '../base/index.ts';
import { codeOf, translate } from './core/faults.ts';

/**
 * One process per data folder. The lock is SQLite's own exclusive file lock: the kernel drops it when the process
 * dies, however it dies, so no stale lock is ever left.
 */
export function lockFolder(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'lock');
  let lock: SqliteDatabase.Database | undefined;
  try {
    lock = new SqliteDatabase(file, { timeout: 0 });
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('begin exclusive');
    const held = lock;
    return { release: () => held.close() };
  } catch (error) {
    lock?.close();
    if (!codeOf(error).startsWith('SQLITE_BUSY')) throw translate(error);
    throw new StoreError('unavailable', `another process uses the data folder ${dir}`);
  }
}

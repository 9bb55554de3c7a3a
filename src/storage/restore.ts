import { copyFile, mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../base/index.ts';
import { translate } from './core/faults.ts';
import { Registry } from './core/registry.ts';
import type { DatabaseOptions } from './database.ts';
import { databaseFile } from './sqlite/database.ts';

/**
 * Puts the database that `Database.backup` wrote to `from` where `options` says; nothing may be there yet. Follow it with
 * `openDatabase` and `afterRestore`. StoreError 'exists', 'not-found', 'corrupt'.
 */
export async function restoreDatabase(
  options: Pick<DatabaseOptions, 'dir' | 'database' | 'modules'>,
  from: string,
): Promise<void> {
  if (options.database === 'sqlite')
    return restoreFile(join(from, databaseFile), join(options.dir, databaseFile));
  const { default: pg } = await import('pg');
  const { restoreTables } = await import('./postgres/restore.ts');
  const client = new pg.Client({ connectionString: options.database, application_name: 'myco restore' });
  try {
    await client.connect();
    await restoreTables(client, new Registry(options.modules).modules, from);
  } catch (error) {
    throw translate(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function restoreFile(source: string, target: string): Promise<void> {
  if (!(await stat(source).catch(() => null))) throw new StoreError('not-found', `${source} is not there`);
  if (await stat(target).catch(() => null)) throw new StoreError('exists', `${target} is there already`);
  await mkdir(join(target, '..'), { recursive: true, mode: 0o700 });
  await copyFile(source, target);
  const copied = await open(target, 'r+');
  await copied.sync().finally(() => copied.close());
}

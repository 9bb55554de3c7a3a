import SqliteDatabase from 'better-sqlite3';
import { type NodePgDatabase, overSqlite } from '../drizzle.ts';
import { limits } from '../limits.ts';
import { ManyRows, PreparedQueries } from '../schema/dialect.ts';
import type { StoreModule } from '../schema/module.ts';
import { DirectQuery } from './direct.ts';
import { steady } from './steady.ts';

export interface SqliteConnection {
  readonly raw: SqliteDatabase.Database;
  readonly queries: PreparedQueries;
  close(): void;
}

export interface SqliteMode {
  readonly readonly: boolean;
  readonly unsafeNoSync?: boolean;
}

/** The queries of a module as they are run here. */
function direct(queries: object): object {
  const run = Object.entries(queries).map(([name, query]) => [
    name,
    query instanceof ManyRows
      ? new ManyRows(new DirectQuery(query.insertRow as object), null)
      : new DirectQuery(query),
  ]);
  return Object.fromEntries(run);
}

function prepareDirect(raw: SqliteDatabase.Database, modules: readonly StoreModule[]) {
  const client = new Proxy(raw, {
    get: (target, key) =>
      key === 'prepare' ? (statement: string) => target.prepare(steady(statement)) : Reflect.get(target, key),
  });
  const db = overSqlite(client) as unknown as NodePgDatabase;
  return new PreparedQueries(modules, 'sqlite', { db, raw: null }, direct);
}

/**
 * Opens a connection as every thread needs it. `synchronous=FULL` is set by hand: better-sqlite3 is built so that
 * WAL means NORMAL, which loses acknowledged commits when the power goes.
 */
export function openConnection(
  file: string,
  modules: readonly StoreModule[],
  mode: SqliteMode,
): SqliteConnection {
  const raw = new SqliteDatabase(file, { readonly: mode.readonly, timeout: limits.lockWaitMs });
  if (!mode.readonly) {
    raw.pragma('journal_mode = WAL');
    raw.pragma(`synchronous = ${mode.unsafeNoSync ? 'OFF' : 'FULL'}`);
    raw.pragma(`journal_size_limit = ${limits.journalBytesMax}`);
    raw.pragma(`wal_autocheckpoint = ${limits.checkpointPagesMax}`);
    raw.pragma('foreign_keys = ON');
    // Without it INSERT OR REPLACE takes rows out past the triggers that guard them.
    raw.pragma('recursive_triggers = ON');
  }
  raw.pragma('temp_store = MEMORY');
  raw.pragma(`cache_size = -${(mode.readonly ? limits.readerCacheBytes : limits.writerCacheBytes) / 1024}`);
  let queries: PreparedQueries | undefined;
  return {
    raw,
    get queries() {
      queries ??= prepareDirect(raw, modules);
      return queries;
    },
    close: () => raw.close(),
  };
}

import SqliteDatabase from 'better-sqlite3';
import { type NodePgDatabase, overSqlite } from '../drizzle.ts';
import { limits } from '../limits.ts';
import { ManyRows, prepareAll } from '../schema/dialect.ts';
import type { StoreModule } from '../schema/module.ts';
import { DirectQuery } from './direct.ts';
import { steady } from './steady.ts';

export interface SqliteConnection {
  readonly raw: SqliteDatabase.Database;
  /** Prepared queries by module; built on first use, since a thread may never need them. */
  readonly queries: ReadonlyMap<string, object>;
  close(): void;
}

export interface SqliteMode {
  readonly readonly: boolean;
  readonly unsafeNoSync?: boolean;
}

/** The queries of every module as they are run here. */
function direct(modules: ReadonlyMap<string, object>): ReadonlyMap<string, object> {
  const made = new Map<string, object>();
  for (const [module, queries] of modules) {
    const run = Object.entries(queries).map(([name, query]) => [
      name,
      query instanceof ManyRows
        ? new ManyRows(new DirectQuery(query.insertRow as object), null)
        : new DirectQuery(query),
    ]);
    made.set(module, Object.fromEntries(run));
  }
  return made;
}

function prepareDirect(raw: SqliteDatabase.Database, modules: readonly StoreModule[]) {
  const client = new Proxy(raw, {
    get: (target, key) =>
      key === 'prepare' ? (statement: string) => target.prepare(steady(statement)) : Reflect.get(target, key),
  });
  return direct(prepareAll(modules, 'sqlite', overSqlite(client) as unknown as NodePgDatabase, null));
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
  }
  raw.pragma('temp_store = MEMORY');
  raw.pragma(`cache_size = -${(mode.readonly ? limits.readerCacheBytes : limits.writerCacheBytes) / 1024}`);
  let queries: ReadonlyMap<string, object> | undefined;
  return {
    raw,
    get queries() {
      queries ??= prepareDirect(raw, modules);
      return queries;
    },
    close: () => raw.close(),
  };
}

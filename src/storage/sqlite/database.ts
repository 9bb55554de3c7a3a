import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError, systemClock } from '../../base/index.ts';
import { Feed } from '../changes/feed.ts';
import { driveSync } from '../core/drive.ts';
import { fromFault, toFault, translate } from '../core/faults.ts';
import { createLeases } from '../core/leases.ts';
import { Registry } from '../core/registry.ts';
import type { Database, DatabaseOptions } from '../database.ts';
import { limits } from '../limits.ts';
import { type AppliedMigration, pending, readMigrations } from '../migrations/files.ts';
import { plannerFacts } from '../schema/kit.ts';
import type { AnyOperation, Operation } from '../schema/module.ts';
import { openConnection, type SqliteConnection } from './connection.ts';
import { CrewMember } from './crew.ts';
import { Recalled } from './recalled.ts';
import type { Order, ThreadRole } from './thread.ts';

export const databaseFile = 'myco.sqlite';

/** Brings the schema up to date; each migration is one transaction. */
function migrate(file: string): void {
  const connection = openConnection(file, [], { readonly: false });
  const { raw } = connection;
  try {
    raw.exec('create table if not exists migrations (name text primary key, hash text not null) strict');
    const applied = raw
      .prepare('select name, hash from migrations order by name')
      .all() as AppliedMigration[];
    for (const migration of pending(readMigrations('sqlite'), applied)) {
      raw.transaction(() => {
        for (const statement of migration.statements) raw.exec(statement);
        raw.prepare('insert into migrations (name, hash) values (?, ?)').run(migration.name, migration.hash);
      })();
    }
    try {
      tellPlanner(raw);
    } catch {
      // A disk that is full: without it some rows are found slowly, and that is all.
    }
  } finally {
    connection.close();
  }
}

/** Writes what tables say of their indexes where SQLite's planner reads it; each connection does when it opens. */
function tellPlanner(raw: SqliteConnection['raw']): void {
  const told = raw.prepare("select 1 from sqlite_schema where name = 'sqlite_stat1'");
  // The one way to make that table.
  if (told.get() === undefined) raw.exec('analyze migrations');
  const read = raw.prepare('select idx as "index", stat from sqlite_stat1 where tbl = ? order by rowid');
  const forget = raw.prepare('delete from sqlite_stat1 where tbl = ?');
  const tell = raw.prepare('insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)');
  for (const [table, facts] of plannerFacts) {
    if (JSON.stringify(read.all(table)) === JSON.stringify(facts)) continue;
    raw.transaction(() => {
      forget.run(table);
      for (const { index, stat } of facts) tell.run(table, index, stat);
    })();
  }
}

class SqliteEngine implements Database {
  readonly engine = 'sqlite';
  readonly changes: Feed;
  readonly leases: Database['leases'];
  readonly #registry: Registry;
  readonly #reader: SqliteConnection;
  readonly #begin: { run(): unknown };
  readonly #commit: { run(): unknown };
  readonly #recalled = new Recalled();
  readonly #writer: CrewMember;
  readonly #scanners: CrewMember[];
  readonly #hire: (
    role: ThreadRole['role'],
    batchMax: number,
    waitingMax: number,
    restMs: number | null,
  ) => CrewMember;
  readonly #hired = new Set<CrewMember>();
  #closed = false;

  constructor(options: DatabaseOptions, file: string) {
    const onError = options.onError ?? (() => {});
    this.#registry = new Registry(options.modules);
    this.changes = new Feed((error) => onError('change listener failed', error));
    this.#reader = openConnection(file, this.#registry.modules, { readonly: true });
    this.#begin = this.#reader.raw.prepare('begin');
    this.#commit = this.#reader.raw.prepare('commit');
    this.#hire = (role, batchMax, waitingMax, restMs) =>
      new CrewMember({
        workerUrl: options.workerUrl,
        role: { role, file, unsafeNoSync: options.unsafeNoSync ?? false },
        batchMax,
        waitingMax,
        restMs,
        onRan: (units) => {
          if (role !== 'writer') return;
          for (const { name, args } of units) this.#recalled.wrote(this.#registry.find(name), args);
        },
        onHints: (hints) => this.changes.publish(hints),
        onError,
      });
    this.#writer = this.#hire('writer', limits.batchUnitsMax, limits.waitingUnitsMax, null);
    // Threads start with the first scan they get, so an idle process pays for none.
    this.#scanners = Array.from({ length: options.readers ?? 1 }, () =>
      this.#hire('reader', 1, limits.waitingScansMax, limits.readerRestMs),
    );
    this.leases = createLeases((operation, args) => this.call(operation, args), systemClock);
  }

  async call<Args, Result>(operation: Operation<Args, Result>, args: Args): Promise<Result> {
    if (operation.kind === 'write') return (await this.#writer.run(operation.name, args)) as Result;
    if (operation.kind === 'scan') return (await this.#idlest().run(operation.name, args)) as Result;
    if (this.#closed) throw new StoreError('unavailable', 'the database is closing');
    const found = this.#registry.find(operation.name);
    if (operation.kind === 'read') return this.#readNow(found, args) as Result;
    return this.#recalled.answer(found, args, () => this.#readNow(found, args)) as Result;
  }

  #readNow(operation: AnyOperation, args: unknown): unknown {
    try {
      this.#begin.run();
      try {
        return driveSync(this.#registry.start(operation, this.#reader.queries, args), []);
      } finally {
        if (this.#reader.raw.inTransaction) this.#commit.run();
      }
    } catch (error) {
      throw translate(error);
    }
  }

  #idlest(): CrewMember {
    let best: CrewMember | undefined;
    for (const scanner of this.#scanners) if (!best || scanner.load < best.load) best = scanner;
    if (!best) throw new StoreError('unavailable', 'no reader thread is configured');
    return best;
  }

  async backup(dir: string): Promise<void> {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await this.#apart((id) => ({ kind: 'backup', id, file: join(dir, databaseFile) }));
  }

  async check(): Promise<string[]> {
    return (await this.#apart((id) => ({ kind: 'check', id }))) as string[];
  }

  /** What takes seconds gets a thread of its own, so that no member's scan waits for it. */
  async #apart(make: (id: number) => Order): Promise<unknown> {
    if (this.#closed) throw new StoreError('unavailable', 'the database is closing');
    const hired = this.#hire('reader', 1, 1, null);
    this.#hired.add(hired);
    try {
      return await hired.request(make);
    } finally {
      await hired.close();
      this.#hired.delete(hired);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#hired].map((hired) => hired.close()));
    await this.#writer.close();
    await Promise.all(this.#scanners.map((scanner) => scanner.close()));
    this.#reader.close();
  }
}

/** Opens (and where needed makes) the SQLite database in `options.dir`. */
export async function openSqlite(options: DatabaseOptions): Promise<Database> {
  const file = join(options.dir, databaseFile);
  try {
    migrate(file);
    return new SqliteEngine(options, file);
  } catch (error) {
    throw fromFault(toFault(error));
  }
}
